import Foundation
import LinearAlgebra
import Spectra
import TestSupport
import Testing

@Suite struct EntropyTests {
    @Test(arguments: [2, 3, 10, 1000])
    func flatSpectrumHasEntropyOne(n: Int) throws {
        let s = try Spectrum(singularValues: Array(repeating: 0.7, count: n))
        #expect(abs(try s.entropy(cut: 1e-6) - 1) < 1e-15)
        #expect(abs(try s.entropyOfSquares(cut: 1e-6) - 1) < 1e-15)
        #expect(abs(s.effectiveRank - Double(n)) < 1e-12 * Double(n))
    }

    @Test func oneValueKeptHasEntropyZero() throws {
        let s = try Spectrum(singularValues: [1, 1e-8, 1e-9])
        #expect(try s.entropy(cut: 1e-6) == 0)
        #expect(try s.entropy(.unnormalised, cut: 1e-6) == 0)
        #expect(try Spectrum(singularValues: [3]).entropy(cut: 1e-6) == 0)
        #expect(try Spectrum(singularValues: [3]).effectiveRank == 1)
    }

    @Test(arguments: [1.0, 0.5, 0.1, 1e-3, 1e-9])
    func twoValues(ratio: Double) throws {
        let p = 1 / (1 + ratio)
        let q = ratio / (1 + ratio)
        let s = try Spectrum(singularValues: [6, 6 * ratio])
        let shannon = -(p * log(p) + q * log(q))
        #expect(abs(try s.entropy(cut: 1e-12) - shannon / log(2)) < 1e-15)
        #expect(abs(try s.entropy(.unnormalised, cut: 1e-12) - shannon) < 1e-15)
        #expect(abs(s.effectiveRank - exp(shannon)) < 4e-15)
    }

    /// Powers of two change no digit; other scales only the last.
    @Test func scalingChangesNothing() throws {
        let values = FeatureMatrices.parameters(40).weights.map { exp(4 * $0) }
        let s = try Spectrum(singularValues: values)
        for scale in [0x1p-900, 0x1p900] {
            let t = try Spectrum(singularValues: values.map { $0 * scale })
            #expect(try t.entropy(cut: 1e-8) == s.entropy(cut: 1e-8))
            #expect(t.effectiveRank == s.effectiveRank)
        }
        let t = try Spectrum(singularValues: values.map { $0 * 3.3 })
        #expect(abs(try t.entropy(cut: 1e-8) - s.entropy(cut: 1e-8)) < 1e-15)
    }

    /// Entropies of 60-digit spectra, by their double-precision roundings: the formula alone.
    @Test(arguments: ["tanh-30x20", "tanh-200x100", "algebraic-30x20", "algebraic-200x100"])
    func sixtyDigitReference(name: String) throws {
        let reference = try ReferenceNumbers("spectra/\(name).txt")
        let s = try Spectrum(singularValues: reference.values("s"))
        #expect(reference.indices("count").count == 6)
        for cut in reference.indices("count") {
            #expect(try Double(s.count(cut: cut)) == reference.value("count", at: cut))
            #expect(abs(try s.entropy(cut: cut) - reference.value("entropy", at: cut)) < 2e-15)
            #expect(abs(try s.entropyOfSquares(cut: cut) - reference.value("entropyOfSquares", at: cut)) < 2e-15)
        }
        #expect(abs(s.effectiveRank / reference.value("effectiveRank", at: 0) - 1) < 1e-14)
    }

    /// The whole chain, from parameters over matrix and decomposition to count and entropy.
    @Test(arguments: FeatureMatrices.Size.allCases)
    func wholeChain(size: FeatureMatrices.Size) throws {
        for (kind, matrix) in [("tanh", FeatureMatrices.tanh(size)), ("algebraic", FeatureMatrices.algebraic(size))] {
            let reference = try ReferenceNumbers("spectra/\(kind)-\(size.name).txt")
            let full = Spectrum(try SingularValueDecomposition(of: matrix))
            let valuesOnly = try Spectrum(singularValues: SingularValueDecomposition.singularValues(of: matrix))
            for s in [full, valuesOnly] {
                for cut in reference.indices("count") where reference.value("distance", at: cut) > 1e-3 {
                    #expect(try Double(s.count(cut: cut)) == reference.value("count", at: cut))
                    #expect(abs(try s.entropy(cut: cut) - reference.value("entropy", at: cut)) < 1e-13)
                    #expect(abs(try s.entropyOfSquares(cut: cut) - reference.value("entropyOfSquares", at: cut)) < 1e-13)
                }
            }
        }
    }

    @Test func definitionsDifferAsTheySay() throws {
        let s = try Spectrum(singularValues: [4, 2, 1, 1e-9])
        let p = [4.0 / 7, 2.0 / 7, 1.0 / 7]
        let shannon = -p.map { $0 * log($0) }.reduce(0, +)
        #expect(abs(try s.entropy(.truncated, cut: 1e-6) - shannon / log(3)) < 1e-15)
        #expect(abs(try s.entropy(.dividedByAll, cut: 1e-6) - shannon / log(4)) < 1e-15)
        #expect(abs(try s.entropy(.unnormalised, cut: 1e-6) - shannon) < 1e-15)
        let q = [16.0 / 21, 4.0 / 21, 1.0 / 21]
        #expect(abs(try s.entropy(.squares, cut: 1e-6) + q.map { $0 * log($0) }.reduce(0, +) / log(3)) < 1e-15)
        // Absolute: 4 and 2 exceed 1.5, one of the four exceeds 3.
        let r = [2.0 / 3, 1.0 / 3]
        #expect(abs(try s.entropy(.absoluteCutoff, cut: 1.5) + r.map { $0 * log($0) }.reduce(0, +) / log(2)) < 1e-15)
        #expect(try s.entropy(.absoluteCutoff, cut: 3) == 0)
    }

    @Test func namesRoundTrip() throws {
        #expect(EntropyDefinition.catalogue.map(\.name) == ["truncated", "squares", "absolute-cut-off", "divided-by-all", "unnormalised"])
        for weights in [EntropyDefinition.Weights.values, .squares] {
            for cutoff in [EntropyDefinition.Cutoff.relative, .absolute] {
                for normalisation in [EntropyDefinition.Normalisation.kept, .all, .none] {
                    let definition = EntropyDefinition(weights: weights, cutoff: cutoff, normalisation: normalisation)
                    #expect(try EntropyDefinition(name: definition.name) == definition)
                }
            }
        }
        for name in ["", "square", "truncated+squares", "squares+", "Squares"] {
            #expect(throws: SpectrumError.unknownDefinition(name)) { try EntropyDefinition(name: name) }
        }
        #expect("\(SpectrumError.unknownDefinition("x"))".contains("divided-by-all"))
    }
}
