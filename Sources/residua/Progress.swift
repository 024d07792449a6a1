import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Progress of long work on stderr: one line redrawn at most ten times a second on a terminal, else a line every ten seconds.
final class Progress: Sendable {
    private struct State {
        var last: Double = 0
        var drawn = false
    }

    private let state = Mutex(State())
    private let quiet: Bool
    private let interactive = Terminal.stderrIsInteractive
    private let start = Progress.now()

    init(quiet: Bool) { self.quiet = quiet }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// - Parameter fraction: the part of the work that is done, 0…1.
    func report(_ fraction: Double, _ text: String) {
        if quiet { return }
        state.withLock { state in
            let now = Progress.now()
            guard now - state.last >= (interactive ? 0.1 : 10) else { return }
            if !interactive && state.last == 0 && now - start < 10 { return }
            state.last = now
            let percent = Int((min(max(fraction, 0), 1) * 100).rounded(.down))
            let line = "\(String(repeating: " ", count: percent < 10 ? 2 : percent < 100 ? 1 : 0))\(percent) % \(text)"
            if interactive {
                _ = Terminal.write("\r\u{1B}[K" + line, to: STDERR_FILENO)
                state.drawn = true
            } else {
                Terminal.note(line)
            }
        }
    }

    /// Clears the line.
    func end() {
        state.withLock { state in
            if state.drawn { _ = Terminal.write("\r\u{1B}[K", to: STDERR_FILENO) }
            state.drawn = false
        }
    }
}
