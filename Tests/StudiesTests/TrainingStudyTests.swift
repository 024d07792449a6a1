import Compute
import Differentiation
import Foundation
import Studies
import Testing

/// Trainings of the study: checks that can fail, journals that lose nothing, windows that sum to one.
@Suite struct TrainingStudyTests {
    func verdict(_ item: StudyItem, _ source: ToyTrainings) throws -> Verdict {
        try #require(try Study.run([item], scale: .quick, source: source, threads: 2).claims.first).verdict
    }

    @Test func trainsFaster() throws {
        #expect(try verdict(.c8, ToyTrainings { _ in 1 }) == .refuted)
        #expect(try verdict(.c8, ToyTrainings { $0.method == .automatic ? 1 : 4 }) == .confirmed)
        #expect(try verdict(.c8, ToyTrainings { $0.method != .automatic && $0.precision == .f32 ? 4 : 1 }) == .confirmedInSingle)
        // Two of eight seeds are too many.
        #expect(try verdict(.c8, ToyTrainings { $0.method != .automatic && $0.precision == .f32 && $0.replicate > 1 ? 4 : 1 }) == .refuted)
    }

    @Test func moreSoForBiharmonic() throws {
        func loss(_ poisson: Double, _ biharmonic: Double) -> ToyTrainings {
            ToyTrainings { $0.method == .automatic || $0.precision == .f64 ? 1 : $0.equation == .poisson ? poisson : biharmonic }
        }
        #expect(try verdict(.c9, loss(3, 9)) == .confirmedInSingle)
        #expect(try verdict(.c9, loss(9, 3)) == .refuted)
    }

    @Test func moreSoForDeeper() throws {
        #expect(
            try verdict(.c10, ToyTrainings { $0.method != .automatic && $0.precision == .f32 ? Double(3 * $0.hidden.count) : 1 })
                == .confirmedInSingle)
        #expect(try verdict(.c10, ToyTrainings { $0.method != .automatic && $0.precision == .f32 ? 3 : 1 }) == .refuted)
    }

    @Test func entropyAndSpeed() throws {
        // Entropy grows with the range in the toy: speed that does so too is predicted, its opposite is not.
        #expect(try verdict(.c11, ToyTrainings { 1 / ($0.range ?? 1) + 1e-9 * Double(($0.replicate * 7) % 4) }) != .refuted)
        #expect(try verdict(.c11, ToyTrainings { $0.range ?? 1 }) == .refuted)
    }

    @Test func journalGoesOn() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        func run(_ source: ToyTrainings, _ version: String) throws -> [Double] {
            let journal = try TrainingJournal(path, version: version)
            return try Study.run([.c8], scale: .quick, source: source, threads: 2, journal: journal).claims[0].numbers.map(\.value)
        }
        let first = try run(ToyTrainings { Double($0.replicate + 1) / 3 }, "1")
        // A torn last line is passed over; the rest is known and not trained again.
        var text = try String(contentsOfFile: path, encoding: .utf8)
        let lines = text.split(separator: "\n").count
        text = String(text.dropLast(40))
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try TrainingJournal(path, version: "1").count == lines - 1)
        let counter = Counter()
        let again = try run(ToyTrainings(counter: counter) { Double($0.replicate + 1) / 3 }, "1")
        #expect(again == first)
        #expect(counter.count == 1)
        _ = try run(ToyTrainings(counter: counter) { Double($0.replicate + 1) / 3 }, "2")
        #expect(counter.count == 1 + lines)
    }

    @Test func journalThatCannotBeKept() throws {
        #expect(throws: StudyError.self) { try TrainingJournal("/nowhere/at/all", version: "1") }
    }

    /// One short real training: steps in order, each once, and the same bits on repetition.
    @Test func realTraining() throws {
        let setting = TrainingSetting(
            .biharmonic, hidden: [10], range: 2, steps: 20, points: 30, method: .finiteDifference(accuracy: 2, step: .fixed(0.05), precision: nil))
        let trials = try (0..<2).map { _ in try PlainSource().train(setting, seed: 4) }
        #expect(trials[0].loss == trials[1].loss)
        #expect(trials[0].steps == [0, 1, 2, 3, 6, 10, 18, 20])
        #expect(trials[0].spectra.map(\.step) == [0, 6, 20])
        #expect(trials[0].finalLoss < trials[0].loss[0])
    }

    /// Windows sum to one, so windowed features of one constant neuron reproduce what plain ones give.
    @Test func windowedFeatures() throws {
        for equation in StudyEquation.allCases {
            let plain = try PlainSource().partition(PartitionSetting(equation, patches: 1, range: 2), seed: 1)
            let windowed = try PlainSource().partition(PartitionSetting(equation, patches: 2, range: 2), seed: 1)
            // Both solve the equation: a wrong derivative of a window would not.
            #expect(plain.error < 1e-11)
            #expect(windowed.error < 1e-9)
            #expect(windowed.count > plain.count)
        }
    }
}
