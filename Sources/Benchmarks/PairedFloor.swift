import CCompute
import CLAPACK

/// Measures work and ceilings by turns.
///
/// A machine that others share changes its speed within seconds, so a ceiling taken at the start says little about what follows. In every round the
/// ceilings are taken, then the work is run, and the round's floor comes from the ceilings before and after it; the share of the floor
/// is the median over the rounds.
final class PairedFloor {
    /// What the shortest possible time is made of.
    struct Terms {
        /// Floating-point operations at the rate of OpenBLAS's product at 2048³ (off processors: at the multiply-add peak).
        var products = 0.0
        /// Floating-point operations at half the multiply-add peak.
        var elementwise = 0.0
        /// Values of the vector tanh.
        var activations = 0.0
        /// Bytes at the rate of copying.
        var bytes = 0.0
    }

    struct Result {
        /// Medians.
        let seconds: Double
        let floorSeconds: Double
        let share: Double
        /// Quartile distance of the share over the rounds, relative to it.
        let spread: Double
        /// GFLOP/s, the median of OpenBLAS's product.
        let blas: Double
    }

    private struct Sample {
        let blas: Double
        let fma: Double
        let tanh: Double
        let copy: Double
    }

    let device: BenchmarkDevice
    let precision: BenchmarkRow.Precision
    let threads: Int
    private let matrices: [UnsafeMutableRawPointer]
    private static let size = 2048

    init(device: BenchmarkDevice, precision: BenchmarkRow.Precision, threads: Int) {
        self.device = device
        self.precision = precision
        self.threads = threads
        let count = Self.size * Self.size
        matrices = (0..<3).map { _ in
            let memory = UnsafeMutableRawPointer.allocate(byteCount: count * precision.bytes, alignment: 64)
            switch precision {
            case .f64: memory.bindMemory(to: Double.self, capacity: count).initialize(repeating: 0.25, count: count)
            case .f32: memory.bindMemory(to: Float.self, capacity: count).initialize(repeating: 0.25, count: count)
            }
            return memory
        }
    }

    deinit { for memory in matrices { memory.deallocate() } }

    private func sample() throws(BenchmarkError) -> Sample {
        cc_set_threads(Int32(threads))
        var rates = cc_ceilings()
        try device.run { cc_measure_ceilings($0, precision.code, 0.03, &rates, $1) }
        guard device.information.type == CC_CPU else { return Sample(blas: rates.fma, fma: rates.fma, tanh: rates.tanh, copy: rates.copy) }
        return Sample(blas: product(), fma: rates.fma, tanh: rates.tanh, copy: rates.copy)
    }

    /// One run of OpenBLAS's product at 2048³, in GFLOP/s.
    private func product() -> Double {
        var n = Int32(Self.size)
        let (a, b, c) = (matrices[0], matrices[1], matrices[2])
        let clock = ContinuousClock()
        let start = clock.now
        BLASReference.withThreads(threads) {
            switch precision {
            case .f64:
                var (one, zero) = (1.0, 0.0)
                let type = Double.self
                dgemm_(
                    "N", "N", &n, &n, &n, &one, a.assumingMemoryBound(to: type), &n, b.assumingMemoryBound(to: type), &n, &zero,
                    c.assumingMemoryBound(to: type), &n)
            case .f32:
                var (one, zero) = (Float(1), Float(0))
                let type = Float.self
                sgemm_(
                    "N", "N", &n, &n, &n, &one, a.assumingMemoryBound(to: type), &n, b.assumingMemoryBound(to: type), &n, &zero,
                    c.assumingMemoryBound(to: type), &n)
            }
        }
        let duration = start.duration(to: clock.now).components
        let seconds = Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
        return 2 * Double(Self.size) * Double(Self.size) * Double(Self.size) / seconds * 1e-9
    }

    /// Runs `work` in rounds between ceilings.
    ///
    /// - Parameters:
    ///   - rounds: at least 3.
    ///   - budget: seconds of work a round; at least one run.
    func measure(_ terms: Terms, rounds: Int = 7, budget: Double = 0.1, _ work: () throws -> Void) throws -> Result {
        cc_set_threads(Int32(threads))
        try work()
        _ = product()
        var before = try sample()
        var seconds: [Double] = []
        var floors: [Double] = []
        var shares: [Double] = []
        var rates: [Double] = []
        for _ in 0..<rounds {
            cc_set_threads(Int32(threads))
            let time = try Timing.measure(budget: budget, least: 1, work).median
            let after = try sample()
            func mean(_ path: KeyPath<Sample, Double>) -> Double { (before[keyPath: path] + after[keyPath: path]) / 2 }
            let floor =
                (terms.products / mean(\.blas) + terms.elementwise / (mean(\.fma) / 2) + terms.activations / mean(\.tanh)
                    + terms.bytes / mean(\.copy)) * 1e-9
            seconds.append(time)
            floors.append(floor)
            shares.append(floor / time)
            rates.append(mean(\.blas))
            before = after
        }
        let sorted = shares.sorted()
        let share = Timing(seconds: sorted).median
        return Result(
            seconds: Timing(seconds: seconds.sorted()).median, floorSeconds: Timing(seconds: floors.sorted()).median, share: share,
            spread: (sorted[rounds - 1 - rounds / 4] - sorted[rounds / 4]) / share, blas: Timing(seconds: rates.sorted()).median)
    }
}
