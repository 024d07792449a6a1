import Models
import ProblemFiles
import Problems
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The files that a manifest names, by what they hold: a trial is known by their contents and not by where they lie.
public final class TrialFiles: Sendable {
    private let folder: String
    private let known = Mutex<[String: String]>([:])
    private let problems = Mutex<[String: Problem]>([:])
    private let parameterCounts = Mutex<[String: Int]>([:])
    private let digests = Mutex<[String: String]>([:])

    /// - Parameter folder: where the manifest lies; empty for the working folder.
    public init(folder: String) { self.folder = folder }

    /// Where a file named in the manifest is.
    public func path(named name: String) -> String { name.hasPrefix("/") || folder.isEmpty ? name : folder + "/" + name }

    /// Whether there is a file of that name.
    func holds(_ name: String) -> Bool { access(path(named: name), F_OK) == 0 }

    /// The name by which a configuration knows a file: `sha256:` and 32 digits.
    ///
    /// - Parameter others: the files that the file's bytes name in turn, which count as part of it.
    public func reference(
        to name: String, with others: (_ bytes: [UInt8], _ folder: String) -> [String] = { _, _ in [] }
    ) throws(TrialRefusal) -> TrialValue {
        let path = path(named: name)
        if let digest = digests.withLock({ $0[path] }) { return .text(digest) }
        var digest: String
        do throws(ModelError) {
            let bytes = try FileBytes.read(path)
            digest = Digest.hexadecimal(of: bytes)
            let place = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
            for other in others(bytes, place) { digest += Digest.hexadecimal(of: try FileBytes.read(other)) }
        } catch { throw TrialRefusal("\(error)") }
        if digest.utf8.count > 64 { digest = Digest.hexadecimal(of: Array(digest.utf8)) }
        let reference = "sha256:" + digest.prefix(32)
        known.withLock { $0[reference] = path }
        digests.withLock { $0[path] = reference }
        return .text(reference)
    }

    /// The path of a reference; the text itself where it is none.
    public func path(of reference: String) -> String { known.withLock { $0[reference] } ?? reference }

    /// A problem by its name or path, read once.
    func problem(_ nameOrPath: String) throws(ProblemFileError) -> Problem {
        if let known = problems.withLock({ $0[nameOrPath] }) { return known }
        let problem = try Problem.read(nameOrPath)
        problems.withLock { $0[nameOrPath] = problem }
        return problem
    }

    /// The number of parameters of a network by its path, counted once; nil for a file that holds none.
    func parameterCount(ofNetwork path: String) -> Int? {
        if let known = parameterCounts.withLock({ $0[path] }) { return known }
        // Its activation has no parameters.
        guard let network = (try? Network(contentsOf: path)) ?? (try? Network(contentsOf: path, activation: .tanh)) else { return nil }
        parameterCounts.withLock { $0[path] = network.parameters.count }
        return network.parameters.count
    }
}
