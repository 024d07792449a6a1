import LinearAlgebra

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A shard that this process appends to, and no other.
final class ShardFile {
    let path: String
    private let descriptor: Int32
    /// All bytes up to here are whole lines.
    private var length: Int
    /// The bytes of a torn last line that were cut off; a process that was killed while it wrote leaves one.
    let torn: Int

    /// Opens or makes the file, takes its lock, and cuts off a torn last line.
    ///
    /// - Parameter acceptsChanges: whether results of another version of the manifest may stand in it.
    /// - Throws: `.busy` if another process has the lock, `.changed`, `.damaged` or `.disk`.
    init(_ path: String, manifest: Manifest, acceptsChanges: Bool = false) throws(SweepError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .disk(path: path, reason: SystemText.lastError) }
        // From here on the descriptor is closed by deinit, which needs all properties.
        length = 0
        var cut = 0
        var failure: SweepError?
        if let code = ShardFile.lock(descriptor) {
            failure = code == EWOULDBLOCK ? .busy(path: path, holder: "another process") : .disk(path: path, reason: SystemText.text(of: code))
        } else {
            do throws(SweepError) {
                let file = try MappedFile(path)
                length = file.wholeLines
                cut = file.bytes.count - length
            } catch { failure = error }
        }
        torn = cut
        if let failure { throw failure }
        if cut > 0, ftruncate(descriptor, off_t(length)) != 0 { throw .disk(path: path, reason: SystemText.lastError) }
        let header = ShardHeader(manifest)
        guard length > 0 else {
            do throws(SweepError) { try append(header.line) } catch {
                unlink(path)
                throw error
            }
            return
        }
        let found = try ShardFile.header(of: MappedFile(path))
        guard found?.digest != header.digest else { return }
        guard acceptsChanges else { throw .changed(store: path, difference: found?.difference(to: manifest) ?? ShardHeader.missing) }
        try append(header.line)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Takes the lock; one who only looks whether it is held has it for a moment.
    ///
    /// - Returns: nil, or why not.
    private static func lock(_ descriptor: Int32) -> Int32? {
        var code: Int32 = 0
        for attempt in 0..<10 {
            if attempt > 0 { usleep(20_000) }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return nil }
            code = errno
            guard code == EWOULDBLOCK || code == EINTR else { break }
        }
        return code
    }

    /// Whether a process writes a shard.
    static func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    /// The last header of a shard; nil where there is none.
    ///
    /// - Parameter threads: on which its chunks are looked through.
    static func header(of file: MappedFile, threads: Int = 1) throws(SweepError) -> ShardHeader? {
        let parts = concurrently(file.chunks(of: 4 << 20), threads: threads) { chunk in
            defer { file.release(chunk) }
            var (lines, found): (Int, [(line: Int, outcome: Result<ShardHeader, TrialRefusal>)]) = (0, [])
            file.lines(chunk) { line in
                lines += 1
                let isHeader = ShardHeader.isHeader(line)
                guard isHeader || (lines == 1 && chunk.lowerBound == 0) else { return }
                if let flaw = ResultLine.flaw(line) {
                    found.append((lines, .failure(TrialRefusal(flaw))))
                } else if isHeader {
                    do throws(TrialRefusal) { found.append((lines, .success(try ShardHeader(line)))) } catch {
                        found.append((lines, .failure(error)))
                    }
                }
            }
            return (lines: lines, found: found)
        }
        var last: ShardHeader?
        var before = 0
        for part in parts {
            for (line, outcome) in part.found {
                do throws(TrialRefusal) { last = try outcome.get() } catch {
                    throw .damaged(path: file.path, line: before + line, reason: error.reason)
                }
            }
            before += part.lines
        }
        return last
    }

    /// Writes whole lines at the end; when that fails nothing of them stays.
    func append(_ lines: [UInt8]) throws(SweepError) {
        var code: Int32 = 0
        lines.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = write(descriptor, bytes.baseAddress! + done, bytes.count - done)
                if count < 0, errno == EINTR { continue }
                if count <= 0 {
                    code = count < 0 ? errno : ENOSPC
                    return
                }
                done += count
            }
        }
        guard code == 0 else {
            // What was written in part is kept up to its last whole line.
            if let file = try? MappedFile(path) { length = max(length, file.wholeLines) }
            ftruncate(descriptor, off_t(length))
            throw .disk(path: path, reason: SystemText.text(of: code))
        }
        length += lines.count
    }

    /// Asks the system to put everything on the disk.
    func synchronize() throws(SweepError) {
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else { throw .disk(path: path, reason: SystemText.lastError) }
    }
}
