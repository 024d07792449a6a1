import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Ctrl-C and a polite end, noted and looked at between steps or trials.
enum Interruption {
    private static let asked = Atomic<Bool>(false)

    static var isAsked: Bool { asked.load(ordering: .relaxed) }

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
        // A launcher may have them blocked in the thread that started this process.
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM] { sigaddset(&signals, signal) }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
}
