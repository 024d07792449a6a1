import Foundation
import LinearAlgebra
import Solvers
import Spectra
import TestSupport
import Testing

/// The reference set-up of the study in one dimension: u'' = f, u* = sin πx, tanh features with w, b ~ U(−3, 3), h = 1e-3.
@Suite struct SpectrumStudyTests {
    static let h = 1e-3

    struct Case {
        let exact: Matrix<Double>
        let difference: Matrix<Double>
        let f: [Double]
        let test: (values: Matrix<Double>, exact: [Double])

        init(seed: UInt64) {
            var random = TestRandom(seed)
            let w = (0..<100).map { _ in Double.random(in: -3...3, using: &random) }
            let b = (0..<100).map { _ in Double.random(in: -3...3, using: &random) }
            let x = (1...200).map { -1 + 2 * Double($0) / 201 }
            let ends = [-1.0, 1.0]
            func features(_ points: [Double], _ entry: (Int, Double) -> Double) -> Matrix<Double> {
                Matrix(rows: points.count, columns: 100, elements: (0..<100).flatMap { j in points.map { entry(j, $0) } })
            }
            let value = { (j: Int, x: Double) in tanh(w[j] * x + b[j]) }
            let h = SpectrumStudyTests.h
            let second = features(x) { j, x in
                let t = value(j, x)
                return -2 * t * (1 - t * t) * w[j] * w[j]
            }
            exact = .stacked([second, features(ends, value)])
            difference = .stacked([features(x) { j, x in ((value(j, x + h) - 2 * value(j, x)) + value(j, x - h)) / (h * h) }, features(ends, value)])
            f = x.map { -Double.pi * .pi * sin(.pi * $0) } + [0, 0]
            let test = (0..<500).map { -1 + 2 * Double($0) / 499 }
            self.test = (features(test, value), test.map { sin(.pi * $0) })
        }

        func study(threads: Int = 1) throws -> SpectrumStudy {
            let floor = RoundingFloor.predict(roundingNorm: 6.0.squareRoot() / (SpectrumStudyTests.h * SpectrumStudyTests.h), rows: 200)
            return try SpectrumStudy(
                methods: [
                    .init(name: "ad", matrix: exact, isExact: true), .init(name: "fd:2:1e-3", matrix: difference, isExact: false, floor: floor),
                ], task: .init(rightHandSide: f, truth: exact, test: test), cuts: [1e-13, 1e-6], threads: threads)
        }
    }

    func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    @Test func referenceSetUp() throws {
        let studies = try (0..<5).map { try Case(seed: $0).study(threads: 2) }
        func medians(_ method: Int, _ value: (SpectrumStudy.Cut) -> Double?) -> Double {
            median(studies.map { value($0.records[method].cuts[0]) ?? .nan })
        }
        // Exact derivatives.
        #expect(abs(medians(0) { Double($0.count) } - 45) <= 1)
        #expect(abs(medians(0, \.entropy) - 0.551) < 0.01)
        #expect(medians(0, \.residual) > 1.1e-12 / 5 && medians(0, \.residual) < 1.1e-12 * 3)
        #expect(medians(0, \.error) < 1.2e-14 * 3)
        // Differences.
        #expect(medians(1) { Double($0.count) } == 100)
        #expect(abs(medians(1, \.entropy) - 0.455) < 0.01)
        #expect(medians(1, \.residual) > 2.7e-10 / 3 && medians(1, \.residual) < 2.7e-10 * 3)
        // Truncation error of the second difference: h² π² / 12 for sin πx.
        #expect(abs(medians(1, \.error) / (1e-6 * .pi * .pi / 12) - 1) < 1e-3)
        #expect(abs(medians(1, \.trueResidual) / (1e-6 * pow(.pi, 4) / 12 / 2.0.squareRoot()) - 1) < 1e-2)
        for study in studies {
            #expect(study.records.map(\.name) == ["ad", "fd:2:1e-3"])
            #expect(study.records[0].cuts.map(\.regime) == [.clean, .clean])
            #expect(study.records[1].cuts.map(\.regime) == [.noise, .clean])
            #expect(study.records[0].floor == nil)
            #expect(study.records[0].cuts[0].residual == study.records[0].cuts[0].trueResidual)
            #expect(study.records[1].rank == 100)
            #expect(study.records[1].cuts.map(\.cut) == [1e-13, 1e-6])
        }
    }

    @Test func numbersDoNotDependOnThreads() throws {
        let one = try Case(seed: 1).study(threads: 1)
        for threads in [2, 3, 4] {
            let more = try Case(seed: 1).study(threads: threads)
            #expect(zip(one.records, more.records).allSatisfy { $0.spectrum == $1.spectrum && $0.cuts == $1.cuts })
        }
    }

    @Test func spectraAlone() throws {
        let matrix = FeatureMatrices.tanh(.small)
        let study = try SpectrumStudy(methods: [.init(name: "fd", matrix: matrix, isExact: false, floor: 1e-9)], cuts: [1e-8])
        let cut = study.records[0].cuts[0]
        #expect(cut.residual == nil && cut.trueResidual == nil && cut.error == nil && cut.coefficientNorm == nil)
        #expect(cut.regime == nil)
        #expect(study.records[0].leastSquares == nil)
        #expect(study.records[0].floor == 1e-9)
        #expect(cut.count == (try study.records[0].spectrum.count(cut: 1e-8)))
    }

    @Test func badInputIsRefused() throws {
        let a = SpectrumStudy.Method(name: "ad", matrix: Matrix<Double>(rows: 3, columns: 2, repeating: 1), isExact: true)
        let b = SpectrumStudy.Method(name: "fd", matrix: Matrix<Double>(rows: 2, columns: 2, repeating: 1), isExact: false)
        #expect(throws: SolverError.spectrum(.badCut(1.5))) { try SpectrumStudy(methods: [a], cuts: [1e-3, 1.5]) }
        #expect(throws: SolverError.self) { try SpectrumStudy(methods: [a, b], cuts: [1e-3]) }
        #expect(throws: SolverError.self) { try SpectrumStudy(methods: [a], task: .init(rightHandSide: [1, 2]), cuts: [1e-3]) }
        let bad = SpectrumStudy.Method(name: "fd", matrix: Matrix<Double>(rows: 3, columns: 2, repeating: .nan), isExact: false)
        #expect(throws: SolverError.linearAlgebra(.notFinite(row: 0, column: 0))) { try SpectrumStudy(methods: [a, bad], cuts: [1e-3], threads: 2) }
    }
}
