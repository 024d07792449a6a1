import ArgumentParser
import Models
import Reports
import Sweeps

#if canImport(Glibc)
    import Glibc
#endif

struct SweepSubmitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Writes a batch file for Slurm, or prints the line for GNU parallel.",
        discussion: """
            Example: residua sweep submit docs/sweep.toml --slurm --time 04:00:00

            The batch file is an array of shards (50 to 1000, as Slurm's MaxArraySize allows), each a run of this program; it goes to the store's folder. \
            Where the file system is shared, nothing else is needed: status, merge, export and report see all shards.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var source: SweepSource

    @Flag(help: "Write a batch file for sbatch.") var slurm = false
    @Flag(help: "Print the line for GNU parallel.") var parallel = false

    @Option(help: ArgumentHelp("How many parts; by the number of trials.", valueName: "n"))
    var shards: Int?

    @Option(help: ArgumentHelp("Trials at once in each part.", valueName: "n"))
    var workers: Int = 1

    @Option(help: ArgumentHelp("Slurm's time limit, such as 04:00:00.", valueName: "time"))
    var time: String?

    @Option(help: ArgumentHelp("Slurm's partition.", valueName: "name"))
    var partition: String?

    @Option(help: ArgumentHelp("The batch file; NAME.sbatch in the store.", valueName: "file"))
    var out: String?

    func validate() throws {
        try source.check(common)
        if slurm, parallel { throw ValidationError("Give --slurm or --parallel, not both: each is another way to hand out the shards.") }
        if !slurm, !parallel { throw ValidationError("Give --slurm for a batch file, or --parallel for the line that GNU parallel takes.") }
        if let shards, !(1...Shard.most).contains(shards) { throw ValidationError("--shards \(shards): between 1 and \(Shard.most) are possible.") }
        if !(1...1024).contains(workers) { throw ValidationError("--workers \(workers): between 1 and 1024 are possible.") }
        for (name, isGiven) in [("--time", time != nil), ("--partition", partition != nil), ("--out", out != nil)] where parallel && isGiven {
            throw ValidationError("\(name) goes with --slurm; GNU parallel runs on this machine.")
        }
        for (name, value) in [("--time", time), ("--partition", partition)] {
            if let value, value.isEmpty || value.contains(where: { $0.isWhitespace }) {
                throw ValidationError("\(name) \"\(value)\": blanks are not possible.")
            }
        }
    }

    func run() throws {
        let started = ContinuousClock.now
        let manifest = try source.read()
        let list = try TrialList(manifest)
        let store = source.store(of: manifest)
        let largest = slurm ? SweepSubmitCommand.largestArray() : nil
        let count = shards ?? Submission.shards(trials: list.count, largest: largest)
        if let largest, count > largest {
            throw Failure(.usage, "--shards \(count): this Slurm allows arrays of \(largest) (MaxArraySize); ask for no more.")
        }
        let submission = Submission(
            manifest: SweepSubmitCommand.absolute(source.manifest), store: SweepSubmitCommand.absolute(store.folder),
            program: SweepSubmitCommand.program, shards: count, workers: workers)
        // Slurm's and parallel's logs go there before the first shard does.
        let folder = try OutputFolder(store.folder)
        func tell(_ command: String) throws {
            guard common.json else { return try Terminal.result(command) }
            let members: [(key: String, value: JSONValue)] = [
                ("command", .string(command)), ("trials", .integer(list.count)), ("shards", .integer(count)), ("store", .string(store.folder)),
            ]
            try Terminal.result(source.report(members, list, devices: [], common, started: started).text)
        }
        if parallel { return try tell(submission.parallel) }
        let path = out ?? folder.path(of: "\(manifest.name.split(separator: "/").joined(separator: "-")).sbatch")
        try FileBytes.write(Array(submission.slurm(name: manifest.name, time: time, partition: partition).utf8), to: path)
        try tell("sbatch \(Submission.quoted(path))")
        if !common.quiet { Terminal.note("sweep: \(NumberText.count(list.count, "trial")) in \(NumberText.count(count, "shard")).") }
    }

    /// Slurm's limit, where it is installed and answers.
    private static func largestArray() -> Int? {
        guard let pipe = popen("scontrol show config 2>/dev/null", "r") else { return nil }
        defer { pclose(pipe) }
        var text = ""
        var line = [CChar](repeating: 0, count: 4096)
        while fgets(&line, 4096, pipe) != nil { text += String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) }
        return Submission.largestArray(inConfiguration: text)
    }

    private static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return String(cString: folder) + "/" + path
    }

    /// This program's file.
    private static var program: String {
        var name = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &name, 4095)
        return count > 0 ? String(decoding: name[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : "residua"
    }
}
