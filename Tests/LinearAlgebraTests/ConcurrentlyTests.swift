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
}
