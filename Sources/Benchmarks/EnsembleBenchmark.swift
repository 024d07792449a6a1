import Compute
import Differentiation
import Models

/// Many networks of W1's shape at once: `ensemble`, steps of Adam; `W7`, the loss and the gradient of 256.
enum EnsembleBenchmark {
    static let workloads = NetworkWorkload.ensembles.map { shape in
        Workload(shape.name, family: shape.name) { setting throws(BenchmarkError) in try prepare(shape, setting) }
    }

    private static func prepare(_ shape: NetworkWorkload, _ setting: Setting) throws(BenchmarkError) -> PreparedWorkload {
        guard let crowd = shape.ensemble else { throw .unknownWorkload(shape.name) }
        let precision: Precision = setting.precision == .f32 ? .f32 : .f64
        func steps(on device: BenchmarkDevice) throws(BenchmarkError) -> EnsembleSteps {
            do { return try EnsembleSteps(shape, crowd, precision, try device.opened()) } catch { throw .device("\(error)") }
        }
        let own = try steps(on: setting.device)
        var rivals: [Rival] = []
        if let native = try setting.nativeDevice() {
            let beside = try steps(on: native)
            rivals.append(Rival("native", run: beside.run))
        }
        let cost: PlanCost
        do { cost = try shape.plan(precision: precision).plan.cost } catch { throw .device("\(error)") }
        let times = Double(crowd.members * crowd.steps)
        // Adam: twelve operations a parameter, a root and two quotients among them.
        let update = crowd.isAdam ? 12.0 * Double(own.parameterCount) : 0
        return PreparedWorkload(
            run: own.run,
            floor: FloorTerms(products: times * cost.products, elementwise: times * (cost.elementwise + update), tanh: times * cost.activations),
            flops: times * cost.products,
            remark: "\(crowd.members) networks, \(crowd.steps) step\(crowd.steps == 1 ? "" : "s"); floor as of networks, and the update",
            rivals: rivals, figures: { [("netStepsPerSecond", own.netStepsPerSecond), ("memoryMiB", Double(own.memoryBytes) / 0x1p20)] })
    }
}

/// Members that train on from one measurement to the next.
private final class EnsembleSteps {
    private let ensemble: Ensemble
    private let crowd: NetworkWorkload.Crowd
    private var seconds: [Double] = []

    init(_ shape: NetworkWorkload, _ crowd: NetworkWorkload.Crowd, _ precision: Precision, _ device: Device) throws {
        self.crowd = crowd
        let members = try (0..<crowd.members).map { seed in
            Ensemble.Member(parameters: try shape.network(seed: UInt64(seed)).parameters, rate: crowd.isAdam ? 1e-3 : 0)
        }
        let terms = try shape.terms(method: .automatic)
        ensemble = try Ensemble(
            architecture: try shape.network().architecture, members: members, parameters: ["nu": NetworkWorkload.viscosity], precision: precision,
            device: device
        ) { _ in terms }
    }

    var parameterCount: Int { ensemble.parameterCount }
    var memoryBytes: UInt64 { ensemble.memoryBytes }
    /// By the median over all runs.
    var netStepsPerSecond: Double {
        let sorted = seconds.sorted()
        return sorted.isEmpty ? 0 : Double(crowd.members * crowd.steps) / sorted[sorted.count / 2]
    }

    func run() throws(BenchmarkError) {
        let clock = ContinuousClock.now
        do {
            try ensemble.run(to: ensemble.step + crowd.steps, optimizer: crowd.isAdam ? .adam() : .gradientDescent, judged: false)
        } catch { throw .device("\(error)") }
        let taken = clock.duration(to: ContinuousClock.now).components
        seconds.append(Double(taken.seconds) + Double(taken.attoseconds) * 1e-18)
    }
}
