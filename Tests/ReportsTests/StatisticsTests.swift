import Reports
import Testing

@Suite struct StatisticsTests {
    // scipy.stats.spearmanr and numpy.quantile, by Tests/Reference/Sweeps/statistics.py.
    @Test func rankCorrelationWithTies() throws {
        let x = [1.0, 2, 2, 3, 5, 8, 8, 8, 1]
        let y = [3.0, 1, 4, 1, 5, 9, 2, 6, 5]
        #expect(abs(try #require(Statistics.rankCorrelation(x, y)) - 0.3448788502503236) < 1e-15)
        #expect(Statistics.rankCorrelation([1, 2, 3], [1, 4, 9]) == 1)
        #expect(Statistics.rankCorrelation([1, 2, 3], [5, 5, 5]) == nil && Statistics.rankCorrelation([1, 2], [1, 2]) == nil)
    }

    @Test func quartiles() throws {
        let found = try #require(Statistics.quartiles([3, 1, 4, 1, 5, 9, 2, .nan, 6, 5]))
        #expect(found == (2, 4, 5))
        #expect(Statistics.quartiles([]) == nil)
        #expect(abs(Statistics.quantile([1, 2, 4, 8], 0.3) - 1.9) < 1e-15)
    }
}
