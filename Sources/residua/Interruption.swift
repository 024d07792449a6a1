import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Ctrl-C and a polite end, noted and looked at between steps or trials.
enum Interruption {
    private static let asked = Atomic<Bool>(false)

    static var isAsked: Bool { asked.load(ordering: .relaxed) }

    /// Makes a signal end the program with the code of an interruption.
    static func leaveAtOnce() {
        for signal in [SIGINT, SIGTERM] { Glibc.signal(signal) { _ in _exit(ExitStatus.interrupted.rawValue) } }
        unblock()
    }

    /// - Parameter secondLeaves: whether a second signal leaves at once; else it changes nothing, as launchers may send several.
    static func watch(secondLeaves: Bool = false) {
        for signal in [SIGINT, SIGTERM] {
            if secondLeaves {
                Glibc.signal(signal) { _ in
                    if Interruption.asked.exchange(true, ordering: .relaxed) { _exit(ExitStatus.interrupted.rawValue) }
                }
            } else {
                Glibc.signal(signal) { _ in Interruption.asked.store(true, ordering: .relaxed) }
            }
        }
        unblock()
    }

    /// A launcher may have them blocked in the thread that started this process.
    private static func unblock() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM] { sigaddset(&signals, signal) }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
}
