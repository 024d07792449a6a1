/// The exit codes of the command.
enum ExitStatus: Int32 {
    case checkFailed = 1
    case usage = 64
    case badInput = 65
    case deviceMissing = 69
    case internalError = 70
    case interrupted = 75
}

/// An end of the command other than success: one sentence and an exit code.
struct Failure: Error {
    let code: ExitStatus
    let sentence: String

    init(_ code: ExitStatus, _ sentence: String) {
        self.code = code
        self.sentence = sentence
    }
}
