import ArgumentParser

#if canImport(Glibc)
    import Glibc
#endif

/// The command: every verb is one file, named after it.
@main
struct ResiduaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "residua",
        abstract: "Differential equations by random features and networks, and what the way of taking derivatives does to the answer.",
        discussion: """
            Example: residua spectrum poisson1d --derivative ad --derivative fd:2:1e-3 --cut 1e-13
            Exit codes: 0 done, 1 done but a check failed, 64 usage, 65 bad input file, 69 device or engine missing, 70 internal, 75 interrupted.
            """,
        version: Version.text,
        subcommands: [
            DevicesCommand.self, DemoCommand.self, ProblemsCommand.self, CheckCommand.self, SpectrumCommand.self, EvaluateCommand.self,
            TrainCommand.self, CompareCommand.self, SweepCommand.self, ReproduceCommand.self, MatMulCommand.self, BenchCommand.self,
        ])

    static func main() {
        // A reader that goes away (`residua … | head`) ends the program quietly, as it does other commands.
        signal(SIGPIPE, SIG_DFL)
        // A file that grows beyond its limit is an error with a sentence and no signal.
        signal(SIGXFSZ, SIG_IGN)
        // Before anything else: who runs thousands of trials has to tell one that was stopped from one that failed.
        if CommandLine.arguments.dropFirst().prefix(2) == ["sweep", "run"] { Interruption.leaveAtOnce() }
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let failure as Failure {
            Terminal.error(failure.sentence)
            Glibc.exit(failure.code.rawValue)
        } catch {
            if let failure = Failure(explaining: error) {
                Terminal.error(failure.sentence)
                Glibc.exit(failure.code.rawValue)
            }
            if let failure = Failure(commandLine: error, message: message(for: error)) {
                Terminal.error(failure.sentence)
                Glibc.exit(failure.code.rawValue)
            }
            exit(withError: error)
        }
    }
}
