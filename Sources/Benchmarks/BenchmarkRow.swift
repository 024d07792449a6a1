import CCompute

/// One line of a benchmark's table.
public struct BenchmarkRow: Sendable {
    public enum Precision: String, Sendable, CaseIterable {
        case f32, f64

        var code: cc_precision { self == .f32 ? CC_F32 : CC_F64 }
        var bytes: Int { self == .f32 ? 4 : 8 }
    }

    public let workload: String
    public let device: String
    public let precision: Precision
    public let threads: Int
    /// Median over the rounds; nil for a rate taken as a ceiling.
    public let milliseconds: Double?
    /// GFLOP/s by the workload's own count, nil where flops are not what is counted.
    public let gflops: Double?
    /// Shortest possible time by the ceilings measured right before and after ÷ measured time; the median over the rounds.
    public let floorShare: Double?
    /// Distance of the quartiles of what is reported ÷ its median.
    public let spread: Double?
    /// How often it was measured.
    public let rounds: Int?
    /// What the floor is made of, or what a ceiling measures.
    public let remark: String
    /// One sentence when something else used the machine or the figures scatter; nil on a quiet machine.
    public let disturbance: String?
    /// Further figures by name, in order.
    public let figures: [(name: String, value: Double)]

    public init(
        workload: String, device: String, precision: Precision, threads: Int, milliseconds: Double? = nil, gflops: Double? = nil,
        floorShare: Double? = nil, spread: Double? = nil, rounds: Int? = nil, remark: String = "", disturbance: String? = nil,
        figures: [(name: String, value: Double)] = []
    ) {
        self.workload = workload
        self.device = device
        self.precision = precision
        self.threads = threads
        self.milliseconds = milliseconds
        self.gflops = gflops
        self.floorShare = floorShare
        self.spread = spread
        self.rounds = rounds
        self.remark = remark
        self.disturbance = disturbance
        self.figures = figures
    }
}

/// A benchmark that could not be run.
public enum BenchmarkError: Error, CustomStringConvertible {
    case device(String)
    case unknownWorkload(String)
    case factorization(Int)

    public var description: String {
        switch self {
        case .device(let sentence): sentence
        case .unknownWorkload(let name): "There is no workload \"\(name)\"; known are \(Benchmark.workloads.joined(separator: ", "))."
        case .factorization(let code): "LAPACK's dgeqrf returned \(code) for the benchmark's matrix; please report this."
        }
    }
}
