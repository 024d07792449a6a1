import Differentiation
import Models
import Problems

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension Problem {
    /// The problem of a catalogue name or of a file.
    ///
    /// What contains a slash, ends in `.toml` or is the path of a file is one, unless the catalogue has the name.
    /// - Throws: `ProblemFileError`.
    public static func read(_ nameOrPath: String) throws(ProblemFileError) -> Problem {
        if names.contains(nameOrPath) {
            do {
                return try named(nameOrPath)
            } catch {
                throw .problem(path: nameOrPath, line: nil, key: nil, error)
            }
        }
        if nameOrPath.contains("/") || nameOrPath.hasSuffix(".toml") || access(nameOrPath, F_OK) == 0 { return try Problem(contentsOf: nameOrPath) }
        throw .unknown(name: nameOrPath, nearest: NearestName.of(nameOrPath, among: names))
    }

    /// Reads a problem file, whose formulas have to have finite values at a few points.
    ///
    /// - Throws: `ProblemFileError`.
    public init(contentsOf path: String) throws(ProblemFileError) {
        try self.init(ProblemFile(contentsOf: path))
    }

    /// Reads the text of a problem file; files that it names are looked for beside `path`.
    ///
    /// - Throws: `ProblemFileError`.
    public init(bytes: [UInt8], path: String) throws(ProblemFileError) {
        try self.init(ProblemFile(bytes, path: path))
    }

    private init(_ file: ProblemFile) throws(ProblemFileError) {
        let definition = try file.definition()
        do {
            let problem = try Problem(definition)
            try problem.requireFiniteValues()
            self = problem
        } catch {
            throw file.failure(error)
        }
    }
}
