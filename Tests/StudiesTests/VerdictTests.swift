import Studies
import Testing

/// A check has to be able to fail: the same claims on matrices made to confirm them and made to refute them.
@Suite struct VerdictTests {
    func verdict(_ item: StudyItem, _ source: ToySource) throws -> Verdict {
        let result = try Study.run([item], scale: .quick, source: source, threads: 2)
        return try #require(result.claims.first).verdict
    }

    @Test func surplusWithNoiseOnly() throws {
        #expect(try verdict(.c2, ToySource()) == .confirmedInNoise)
        var everywhere = ToySource()
        everywhere.coarse = ToySource.decay(floor: 1e-10)
        #expect(try verdict(.c2, everywhere) == .confirmed)
        var nowhere = ToySource()
        nowhere.difference = nowhere.exact
        #expect(try verdict(.c2, nowhere) == .refuted)
    }

    @Test func largerEntropy() throws {
        #expect(try verdict(.c3, ToySource()) == .confirmedInNoise)
        var nowhere = ToySource()
        nowhere.difference = nowhere.exact
        #expect(try verdict(.c3, nowhere) == .refuted)
    }

    @Test func tooFewCasesDecideNothing() throws {
        var full = ToySource()
        full.exact = Array(repeating: 1, count: ToySource.count)
        for item in [StudyItem.c2, .c3, .c3b, .c4, .c5, .c7] { #expect(try verdict(item, full) == .undecided, "\(item)") }
    }

    @Test func largeValues() throws {
        var same = ToySource()
        same.norms = (small: 1e-3, large: 1e-3)
        #expect(try verdict(.c1, same) == .confirmed)
        same.exactDifference = same.exact.map { $0 * 1.5 }
        #expect(try verdict(.c1, same) == .refuted)
    }

    @Test func otherMeasuresTellNothingApart() throws {
        #expect(try verdict(.c3b, ToySource()) == .refuted)
        var wide = ToySource()
        wide.difference = ToySource.decay(floor: 0.01)
        #expect(try verdict(.c3b, wide) == .confirmed)
    }

    @Test func floorLaw() throws {
        var law = ToySource()
        // C ≈ 0.1 where the tail is 0.1 ε ‖stencil‖ √M with M = 200.
        law.norms.small = 1.5e-10 / (0.1 * Double.ulpOfOne * Double(200).squareRoot())
        law.norms.large = 1
        #expect(try verdict(.c7, law) == .refuted)  // float32 stencils with the same tail: another C by nine orders
        #expect(try verdict(.c12, law) == .refuted)
    }

    @Test func surplusWithoutRounding() throws {
        var formula = ToySource()
        formula.exactDifference = formula.difference
        #expect(try verdict(.c6, formula) == .refuted)
    }
}
