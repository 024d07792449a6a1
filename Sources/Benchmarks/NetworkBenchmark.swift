import CCompute
import Compute
import Differentiation

/// Loss and gradient of networks: exact derivatives, and finite differences as `NAME-fd`.
enum NetworkBenchmark {
    static let workloads = NetworkWorkload.all.flatMap { workload in
        [false, true].map { differences in
            let name = workload.name + (differences ? "-fd" : "")
            return Workload(name, family: name) { setting throws(BenchmarkError) in try prepare(workload, differences: differences, setting) }
        }
    }

    static func method(_ workload: NetworkWorkload, differences: Bool) -> DerivativeMethod {
        differences ? .finiteDifference(accuracy: 2, step: .fixed(workload.step), precision: nil) : .automatic
    }

    private static func prepare(
        _ workload: NetworkWorkload, differences: Bool, _ setting: Setting
    ) throws(BenchmarkError) -> PreparedWorkload {
        let method = method(workload, differences: differences)
        func step(on device: BenchmarkDevice) throws(BenchmarkError) -> PlanStep {
            do {
                let (plan, network) = try workload.plan(
                    method: method, precision: setting.precision == .f32 ? .f32 : .f64, device: try device.opened())
                return PlanStep(plan: plan, parameters: network.parameters)
            } catch { throw .device("\(error)") }
        }
        let own = try step(on: setting.device)
        var rivals: [Rival] = []
        if let native = try setting.nativeDevice() {
            let beside = try step(on: native)
            rivals.append(Rival("native", run: beside.run))
        }
        let cost = own.cost
        return PreparedWorkload(
            run: own.run, floor: FloorTerms(products: cost.products, elementwise: cost.elementwise, tanh: cost.activations), flops: cost.products,
            remark: "floor: products at OpenBLAS's 2048³ + elementwise at half the multiply-add peak + tanh at its vector rate", rivals: rivals,
            figures: { [("memoryMiB", Double(own.memoryBytes) / 0x1p20)] })
    }
}

/// A plan with its parameters in the plan's precision, so that nothing but the step is timed.
final class PlanStep {
    private let plan: ResidualPlan
    private let parameters: UnsafeMutableRawPointer
    private let gradient: UnsafeMutableRawPointer

    init(plan: ResidualPlan, parameters values: [Double]) {
        self.plan = plan
        let count = max(1, plan.parameterCount)
        parameters = UnsafeMutableRawPointer.allocate(byteCount: count * 8, alignment: 64)
        gradient = UnsafeMutableRawPointer.allocate(byteCount: count * 8, alignment: 64)
        switch plan.precision {
        case .f64: parameters.initializeMemory(as: Double.self, from: values, count: values.count)
        case .f32: parameters.initializeMemory(as: Float.self, from: values.map { Float($0) }, count: values.count)
        }
    }

    deinit {
        parameters.deallocate()
        gradient.deallocate()
    }

    var cost: PlanCost { plan.cost }
    var memoryBytes: UInt64 { plan.memoryBytes }

    func run() throws(BenchmarkError) {
        do { try plan.step(parameters: parameters, gradient: gradient) } catch { throw .device("\(error)") }
    }
}

extension BenchmarkDevice {
    /// The same device as the rooms open it.
    func opened() throws(ComputeError) -> Device {
        let id = withUnsafeBytes(of: information.id) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return try Device(DeviceChoice(parsing: id))
    }
}
