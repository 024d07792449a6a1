import TOMLKit

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The files that a problem file reads in turn.
package enum ProblemDependencies {
    /// Every text of the file that is the name of a file beside it, sorted.
    ///
    /// - Parameters:
    ///   - bytes: the problem file's.
    ///   - folder: where it lies; empty for the working folder.
    package static func files(_ bytes: [UInt8], folder: String) -> [String] {
        guard let table = try? TOMLTable(string: String(decoding: bytes, as: UTF8.self)) else { return [] }
        var found: Set<String> = []
        collect(TOMLNode(table: table)) { text in
            let path = text.hasPrefix("/") || folder.isEmpty ? text : folder + "/" + text
            var status = stat()
            if !text.isEmpty, !text.utf8.contains(0), stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG { found.insert(path) }
        }
        return found.sorted()
    }

    private static func collect(_ node: TOMLNode, _ take: (String) -> Void) {
        switch node {
        case .string(let text): take(text)
        case .array(let nodes): for node in nodes { collect(node, take) }
        case .table(let members): for node in members.values { collect(node, take) }
        default: break
        }
    }
}
