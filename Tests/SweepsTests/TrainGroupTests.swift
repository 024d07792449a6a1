import Compute
import Foundation
import Sweeps
import TestSupport
import Testing

/// Trainings of one shape, together and one by one.
@Suite struct TrainGroupTests {
    static func list(_ text: String) throws -> TrialList { try TrialList(Manifest(Array(text.utf8), path: "m.toml")) }

    static func eight(_ fixed: String) throws -> TrialList {
        try list(
            SmallSweep.trainings(
                "steps = 25\nlog-every = 10\nspectrum-every = 20\n" + fixed, replicates: 2,
                axes: "derivative = [\"ad\", \"fd:2:1e-2\"]\nlearning-rate = [1e-3, 1e-2]"))
    }

    static let settings = ["", "precision = \"f32\"", "optimizer = \"adamw\"\ndecay-factor = 0.5\ndecay-steps = 10", "optimizer = \"gd\""]

    /// A tolerance that is never met keeps a trial out of the ensembles: then a trainer does it.
    @Test(arguments: settings.indices) func togetherAloneAndByATrainer(_ index: Int) throws {
        let (grouped, single) = (try Self.eight(Self.settings[index]), try Self.eight(Self.settings[index] + "\ntolerance = 1e-300"))
        let context = TrialContext(files: TrialFiles(folder: "."), device: try Device(.native))
        let kind = grouped.expansion.manifest.kind
        let trials = (0..<grouped.count).map { grouped[$0] }
        #expect(trials.count == 8 && Set(trials.map { kind.shape(of: $0) }).count == 1 && kind.shape(of: trials[0]) != nil)
        #expect(kind.shape(of: single[0]) == nil)
        let together = kind.run(group: trials, in: context)
        for (place, result) in together.enumerated() {
            #expect(result.status == .done, "\(result.reason ?? "")")
            #expect(try kind.run(trials[place], in: context) == result)
            #expect(try kind.run(single[place], in: context) == result)
        }
        #expect(Set(together.map { $0.series[1].values.description }).count == 8)
    }

    @Test func aTrialThatDivergesLeavesTheOthersAlone() throws {
        let list = try Self.list(
            SmallSweep.trainings("steps = 300\nlog-every = 300\noptimizer = \"gd\"", axes: "learning-rate = [1e-4, 1e6]"))
        let kind = list.expansion.manifest.kind
        let context = TrialContext(files: TrialFiles(folder: "."), device: try Device(.native))
        let results = kind.run(group: [list[0], list[1]], in: context)
        #expect(results.map(\.status) == [.done, .diverged])
        #expect(try kind.run(list[0], in: context) == results[0])
    }
}
