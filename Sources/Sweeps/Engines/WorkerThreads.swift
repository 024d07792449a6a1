#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Threads of one's own, each with a stack of 16 MiB.
final class WorkerThreads {
    private final class Task {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private var threads: [pthread_t] = []

    /// - Returns: nil when the system gives no thread.
    init?(count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return nil }
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, 16 << 20)
        for index in 0..<count {
            let task = Unmanaged.passRetained(Task { body(index) })
            var thread = pthread_t()
            let code = pthread_create(
                &thread, &attributes,
                { argument in
                    if let argument { Unmanaged<Task>.fromOpaque(argument).takeRetainedValue().body() }
                    return nil
                }, task.toOpaque())
            if code == 0 {
                threads.append(thread)
            } else {
                task.release()
                break
            }
        }
        if threads.isEmpty { return nil }
    }

    var count: Int { threads.count }

    func join() {
        for thread in threads { pthread_join(thread, nil) }
        threads = []
    }
}
