import Compute
import LinearAlgebra
import Solvers

/// Whole steps of optimisers: loss, gradient and Adam's update (`NAME-adam`), and W9, a damped Gauss–Newton step of W2 with its dense factorisation.
enum StepBenchmark {
    static let workloads =
        ["W1", "W2"].map { name in
            Workload("\(name)-adam", family: "\(name)-adam", applies: \.isNative) { setting throws(BenchmarkError) in try adam(name, setting) }
        } + [
            Workload("W9", family: "W9", rounds: 3, applies: { $0.isNative && $0.precision == .f64 }) { setting throws(BenchmarkError) in
                try gaussNewton(setting)
            }
        ]

    private static func plan(_ name: String, _ setting: Setting) throws(BenchmarkError) -> (plan: ResidualPlan, parameters: [Double]) {
        guard let workload = NetworkWorkload.all.first(where: { $0.name == name }) else { throw .unknownWorkload(name) }
        do {
            let (plan, network) = try workload.plan(precision: setting.precision == .f32 ? .f32 : .f64)
            return (plan, network.parameters)
        } catch { throw .device("\(error)") }
    }

    private static func adam(_ name: String, _ setting: Setting) throws(BenchmarkError) -> PreparedWorkload {
        let (plan, start) = try plan(name, setting)
        let cost = plan.cost
        // About as many as a training takes between two looks at the clock.
        let steps = max(1, min(1000, Int(1e8 / cost.products)))
        let stepper = Descender(plan, start, Adam(.constant(1e-4)), steps: steps)
        // Two moments, two roundings of the rate, a root and a quotient: ten operations a parameter.
        return PreparedWorkload(
            run: { () throws(BenchmarkError) in try stepper.run() }, times: steps,
            floor: FloorTerms(
                products: cost.products, elementwise: cost.elementwise + 10 * Double(plan.parameterCount), tanh: cost.activations),
            flops: cost.products,
            remark: "a step of Adam from the equation to the new parameters, \(steps) at once; floor: that of loss and gradient")
    }

    private static func gaussNewton(_ setting: Setting) throws(BenchmarkError) -> PreparedWorkload {
        let (plan, start) = try plan("W2", setting)
        let (rows, columns) = (Double(plan.residualCount), Double(plan.parameterCount))
        let (side, other) = (min(rows, columns), max(rows, columns))
        let flops = side * side * other + side * side * side / 3
        return PreparedWorkload(
            run: { () throws(BenchmarkError) in try Stepper(plan, start, LevenbergMarquardt(acceleration: false)).step() },
            floor: FloorTerms(products: flops), flops: flops,
            remark: "\(plan.residualCount) residuals, \(plan.parameterCount) parameters: Jacobian, half a product with itself, Cholesky, solve; "
                + "floor: the latter three at the rate of the best OpenBLAS product")
    }

    /// A descent on its way.
    private final class Descender {
        private let plan: ResidualPlan
        private var descent: ResidualPlan.Descent
        private var optimizer: Adam
        private let steps: Int

        init(_ plan: ResidualPlan, _ parameters: [Double], _ optimizer: Adam, steps: Int) {
            self.plan = plan
            descent = ResidualPlan.Descent(parameters: parameters)
            self.optimizer = optimizer
            self.steps = steps
        }

        func run() throws(BenchmarkError) {
            do { _ = try optimizer.steps(steps, plan, &descent, enough: -1) } catch { throw .device("\(error)") }
        }
    }

    /// An optimiser on its way.
    private final class Stepper {
        private let plan: ResidualPlan
        private var parameters: [Double]
        private var optimizer: any Optimizer

        init(_ plan: ResidualPlan, _ parameters: [Double], _ optimizer: any Optimizer) {
            self.plan = plan
            self.parameters = parameters
            self.optimizer = optimizer
        }

        func step() throws(BenchmarkError) {
            do { _ = try optimizer.step(plan, &parameters) } catch { throw .device("\(error)") }
        }
    }
}
