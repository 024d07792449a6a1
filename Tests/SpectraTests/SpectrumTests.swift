import LinearAlgebra
import Spectra
import TestSupport
import Testing

@Suite struct SpectrumTests {
    @Test func sortsAndReads() throws {
        let s = try Spectrum(singularValues: [1e-3, 8, 0, 2, 1e-20])
        #expect(s.singularValues == [8, 2, 1e-3, 1e-20, 0])
        #expect(s.largest == 8)
        #expect(s.smallest == 0)
        #expect(s.conditionNumber == .infinity)
        #expect(s.rank == 3)
        #expect(try s.count(cut: 0.25) == 1)
        #expect(try s.count(cut: 0.2499) == 2)
        #expect(try s.count(cut: 1e-10) == 3)
        #expect(try s.count(cut: 1e-300) == 4)
        #expect(try Spectrum(singularValues: [4, 2, 0.5]).conditionNumber == 8)
    }

    /// The tolerance of the rank grows with the larger dimension.
    @Test func rankDependsOnTheLargerDimension() throws {
        let values = [1, 1e-14]
        #expect(try Spectrum(singularValues: values).rank == 2)
        #expect(try Spectrum(singularValues: values, largestDimension: 100).rank == 1)
    }

    @Test func ofADecomposition() throws {
        let matrix = FeatureMatrices.tanh(.small)
        let a = Spectrum(try SingularValueDecomposition(of: matrix))
        #expect(a.largestDimension == 30)
        #expect(Spectrum(try SingularValueDecomposition(of: matrix.transposed)) == a)
    }

    @Test func zeroSpectrum() throws {
        let s = try Spectrum(singularValues: [0, 0, 0])
        #expect(try s.count(cut: 1e-13) == 0)
        #expect(try s.entropy(cut: 1e-13) == 0)
        #expect(s.rank == 0)
        #expect(s.effectiveRank == 0)
        #expect(s.conditionNumber == .infinity)
    }

    @Test func badInputIsRefused() throws {
        #expect(throws: SpectrumError.empty) { try Spectrum(singularValues: []) }
        #expect(throws: SpectrumError.notFinite(index: 1)) { try Spectrum(singularValues: [1, .nan]) }
        #expect(throws: SpectrumError.notFinite(index: 0)) { try Spectrum(singularValues: [.infinity, 1]) }
        #expect(throws: SpectrumError.negative(index: 2, value: -1)) { try Spectrum(singularValues: [1, 2, -1]) }
        let s = try Spectrum(singularValues: [1, 0.5])
        for cut in [0, 1, -1e-3, 2, .infinity] {
            #expect(throws: SpectrumError.badCut(cut)) { try s.count(cut: cut) }
            #expect(throws: SpectrumError.badCut(cut)) { try s.entropy(cut: cut) }
        }
        #expect(throws: SpectrumError.self) { try s.entropy(cut: .nan) }
        #expect(throws: SpectrumError.badCutOff(0)) { try s.entropy(.absoluteCutoff, cut: 0) }
    }
}
