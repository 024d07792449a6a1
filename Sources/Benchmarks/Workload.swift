/// Something to be measured: what is run, and what the shortest time for it is made of.
///
/// A new one is a value of this type in `Benchmark.catalogue`; ceilings, rounds, rivals and rows are taken care of.
public struct Workload: Sendable {
    /// The row's name.
    let name: String
    /// What it is asked for by; several workloads may share one.
    let family: String
    /// Rounds measured: 7, fewer where one takes minutes.
    let rounds: Int
    let applies: @Sendable (Setting) -> Bool
    /// Makes buffers and data; the setting's device gives its buffers back afterwards.
    let prepare: @Sendable (Setting) throws(BenchmarkError) -> PreparedWorkload

    init(
        _ name: String, family: String, rounds: Int = 7, applies: @escaping @Sendable (Setting) -> Bool = { _ in true },
        prepare: @escaping @Sendable (Setting) throws(BenchmarkError) -> PreparedWorkload
    ) {
        self.name = name
        self.family = family
        self.rounds = rounds
        self.applies = applies
        self.prepare = prepare
    }
}

/// Where a workload runs.
struct Setting {
    let device: BenchmarkDevice
    let precision: BenchmarkRow.Precision
    let threads: Int

    var isNative: Bool { device.isNative }

    /// The native path beside another device of the processor; nil otherwise.
    func nativeDevice() throws(BenchmarkError) -> BenchmarkDevice? { try device.nativeRival() }
}

/// A workload with its data in place.
struct PreparedWorkload {
    /// Does the work once and waits for its end.
    let run: () throws(BenchmarkError) -> Void
    /// How often `run` does the work that the floor is of.
    var times = 1
    let floor: FloorTerms
    /// Operations by the workload's own count; nil where they are not what is counted.
    var flops: Double?
    /// What the floor is, in words.
    var remark: String
    /// Others doing the same work, measured in the same rounds.
    var rivals: [Rival] = []
    /// Further figures, asked for after the last round.
    var figures: () -> [(name: String, value: Double)] = { [] }
}

/// Another way to do a workload's work.
struct Rival {
    let name: String
    /// Does the work and returns its seconds.
    let seconds: () throws(BenchmarkError) -> Double

    init(_ name: String, seconds: @escaping () throws(BenchmarkError) -> Double) {
        self.name = name
        self.seconds = seconds
    }

    init(_ name: String, run: @escaping () throws(BenchmarkError) -> Void) {
        self.init(name, seconds: { () throws(BenchmarkError) in try Stopwatch.median(run) })
    }
}
