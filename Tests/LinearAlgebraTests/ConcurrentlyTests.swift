import LinearAlgebra
import Testing

@Suite struct ConcurrentlyTests {
    struct Refusal: Error, Equatable { let item: Int }

    @Test(arguments: [0, 1, 2, 3, 4, 100])
    func resultsKeepTheOrderOfTheItems(threads: Int) {
        let items = Array(0..<97)
        #expect(concurrently(items, threads: threads) { $0 * $0 } == items.map { $0 * $0 })
        #expect(concurrently([Int](), threads: threads) { $0 } == [])
    }

    @Test func theFirstFailureInOrderIsThrown() {
        #expect(throws: Refusal(item: 3)) {
            try concurrently(Array(0..<50), threads: 4) { item throws(Refusal) in
                if item % 10 == 3 { throw Refusal(item: item) }
                return item
            }
        }
    }

    @Test(arguments: [1, 2, 3, 8])
    func itemsAreTakenInTheirOrder(threads: Int) {
        let items = Array(0..<97)
        var taken: [Int] = []
        inTurn(items, threads: threads, prepare: { $0 * $0 }) { item, square in taken.append(square - item) }
        #expect(taken == items.map { $0 * $0 - $0 })
        inTurn([Int](), threads: threads, prepare: { $0 }) { _, _ in Issue.record("nothing was given") }
    }

    @Test(arguments: [1, 3])
    func nothingIsTakenAfterAFailure(threads: Int) {
        var taken: [Int] = []
        #expect(throws: Refusal(item: 5)) {
            try inTurn(Array(0..<50), threads: threads, prepare: { $0 }) { item, _ throws(Refusal) in
                if item == 5 { throw Refusal(item: item) }
                taken.append(item)
            }
        }
        #expect(taken == [0, 1, 2, 3, 4])
    }
}
