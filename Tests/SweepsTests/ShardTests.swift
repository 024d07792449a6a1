import Sweeps
import Testing

@Suite struct ShardTests {
    private func choice(_ environment: [String: String], asked: String? = nil) throws -> String {
        let choice = try ShardChoice(asked: asked, environment: environment)
        return "\(choice.shard) \(choice.origin)"
    }

    @Test func whatIsAskedForCountsFirst() throws {
        let slurm = ["SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_COUNT": "2"]
        #expect(try choice(slurm, asked: "3/4") == "3/4 --shard")
        #expect(try choice([:], asked: "1/1") == "0/1 --shard")
        for text in ["4/4", "-1/4", "1", "a/b", "0/0", "1/2/3", "0/1000000", ""] {
            let error = #expect(throws: SweepError.self, "\(text)") { _ = try choice([:], asked: text) }
            #expect("\(error!)".hasPrefix("--shard"))
        }
    }

    @Test func launchersAreRecognised() throws {
        #expect(try choice([:]) == "0/1 no launcher")
        #expect(try choice(["SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "4", "SLURM_ARRAY_TASK_MIN": "0"]) == "3/4 the Slurm array")
        #expect(
            try choice([
                "SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_COUNT": "4", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_STEP": "2",
            ]) == "3/4 the Slurm array")
        #expect(try choice(["SLURM_STEP_ID": "0", "SLURM_PROCID": "2", "SLURM_STEP_NUM_TASKS": "6"]) == "2/6 srun")
        #expect(
            try choice([
                "SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_STEP_ID": "0", "SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "2",
            ]) == "3/6 the Slurm array and srun")
        #expect(try choice(["OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2"]) == "1/2 mpirun (Open MPI)")
        #expect(try choice(["PMI_RANK": "0", "PMI_SIZE": "3"]) == "0/3 mpirun (PMI)")
        #expect(try choice(["JOB_COMPLETION_INDEX": "4", "RESIDUA_SHARDS": "5"]) == "4/5 the Kubernetes job")
    }

    @Test func aBatchScriptWithoutSrunIsAlone() throws {
        #expect(try choice(["SLURM_PROCID": "0", "SLURM_NTASKS": "6", "SLURM_STEP_NUM_TASKS": "6"]) == "0/1 no launcher")
    }

    @Test func contradictionsAreRefused() throws {
        for environment in [
            ["SLURM_ARRAY_TASK_ID": "9", "SLURM_ARRAY_TASK_COUNT": "4", "SLURM_ARRAY_TASK_MIN": "0"], ["SLURM_ARRAY_TASK_ID": "1"],
            ["JOB_COMPLETION_INDEX": "1"], ["PMI_RANK": "3", "PMI_SIZE": "3"],
            ["SLURM_ARRAY_TASK_ID": "x", "SLURM_ARRAY_TASK_COUNT": "4"], ["SLURM_ARRAY_TASK_ID": "x"], ["SLURM_ARRAY_TASK_ID": ""],
            ["OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "two"],
        ] {
            let error = #expect(throws: SweepError.self) { _ = try choice(environment) }
            #expect("\(error!)".contains("--shard K/N"))
        }
    }

    @Test func batchFiles() {
        let submission = Submission(manifest: "/a b/m.toml", store: "/s", program: "/bin/residua", shards: 60, workers: 2)
        let text = submission.slurm(name: "my sweep", time: "01:00:00", partition: nil)
        #expect(text.hasPrefix("#!/bin/bash\n") && text.contains("#SBATCH --array=0-59\n") && text.contains("--job-name=my-sweep\n"))
        #expect(text.contains("'/a b/m.toml' --store /s --shard \"$SLURM_ARRAY_TASK_ID/60\""))
        #expect(submission.parallel.hasPrefix("seq 0 59 | parallel ") && submission.parallel.contains("--shard {}/60"))
        let braced = Submission(manifest: "/m.toml", store: "/a{}b", program: "/bin/residua", shards: 2, workers: 1).parallel
        #expect(
            braced.contains("{2} sweep run {3} --store {4} --shard {1}/2 ") && braced.hasSuffix(" :::: - ::: /bin/residua ::: /m.toml ::: '/a{}b'"))
        #expect(Submission.shards(trials: 1_000_000) == 1000 && Submission.shards(trials: 10_000) == 100 && Submission.shards(trials: 200) == 50)
        #expect(Submission.shards(trials: 3) == 3 && Submission.shards(trials: 1_000_000, largest: 101) == 101)
        #expect(Submission.largestArray(inConfiguration: "A = 1\nMaxArraySize            = 1001\n") == 1001)
    }
}
