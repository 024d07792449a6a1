/// How a sweep is given to a cluster or to GNU parallel: the command line of a shard, once for each.
public struct Submission: Sendable {
    public let manifest: String
    public let store: String
    public let program: String
    public let shards: Int
    public let workers: Int

    /// - Precondition: at least one shard and one worker.
    public init(manifest: String, store: String, program: String, shards: Int, workers: Int) {
        precondition(shards >= 1 && workers >= 1, "at least one shard and one worker")
        self.manifest = manifest
        self.store = store
        self.program = program
        self.shards = shards
        self.workers = workers
    }

    /// A number of shards for so many trials: one for a hundred of them, 50 to 1000, but no more than there are trials or the scheduler's arrays may have.
    public static func shards(trials: Int, largest: Int? = nil) -> Int { max(1, min(max(50, min(1000, trials / 100)), trials, largest ?? .max)) }

    /// `MaxArraySize` in what `scontrol show config` prints.
    public static func largestArray(inConfiguration text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix("MaxArraySize") {
            return line.split(separator: "=").last.flatMap { Int($0.filter { $0 != " " }) }
        }
        return nil
    }

    /// A shard's command line; the words are for the shell.
    private static func command(_ program: String, _ manifest: String, store: String, shard: String, workers: String) -> String {
        "\(program) sweep run \(manifest) --store \(store) --shard \(shard) --workers \(workers) --quiet"
    }

    /// A batch file for Slurm: an array with a task a shard.
    ///
    /// The polite end a minute before the time is up lets a task finish its trials in hand and end with 75, upon which Slurm requeues it if its
    /// configuration has RequeueExit=75.
    /// - Parameters:
    ///   - name: of the job.
    ///   - time: as `--time` takes it; nil for the partition's default.
    public func slurm(name: String, time: String?, partition: String?) -> String {
        var lines = ["#!/bin/bash"]
        let safe = String(name.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "-" })
        lines.append("#SBATCH --job-name=\(safe)")
        lines.append("#SBATCH --array=0-\(shards - 1)")
        lines.append("#SBATCH --ntasks=1")
        lines.append("#SBATCH --cpus-per-task=\(workers)")
        if let time { lines.append("#SBATCH --time=\(time)") }
        if let partition { lines.append("#SBATCH --partition=\(partition)") }
        // sbatch has its own rules for quotation marks, blanks and backslashes in this line, the shell its well-known ones.
        let isPlain = Submission.isPlain(store)
        let output = isPlain ? store.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%") + "/slurm-%a.log" : "/dev/null"
        lines += ["#SBATCH --requeue", "#SBATCH --open-mode=append", "#SBATCH --signal=B:TERM@60", "#SBATCH --output=\(output)", ""]
        if !isPlain { lines.append("exec >>\(Submission.quoted(store + "/slurm-"))\"$SLURM_ARRAY_TASK_ID.log\" 2>&1") }
        lines.append("# Interrupted tasks end with 75: with RequeueExit=75 in slurm.conf they are queued again, else submit this file once more.")
        lines.append(
            "exec "
                + Submission.command(
                    Submission.quoted(program), Submission.quoted(manifest), store: Submission.quoted(store),
                    shard: "\"$SLURM_ARRAY_TASK_ID/\(shards)\"", workers: "\"${SLURM_CPUS_PER_TASK:-\(workers)}\""))
        return lines.joined(separator: "\n") + "\n"
    }

    /// A line for GNU parallel, which runs again what did not end well when it is given once more.
    ///
    /// With `-q` the words reach the shells that parallel starts as they are written here, but for those in braces, which it replaces: names with
    /// a brace come as further arguments, which it leaves alone.
    public var parallel: String {
        let start = "seq 0 \(shards - 1) | parallel -q --joblog \(Submission.quoted(store + "/parallel.log")) --resume-failed "
        let names = [program, manifest, store].map(Submission.quoted)
        guard names.contains(where: { $0.contains("{") }) else {
            return start + Submission.command(names[0], names[1], store: names[2], shard: "{}/\(shards)", workers: "\(workers)")
        }
        return start + Submission.command("{2}", "{3}", store: "{4}", shard: "{1}/\(shards)", workers: "\(workers)")
            + " :::: - ::: \(names[0]) ::: \(names[1]) ::: \(names[2])"
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy { $0.isASCII && ($0.properties.isAlphabetic || "0123456789-_./+:=@%".unicodeScalars.contains($0)) }
    }

    /// A word for the shell.
    public static func quoted(_ text: String) -> String {
        isPlain(text) ? text : "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
