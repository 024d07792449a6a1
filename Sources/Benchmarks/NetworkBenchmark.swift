import CCompute
import Compute
import Differentiation

/// Loss and gradient of networks against their floor.
public enum NetworkBenchmark {
    /// One row: a workload by one method on one device.
    static func row(
        _ workload: NetworkWorkload, method: DerivativeMethod, floor: PairedFloor, device: Device
    ) throws -> BenchmarkRow {
        let precision: Precision = floor.precision == .f32 ? .f32 : .f64
        let (plan, network) = try workload.plan(method: method, precision: precision, device: device)
        let cost = plan.cost
        let step = PlanStep(plan: plan, parameters: network.parameters)
        let result = try floor.measure(
            PairedFloor.Terms(products: cost.products, elementwise: cost.elementwise, activations: cost.activations)
        ) { try step.run() }
        let suffix = method == .automatic ? "" : "-fd"
        return BenchmarkRow(
            workload: workload.name + suffix, device: device.info.name, precision: floor.precision, threads: floor.threads,
            milliseconds: result.seconds * 1e3, gflops: cost.products / result.seconds * 1e-9, floorShare: result.share,
            remark: "floor: products at OpenBLAS's 2048³ + elementwise at half the multiply-add peak + tanh at its vector rate, of the same rounds",
            figures: [
                ("floorMilliseconds", result.floorSeconds * 1e3), ("spread", result.spread), ("blasGflops", result.blas),
                ("memoryMiB", Double(plan.memoryBytes) / 0x1p20),
            ])
    }

    static func method(_ workload: NetworkWorkload, differences: Bool) -> DerivativeMethod {
        differences ? .finiteDifference(accuracy: 2, step: .fixed(workload.step), precision: nil) : .automatic
    }
}

/// A plan with its parameters in the plan's precision, so that nothing but the step is timed.
public final class PlanStep {
    private let plan: ResidualPlan
    private let parameters: UnsafeMutableRawPointer
    private let gradient: UnsafeMutableRawPointer

    public init(plan: ResidualPlan, parameters values: [Double]) {
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

    public func run() throws { _ = try plan.step(parameters: parameters, gradient: gradient) }
}
