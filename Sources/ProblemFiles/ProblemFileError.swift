import Models
import Problems

/// What can be wrong with a problem file, or with the name of a problem.
public enum ProblemFileError: Error, Sendable, Equatable {
    /// Neither a catalogue entry nor a file has this name.
    case unknown(name: String, nearest: String?)
    /// The file cannot be read, or is no text.
    case unreadable(ModelError)
    /// The text breaks the rules of TOML.
    case malformed(path: String, line: Int, column: Int = 1, reason: String)
    /// A key that is not known, missing, or whose value is of the wrong kind.
    case key(path: String, line: Int?, key: String, reason: String)
    /// An equation or another part that cannot be used.
    case problem(path: String, line: Int?, key: String?, ProblemError)
    /// A file of points or values that cannot be used.
    case data(path: String, line: Int?, key: String, ModelError)
}

extension ProblemFileError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknown(let name, let nearest):
            "there is no problem \"\(name)\" in the catalogue and no file of that name; "
                + (nearest.map { "the nearest name is \"\($0)\", and " } ?? "")
                + "`residua problems` lists all"
        case .unreadable(let error): error.description
        case .malformed(let path, let line, _, let reason): "\(path):\(line): this is not TOML: \(reason)"
        case .key(let path, let line, let key, let reason): "\(ProblemFileError.place(path, line)): \(key): \(reason)"
        case .problem(let path, let line, let key, let error):
            "\(ProblemFileError.place(path, line)): \(key.map { $0 + ": " } ?? "")\(error)"
        case .data(let path, let line, let key, let error): "\(ProblemFileError.place(path, line)): \(key): \(error)"
        }
    }

    private static func place(_ path: String, _ line: Int?) -> String { line.map { "\(path):\($0)" } ?? path }
}
