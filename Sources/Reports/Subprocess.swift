#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A program run to its end, its standard error kept.
package struct Subprocess {
    /// The exit status, or 128 + the signal that ended it.
    package let status: Int32
    package let errorText: String

    /// The absolute path of a program in the folders of PATH, or nil; a name with a slash is looked up as it is.
    package static func find(_ program: String) -> String? {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        let candidates = program.contains("/") ? [program] : path.split(separator: ":").map { "\($0)/\(program)" }
        guard let found = candidates.first(where: { access($0, X_OK) == 0 }), let absolute = realpath(found, nil) else { return nil }
        defer { free(absolute) }
        return String(cString: absolute)
    }

    /// Runs `program` in `folder` without input; ends it after `seconds`.
    ///
    /// - Returns: nil when it could not be started.
    package static func run(_ program: String, _ arguments: [String], in folder: String, seconds: Double) -> Subprocess? {
        var pipes: [Int32] = [0, 0]
        guard pipe(&pipes) == 0 else { return nil }
        for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, pipes[1], 2)
        // The shell changes the folder: not every C library can do that while spawning.
        let words = ["/bin/sh", "-c", "cd -- \"$0\" && exec \"$@\"", folder, program] + arguments
        var vector: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for word in vector { free(word) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, "/bin/sh", &actions, nil, &vector, environ)
        close(pipes[1])
        defer { close(pipes[0]) }
        guard code == 0 else { return nil }

        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        var left = seconds * 1000
        var stopped = false
        while true {
            var waiting = pollfd(fd: pipes[0], events: Int16(POLLIN), revents: 0)
            let before = milliseconds()
            let ready = poll(&waiting, 1, Int32(max(left, 0)))
            left -= milliseconds() - before
            if ready < 0, errno == EINTR { continue }
            if ready <= 0 {
                kill(process, SIGKILL)
                stopped = true
                break
            }
            let count = read(pipes[0], &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            if bytes.count < 65536 { bytes += chunk[..<count] }
        }
        var result: Int32 = 0
        while waitpid(process, &result, 0) < 0, errno == EINTR {}
        let signal = result & 0x7f
        let text = stopped ? "it did not end within \(Int(seconds)) seconds" : String(decoding: bytes, as: UTF8.self)
        return Subprocess(status: signal == 0 ? (result >> 8) & 0xff : 128 + signal, errorText: text)
    }

    private static func milliseconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) * 1e-6
    }
}
