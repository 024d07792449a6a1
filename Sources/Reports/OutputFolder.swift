#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A folder results are written into: each file is written beside its place and renamed, so that none is ever half there.
public struct OutputFolder: Sendable {
    public let path: String

    /// Makes the folder, and those above it, where they are missing.
    ///
    /// - Throws: `ReportError.folder` when it cannot be made, is no folder, or may not be written to.
    public init(_ path: String) throws(ReportError) {
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        guard !trimmed.isEmpty, !trimmed.utf8.contains(0) else { throw .folder(path: path, reason: "its name is empty") }
        self.path = trimmed
        var prefix = trimmed.hasPrefix("/") ? "/" : ""
        for part in trimmed.split(separator: "/") {
            prefix += prefix.isEmpty || prefix.hasSuffix("/") ? String(part) : "/" + part
            if mkdir(prefix, 0o777) != 0, errno != EEXIST {
                // A folder above that exists on a read-only system answers EROFS instead of EEXIST.
                let code = errno
                guard Self.isFolder(prefix) else { throw .folder(path: path, reason: Self.text(of: code)) }
            }
        }
        guard Self.isFolder(trimmed) else { throw .folder(path: path, reason: "a file of that name is in the way") }
        guard access(trimmed, W_OK | X_OK) == 0 else { throw .folder(path: path, reason: Self.text(of: errno)) }
    }

    /// The path of a file in the folder.
    public func path(of name: String) -> String { path == "/" ? "/" + name : path + "/" + name }

    /// Writes a file beside its place and renames it; on failure the old file, if any, is untouched.
    ///
    /// - Throws: `ReportError.file` with the system's reason (no space left, no permission, …).
    public func write(_ text: String, to name: String) throws(ReportError) {
        let target = path(of: name)
        let beside = path(of: temporaryName(for: name))
        let descriptor = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .file(path: target, reason: Self.text(of: errno)) }
        var failure: Int32 = 0
        var copy = text
        copy.withUTF8 { bytes in
            var done = 0
            while done < bytes.count {
                let count = systemWrite(descriptor, bytes.baseAddress! + done, bytes.count - done)
                if count < 0 {
                    if errno == EINTR { continue }
                    failure = errno
                    return
                }
                done += count
            }
        }
        if failure == 0, fsync(descriptor) != 0, errno != EINVAL, errno != EROFS { failure = errno }
        if close(descriptor) != 0, failure == 0 { failure = errno }
        guard failure == 0 else {
            unlink(beside)
            throw .file(path: target, reason: Self.text(of: failure))
        }
        try put(beside: beside, inPlaceOf: name)
    }

    /// Renames a finished file, given by its path, to its final name in the folder.
    func put(beside: String, inPlaceOf name: String) throws(ReportError) {
        guard rename(beside, path(of: name)) == 0 else {
            let code = errno
            unlink(beside)
            throw .file(path: path(of: name), reason: Self.text(of: code))
        }
    }

    func temporaryName(for name: String) -> String { ".\(name).\(getpid()).part" }

    /// The file's text, nil if it cannot be read.
    func read(_ name: String) -> String? {
        let descriptor = open(path(of: name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = systemRead(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count == 0 ? String(decoding: bytes, as: UTF8.self) : nil }
            bytes += chunk[..<count]
        }
    }

    func remove(_ name: String) { unlink(path(of: name)) }

    static func text(of code: Int32) -> String {
        let message = String(cString: strerror(code))
        return message.prefix(1).lowercased() + message.dropFirst()
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}

// The free functions, which the methods' own names would hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int { write(descriptor, bytes, count) }
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int { read(descriptor, bytes, count) }
