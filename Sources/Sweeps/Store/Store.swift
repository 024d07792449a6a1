#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A folder of shards: `shard-K-of-N.jsonl`, one for each process that writes, and `merged.sqlite`.
public struct Store: Sendable {
    public let folder: String

    public init(folder: String) { self.folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder }

    /// The store that belongs to a manifest: its path with the ending replaced by `.sweep`.
    public init(of manifest: Manifest) {
        let path = manifest.path
        let name = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let end = path[name...].lastIndex(of: ".").flatMap { $0 > name ? $0 : nil } ?? path.endIndex
        folder = String(path[..<end]) + ".sweep"
    }

    public var databasePath: String { folder + "/merged.sqlite" }

    func shardPath(_ shard: Shard) -> String { "\(folder)/shard-\(shard.index)-of-\(shard.count).jsonl" }

    /// Waits until no process has written any other shard of a shard's sweep for some time.
    ///
    /// - Parameters:
    ///   - grace: seconds in which others may yet begin.
    ///   - isStopped: asked all the while; ends the wait.
    public func waitForOthers(besides shard: Shard, grace: Double = 3, isStopped: () -> Bool) {
        let paths = (0..<shard.count).compactMap { $0 == shard.index ? nil : Shard(index: $0, count: shard.count).map(shardPath) }
        var quiet = paths.isEmpty ? grace : 0
        while quiet < grace, !isStopped() {
            quiet = paths.contains(where: ShardFile.isHeld) ? 0 : quiet + 0.1
            usleep(100_000)
        }
    }

    /// Makes the folder, and those above it.
    func make() throws(SweepError) {
        var prefix = folder.hasPrefix("/") ? "/" : ""
        for part in folder.split(separator: "/") {
            prefix += prefix.isEmpty || prefix == "/" ? String(part) : "/" + part
            if mkdir(prefix, 0o777) != 0, errno != EEXIST {
                let code = errno
                guard Store.isFolder(prefix) else { throw refusal(code) }
            }
        }
        guard Store.isFolder(folder) else { throw refusal(ENOTDIR) }
    }

    /// Whether files can be made in the folder, and its database changed.
    var canBeWritten: Bool { access(folder, W_OK) == 0 && (access(databasePath, F_OK) != 0 || access(databasePath, W_OK) == 0) }

    /// A full disk can be mended; a place that is none was named wrongly.
    private func refusal(_ code: Int32) -> SweepError {
        if code == ENOSPC || code == EDQUOT { return .disk(path: folder, reason: SystemText.text(of: code)) }
        let reason = code == ENOTDIR ? "a file of that name is in the way" : SystemText.text(of: code)
        return .usage("The store \(folder) cannot be used: \(reason); name another folder with --store.")
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The shards that are there, in the order of their names.
    public func shardPaths() throws(SweepError) -> [String] { try Store.shards(in: folder) }

    /// The shards of a folder; none if it is not there.
    static func shards(in folder: String) throws(SweepError) -> [String] {
        guard let directory = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw .unreadable(path: folder, place: nil, reason: "the folder cannot be read: \(SystemText.lastError)")
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } }
            if name.hasPrefix("shard-"), name.hasSuffix(".jsonl") { names.append(name) }
        }
        return names.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }.map { folder + "/" + $0 }
    }

    /// Refuses a file that was never a shard; one that is damaged has its name or its beginning.
    private static func requireShard(_ path: String) throws(SweepError) {
        guard !path.hasSuffix(".jsonl") else { return }
        let file = try MappedFile(path)
        let isShard = withExtendedLifetime(file) {
            [ShardHeader.beginning, Array("{\"id\":\"".utf8)].contains { file.bytes.prefix($0.count).elementsEqual($0) }
        }
        if !isShard { throw .usage("The file \(path) is no shard of a sweep; name files such as shard-0-of-1.jsonl, or a folder of them.") }
    }

    /// The shards of files and folders.
    ///
    /// - Throws: `.usage` for a folder without any, `.unreadable` for what is not there.
    public static func shards(of paths: [String]) throws(SweepError) -> [String] {
        var result: [String] = []
        for path in paths {
            guard isFolder(path) else {
                try requireShard(path)
                result.append(path)
                continue
            }
            let found = try shards(in: path)
            if found.isEmpty { throw .usage("The folder \(path) has no shards (shard-K-of-N.jsonl); name a store or a shard.") }
            result += found
        }
        return result
    }
}
