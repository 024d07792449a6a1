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
}
