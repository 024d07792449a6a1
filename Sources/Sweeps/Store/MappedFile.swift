#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file's bytes, mapped into memory.
final class MappedFile: @unchecked Sendable {
    let path: String
    let bytes: UnsafeRawBufferPointer

    init(_ path: String) throws(SweepError) {
        self.path = path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path: path, place: nil, reason: "the file cannot be read: \(SystemText.lastError)") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(path: path, place: nil, reason: "this is not a regular file")
        }
        let size = Int(status.st_size)
        if size == 0 {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
            throw .unreadable(path: path, place: nil, reason: "the file cannot be mapped into memory: \(SystemText.lastError)")
        }
        madvise(base, size, MADV_SEQUENTIAL)
        bytes = UnsafeRawBufferPointer(start: base, count: size)
    }

    /// A file's path without links, by which it is known.
    static func absolute(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    deinit { if let base = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: base), bytes.count) } }

    /// The end of the last whole line.
    var wholeLines: Int {
        var end = bytes.count
        while end > 0, bytes[end - 1] != 0x0A { end -= 1 }
        return end
    }

    /// Ranges of whole lines, of about `size` bytes each.
    ///
    /// - Parameter range: begins and ends with a line; all whole lines if nil.
    func chunks(of size: Int, in range: Range<Int>? = nil) -> [Range<Int>] {
        guard let base = bytes.baseAddress else { return [] }
        let end = range?.upperBound ?? wholeLines
        var result: [Range<Int>] = []
        var start = range?.lowerBound ?? 0
        while start < end {
            var stop = min(start + size, end)
            if stop < end, let feed = memchr(base + stop, 0x0A, end - stop) { stop = UnsafeRawPointer(feed) - base + 1 }
            result.append(start..<stop)
            start = stop
        }
        return result
    }

    /// Gives back the memory behind a range that is not needed any more, so that a process holds no more of a long file than it reads.
    func release(_ range: Range<Int>) {
        guard let base = bytes.baseAddress else { return }
        let page = 4096
        let (start, end) = ((range.lowerBound + page - 1) / page * page, range.upperBound / page * page)
        if end > start { madvise(UnsafeMutableRawPointer(mutating: base + start), end - start, MADV_DONTNEED) }
    }

    /// Calls `body` with every line of a range, without its line feed.
    func lines<Failure: Error>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        guard let base = bytes.baseAddress else { return }
        var at = range.lowerBound
        while at < range.upperBound {
            let end = memchr(base + at, 0x0A, range.upperBound - at).map { UnsafeRawPointer($0) - base } ?? range.upperBound
            try body(UnsafeRawBufferPointer(start: base + at, count: end - at))
            at = end + 1
        }
    }
}

/// What the system says.
enum SystemText {
    static var lastError: String { text(of: errno) }

    static func text(of code: Int32) -> String {
        switch code {
        case ENOSPC, EDQUOT: return "the disk is full"
        case EFBIG: return "the file would become larger than is allowed (ulimit -f)"
        case ENOENT: return "there is no such file or folder"
        case EACCES, EPERM: return "permission denied"
        case EROFS: return "the disk may only be read"
        default:
            let text = String(cString: strerror(code))
            return text.prefix(1).lowercased() + text.dropFirst()
        }
    }

    static var host: String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, 255)
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
