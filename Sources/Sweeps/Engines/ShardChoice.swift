/// Which shard this process does, and who said so.
public struct ShardChoice: Sendable, Equatable {
    public let shard: Shard
    /// For a line on the terminal: "the environment of mpirun".
    public let origin: String

    /// mpirun ends all ranks as soon as one has ended with another code than 0.
    public var endsWithTheFirst: Bool { origin.hasPrefix("mpirun") }

    /// What is asked for, else what the launcher's environment says, else the whole sweep.
    ///
    /// Slurm's `SLURM_PROCID` counts only inside a step of `srun`: the script of a plain batch job has it too, and is alone. Tasks of a step within an
    /// array share their array's part.
    /// - Throws: `SweepError.usage` where an environment contradicts itself.
    public init(asked: String?, environment: [String: String]) throws(SweepError) {
        if let asked {
            shard = try Shard(parsing: asked)
            origin = "--shard"
            return
        }
        func number(_ name: String) -> Int? { environment[name].flatMap { Int($0) } }
        for name in [
            "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "PMI_RANK", "PMI_SIZE",
            "JOB_COMPLETION_INDEX",
        ] {
            if let text = environment[name], Int(text) == nil { throw ShardChoice.refusal("\(name) is \"\(text)\", which is no whole number") }
        }
        var step: (index: Int, count: Int)?
        if number("SLURM_STEP_ID") != nil, let index = number("SLURM_PROCID"), let count = number("SLURM_STEP_NUM_TASKS") { step = (index, count) }
        if let task = number("SLURM_ARRAY_TASK_ID") {
            let first = number("SLURM_ARRAY_TASK_MIN") ?? 0
            let stride = max(number("SLURM_ARRAY_TASK_STEP") ?? 1, 1)
            guard let count = number("SLURM_ARRAY_TASK_COUNT"), (task - first) % stride == 0 else {
                throw ShardChoice.refusal("the Slurm array has no regular numbers")
            }
            let (part, parts) = step ?? (0, 1)
            self = try ShardChoice(
                (task - first) / stride * parts + part, count * parts,
                step.map { $0.count > 1 } == true ? "the Slurm array and srun" : "the Slurm array")
            return
        }
        if let step {
            self = try ShardChoice(step.index, step.count, "srun")
            return
        }
        for (rank, size, name) in [("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "mpirun (Open MPI)"), ("PMI_RANK", "PMI_SIZE", "mpirun (PMI)")] {
            guard let index = number(rank), let count = number(size) else { continue }
            self = try ShardChoice(index, count, name)
            return
        }
        if let index = number("JOB_COMPLETION_INDEX") {
            guard let count = number("RESIDUA_SHARDS") else {
                throw ShardChoice.refusal("JOB_COMPLETION_INDEX is \(index), and RESIDUA_SHARDS does not say of how many")
            }
            self = try ShardChoice(index, count, "the Kubernetes job")
            return
        }
        shard = .whole
        origin = "no launcher"
    }

    private init(_ index: Int, _ count: Int, _ origin: String) throws(SweepError) {
        guard let shard = Shard(index: index, count: count) else { throw ShardChoice.refusal("\(origin) says shard \(index) of \(count)") }
        self.shard = shard
        self.origin = origin
    }

    private static func refusal(_ reason: String) -> SweepError {
        .usage("The shard cannot be told from the environment: \(reason); give --shard K/N.")
    }
}
