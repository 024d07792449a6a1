#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Whole files in and out.
package enum FileBytes {
    /// Up to `count` bytes from a regular file's beginning; fewer where it is shorter, none where it cannot be read.
    package static func beginning(of path: String, count: Int) -> [UInt8] {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return [] }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(0, buffer.baseAddress.map { readSome(descriptor, $0, count) } ?? 0)
        }
    }

    /// The bytes of a regular file.
    ///
    /// - Throws: `ModelError.cannotRead`, or `tooLarge` if the file is larger than the machine's memory.
    package static func read(_ path: String) throws(ModelError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotRead(path: path, reason: systemMessage()) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .cannotRead(path: path, reason: systemMessage()) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw .cannotRead(path: path, reason: "it is a directory") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .cannotRead(path: path, reason: "it is not a regular file") }
        let size = Int(status.st_size)
        try ModelError.requireMemory(bytes: Double(size), for: path)
        var failure: String?
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = 0
            while count < size {
                let got = readSome(descriptor, buffer.baseAddress! + count, size - count)
                if got < 0 {
                    failure = systemMessage()
                    return
                }
                if got == 0 { return }
                count += got
            }
        }
        if let failure { throw .cannotRead(path: path, reason: failure) }
        return bytes
    }

    /// Where a file of this name would be written: behind symbolic links, which stay.
    ///
    /// - Throws: `ModelError.cannotWrite` where the name stands for something that is no regular file, such as a folder, a device or a pipe.
    package static func place(of name: String) throws(ModelError) -> String {
        var status = stat()
        if stat(name, &status) != 0 {
            guard lstat(name, &status) != 0 else { throw .cannotWrite(path: name, reason: "it is a link to a file that is not there") }
            return name
        }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw .cannotWrite(path: name, reason: "it is a folder") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .cannotWrite(path: name, reason: "it is not a regular file") }
        guard let real = realpath(name, nil) else { throw .cannotWrite(path: name, reason: systemMessage()) }
        defer { free(real) }
        return String(cString: real)
    }

    /// Writes beside the file and renames, so that the path holds the old bytes or all of the new ones, never a part.
    ///
    /// - Throws: `ModelError.cannotWrite`; nothing is left behind then.
    package static func write(_ bytes: [UInt8], to name: String) throws(ModelError) {
        let path = try place(of: name)
        let beside = "\(path).\(getpid()).partial"
        let descriptor = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: systemMessage()) }
        var failure: String?
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let put = writeSome(descriptor, buffer.baseAddress! + done, buffer.count - done)
                if put < 0 {
                    failure = systemMessage()
                    return
                }
                done += put
            }
        }
        if close(descriptor) != 0, failure == nil { failure = systemMessage() }
        if failure == nil, rename(beside, path) != 0 { failure = systemMessage() }
        if let failure {
            unlink(beside)
            throw .cannotWrite(path: path, reason: failure)
        }
    }

    /// Writes what `body` puts, some bytes after others, beside the file and renames.
    ///
    /// - Throws: `ModelError.cannotWrite`, and what `body` throws; nothing is left behind then.
    package static func write(to name: String, _ body: (_ put: ([UInt8]) throws -> Void) throws -> Void) throws {
        let path = try place(of: name)
        let beside = "\(path).\(getpid()).partial"
        let descriptor = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw ModelError.cannotWrite(path: path, reason: systemMessage()) }
        do {
            try body { bytes in
                try bytes.withUnsafeBytes { buffer in
                    var done = 0
                    while done < buffer.count {
                        let put = writeSome(descriptor, buffer.baseAddress! + done, buffer.count - done)
                        if put < 0 { throw ModelError.cannotWrite(path: path, reason: systemMessage()) }
                        done += put
                    }
                }
            }
        } catch {
            close(descriptor)
            unlink(beside)
            throw error
        }
        guard close(descriptor) == 0, rename(beside, path) == 0 else {
            let reason = systemMessage()
            unlink(beside)
            throw ModelError.cannotWrite(path: path, reason: reason)
        }
    }

    /// What the last failed system call says.
    private static func systemMessage() -> String {
        switch errno {
        case ENOENT: "there is no such file or folder"
        case EACCES, EPERM: "permission denied"
        case ENOSPC, EDQUOT: "the disk is full"
        default: String(cString: strerror(errno))
        }
    }
}

/// Up to 1 GiB at a call, again after an interruption.
private func readSome(_ descriptor: Int32, _ target: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
    while true {
        let got = read(descriptor, target, min(count, 1 << 30))
        if got >= 0 || errno != EINTR { return got }
    }
}

/// Up to 1 GiB at a call, again after an interruption.
private func writeSome(_ descriptor: Int32, _ source: UnsafeRawPointer, _ count: Int) -> Int {
    while true {
        let put = write(descriptor, source, min(count, 1 << 30))
        if put >= 0 || errno != EINTR { return put }
    }
}
