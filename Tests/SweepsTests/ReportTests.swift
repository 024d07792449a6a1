import Sweeps
import Testing

/// What a report draws of the trials' numbers.
@Suite struct ReportTests {
    @Test func aLineThatEndsEarlyKeepsItsLastValue() {
        let lines: [[(step: Double, value: Double)]] = [
            [(0, 8), (10, 4), (20, 2)], [(0, 6), (7, 3)], [(0, 5), (10, .nan), (20, 1)], [], [(10, 9)],
        ]
        let table = SweepReport.carriedForward(lines, to: 30)
        #expect(table.map(\.step) == [0, 7, 10, 20, 30])
        #expect(table.map(\.values) == [[8, 6, 5], [8, 3, 5], [4, 3, 5, 9], [2, 3, 1, 9], [2, 3, 1, 9]])
        #expect(SweepReport.carriedForward(lines, to: nil).last?.step == 20)
        #expect(SweepReport.carriedForward([[], []], to: 30).isEmpty)
    }

    static let spacings: [(values: [Double], isLogarithmic: Bool)] = [
        ([1, 3, 10, 30, 100], true), ([50, 100, 150, 200], false), ([1, 2, 4, 8], true), ([1, 2, 3, 4], false), ([0.5, 1, 2, 3, 4], false),
        ([1e-3, 3e-3], false), ([1e-3, 1e-1], true), ([0, 1, 10, 100], false), ([-1, 1], false), ([10, 1, 100], true), ([5], false), ([], false),
    ]

    @Test(arguments: spacings.indices) func anAxisIsDrawnAsItsValuesLie(_ index: Int) {
        let (values, isLogarithmic) = Self.spacings[index]
        #expect(SweepReport.spacing(values) == (isLogarithmic ? .logarithmic : .linear), "\(values)")
    }
}
