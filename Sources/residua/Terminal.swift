#if canImport(Glibc)
    import Glibc
#endif

/// Results go to standard output, everything else to standard error.
enum Terminal {
    static var stderrIsInteractive: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes a line to standard output; a full disk is an error and not lost.
    static func result(_ line: String) throws {
        if let reason = write(line + "\n", to: STDOUT_FILENO) {
            throw Failure(.internalError, "Standard output could not be written: \(reason); check the disk or the pipe.")
        }
    }

    static func note(_ line: String) { _ = write(line + "\n", to: STDERR_FILENO) }

    static func error(_ sentence: String) { note("residua: error: \(sentence)") }

    /// Writes all bytes.
    ///
    /// - Returns: why it failed, nil when it did not.
    static func write(_ text: String, to file: Int32) -> String? {
        var copy = text
        return copy.withUTF8 { bytes in
            var done = 0
            while done < bytes.count {
                let count = Glibc.write(file, bytes.baseAddress! + done, bytes.count - done)
                if count > 0 { done += count } else if errno != EINTR { return String(cString: strerror(errno)) }
            }
            return nil
        }
    }
}
