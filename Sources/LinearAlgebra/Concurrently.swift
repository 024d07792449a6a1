import CCompute
import Dispatch
import Synchronization

/// Applies `body` to every item on up to `threads` threads and returns the results in the order of the items.
///
/// Each result depends on its item alone, so the outcome does not depend on the number of threads. The first failure, in the
/// order of the items, is thrown after all have ended.
///
/// - Parameter threads: at least 1; 1 runs everything on the caller's thread.
public func concurrently<Item: Sendable, Result: Sendable, Failure: Error>(
    _ items: [Item], threads: Int, _ body: @Sendable (Item) throws(Failure) -> Result
) throws(Failure) -> [Result] {
    let slots = Slots<Swift.Result<Result, Failure>>(count: items.count)
    let next = Atomic<Int>(0)
    @Sendable func work(_: Int) {
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < items.count else { return }
            do throws(Failure) { slots.set(index, .success(try body(items[index]))) } catch { slots.set(index, .failure(error)) }
        }
    }
    let workers = min(max(threads, 1), items.count)
    if workers > 1 {
        // Every core is busy with an item of its own: nothing within is shared out further.
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
            let before = cc_thread_alone(true)
            work(worker)
            _ = cc_thread_alone(before)
        }
    } else {
        work(0)
    }
    var results = [Result]()
    results.reserveCapacity(items.count)
    for outcome in slots.take() { results.append(try outcome.get()) }
    return results
}

/// Prepares items on up to `threads` threads and takes them on the caller's, one after another in their order, while the next are prepared.
///
/// The caller prepares as well while nothing is there to be taken. No more than `threads` + 1 items are prepared and not yet taken.
///
/// - Parameter threads: at least 1; 1 runs everything on the caller's thread.
/// - Throws: what `consume` throws, after all preparations have ended; later items are not taken.
public func inTurn<Item: Sendable, Value: Sendable, Failure: Error>(
    _ items: [Item], threads: Int, prepare: @escaping @Sendable (Item) -> Value, consume: (Item, Value) throws(Failure) -> Void
) throws(Failure) {
    guard threads > 1, items.count > 1 else {
        for item in items { try consume(item, prepare(item)) }
        return
    }
    let slots = Slots<Value>(count: items.count)
    let ready = items.map { _ in DispatchSemaphore(value: 0) }
    let queue = Queue(count: items.count, ahead: threads + 1)
    @Sendable func prepareNext() -> Bool {
        guard let index = queue.next() else { return false }
        let before = cc_thread_alone(true)
        slots.set(index, prepare(items[index]))
        _ = cc_thread_alone(before)
        ready[index].signal()
        return true
    }
    let workers = DispatchGroup()
    let others = min(threads, items.count) - 1
    for _ in 0..<others {
        DispatchQueue.global(qos: .userInitiated).async(group: workers) {
            repeat { queue.room.wait() } while prepareNext()
        }
    }
    defer {
        queue.close()
        for _ in 0..<others { queue.room.signal() }
        workers.wait()
    }
    for (index, item) in items.enumerated() {
        while ready[index].wait(timeout: .now()) == .timedOut {
            if queue.room.wait(timeout: .now()) == .success, prepareNext() { continue }
            ready[index].wait()
            break
        }
        guard let value = slots.take(index) else { preconditionFailure("an item was prepared and is not there") }
        try consume(item, value)
        queue.room.signal()
    }
}

/// Hands out the numbers of items in their order.
private final class Queue: Sendable {
    /// One for each item that may be begun.
    let room: DispatchSemaphore
    private let begun = Atomic<Int>(0)
    private let count: Int

    init(count: Int, ahead: Int) {
        self.count = count
        room = DispatchSemaphore(value: 0)
        // A semaphore must not end lower than it began.
        for _ in 0..<ahead { room.signal() }
    }

    /// - Returns: nil behind the last.
    func next() -> Int? {
        let index = begun.wrappingAdd(1, ordering: .relaxed).oldValue
        return index < count ? index : nil
    }

    /// No more are handed out.
    func close() { begun.store(count, ordering: .relaxed) }
}

/// One place per result; every place is written by exactly one thread before the joining reader looks.
private final class Slots<Value: Sendable>: @unchecked Sendable {
    private let base: UnsafeMutablePointer<Value?>
    private let count: Int

    init(count: Int) {
        self.count = count
        base = .allocate(capacity: count)
        base.initialize(repeating: nil, count: count)
    }

    deinit {
        base.deinitialize(count: count)
        base.deallocate()
    }

    func set(_ index: Int, _ value: Value) { base[index] = value }

    func take() -> [Value] { (0..<count).map { base[$0]! } }

    /// One value, of which nothing is kept.
    func take(_ index: Int) -> Value? {
        defer { base[index] = nil }
        return base[index]
    }
}
