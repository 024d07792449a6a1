import Foundation
import LinearAlgebra
import Spectra
import TestSupport
import Testing

@Suite struct FloorTests {
    @Test func prediction() {
        let norm = 6.0.squareRoot() / 1e-6
        let floor = RoundingFloor.predict(roundingNorm: norm, rows: 200)
        #expect(abs(floor / (0.1 * 0x1p-52 * 6.0.squareRoot() * 200.0.squareRoot() * 1e6) - 1) < 1e-14)
        #expect(RoundingFloor.predict(roundingNorm: norm, rows: 200, epsilon: 0x1p-23) == floor * 0x1p29)
    }

    @Test func observedConstantIsTheMedianOfTheTail() throws {
        let unit = RoundingFloor.predict(roundingNorm: 1, rows: 4) / RoundingFloor.constant
        let s = try Spectrum(singularValues: [1, 0.5] + [0.3, 0.2, 0.1].map { $0 * unit })
        #expect(abs(RoundingFloor.observedConstant(of: s, after: 2, roundingNorm: 1, rows: 4)! - 0.2) < 1e-15)
        #expect(abs(RoundingFloor.observedConstant(of: s, after: 3, roundingNorm: 1, rows: 4)! - 0.15) < 1e-15)
        #expect(RoundingFloor.observedConstant(of: s, after: 5, roundingNorm: 1, rows: 4) == nil)
    }

    /// Differences of tanh features: the constant lies where the prediction expects it, for several steps.
    @Test(arguments: [1e-4, 1e-3, 1e-2])
    func constantOfDifferencedFeatures(h: Double) throws {
        let (w, b) = FeatureMatrices.parameters(100)
        let x = FeatureMatrices.points(200, 5, 1024)
        var matrix = Matrix<Double>(rows: 200, columns: 100)
        for j in 0..<100 {
            for i in 0..<200 {
                matrix[i, j] = ((tanh(w[j] * (x[i] + h) + b[j]) - 2 * tanh(w[j] * x[i] + b[j])) + tanh(w[j] * (x[i] - h) + b[j])) / (h * h)
            }
        }
        let s = try Spectrum(singularValues: SingularValueDecomposition.singularValues(of: matrix))
        let exact = try Spectrum(singularValues: SingularValueDecomposition.singularValues(of: FeatureMatrices.tanh(.large)))
        let constant = try #require(
            RoundingFloor.observedConstant(of: s, after: exact.count(cut: 1e-13), roundingNorm: 6.0.squareRoot() / (h * h), rows: 200))
        #expect(constant > 0.05 && constant < 0.5)
    }

    @Test func regimes() throws {
        let exact = try Spectrum(singularValues: (0..<10).map { pow(10, -3 * Double($0)) })
        func regime(_ floor: Double?, cut: Double = 1e-13, exact: Spectrum?) throws -> Regime? {
            try Regime.of(exact: exact, features: 10, floor: floor, largest: 2, cut: cut)
        }
        #expect(try regime(1e-10, exact: nil) == nil)
        #expect(try regime(nil, exact: exact) == .clean)
        #expect(try regime(0, exact: exact) == .clean)
        #expect(try regime(2e-13, exact: exact) == .clean)
        #expect(try regime(2.1e-13, exact: exact) == .noise)
        #expect(try regime(2e-3, exact: exact) == .noise)
        #expect(try regime(2.1e-3, exact: exact) == .swamped)
        // Nine of ten values exceed the cut 1e-25: nothing to compare, whatever the floor.
        #expect(try regime(1, cut: 1e-25, exact: exact) == .fullRank)
        #expect(try regime(1, cut: 1e-23, exact: exact) == .swamped)
        #expect(throws: SpectrumError.badCut(0)) { try regime(1, cut: 0, exact: exact) }
        #expect(Regime.allCases.map(\.rawValue) == ["full-rank", "clean", "noise", "swamped"])
    }
}
