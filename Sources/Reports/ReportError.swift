/// What can go wrong while results are written; `description` is one sentence with the remedy.
public enum ReportError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The folder cannot be made or entered.
    case folder(path: String, reason: String)
    /// A file cannot be written in full; nothing is left half-written under its name.
    case file(path: String, reason: String)
    /// gnuplot ran and refused the script, or was stopped.
    case gnuplot(script: String, reason: String)
    /// A description that cannot be drawn or tabulated.
    case malformed(what: String, reason: String)

    public var description: String {
        switch self {
        case .folder(let path, let reason):
            "the folder '\(path)' cannot be used: \(reason); name a folder that may be written to"
        case .file(let path, let reason):
            "'\(path)' cannot be written: \(reason); make room or name another folder, and run the command again"
        case .gnuplot(let script, let reason):
            "gnuplot could not draw '\(script)': \(reason); the script and its data are there to be run by hand"
        case .malformed(let what, let reason):
            "\(what) cannot be reported: \(reason)"
        }
    }
}
