import CCompute
import Differentiation
import Models

/// Networks of one shape trained together, the whole loop of the optimiser on the device.
///
/// All members share the shape, the equations, the points, the precision and the optimiser; each has parameters, a learning rate, weights of
/// the terms and a derivative method of its own. A member's numbers have the same bits alone and in a crowd, for any number of threads, and
/// in one run or in several that continue each other; on the native path they are those of training it by itself with a `ResidualPlan`.
///
/// ```swift
/// let members = try (0..<256).map { seed in Ensemble.Member(parameters: …, rate: 1e-3) }
/// let ensemble = try Ensemble(problem: .named("poisson1d"), points: points, architecture: architecture, members: members)
/// let curves = try ensemble.run(to: 2000, optimizer: .adam(), records: LogSteps.upTo(2000))
/// ```
public final class Ensemble {
    /// What is a member's own.
    public struct Member: Sendable, Equatable {
        /// Where training begins: the network's parameters, then the trainable ones.
        public var parameters: [Double]
        /// How the equations' derivatives are taken.
        public var method: DerivativeMethod
        /// η of every step, or the rate at the start of a schedule.
        public var rate: Double
        /// What a schedule's rate falls to.
        public var floor: Double
        /// One for each term, > 0; nil: the terms' own.
        public var weights: [Double]?

        public init(
            parameters: [Double], method: DerivativeMethod = .automatic, rate: Double = 1e-3, floor: Double = 0, weights: [Double]? = nil
        ) {
            self.parameters = parameters
            self.method = method
            self.rate = rate
            self.floor = floor
            self.weights = weights
        }
    }

    /// How all members take their steps; every operation is rounded by itself, in the ensemble's precision.
    public enum Optimizer: Sendable, Hashable {
        /// θ ← θ − η g
        case gradientDescent
        /// m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ − η (m̂/(√v̂ + ε) + λθ) with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
        case adam(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, decay: Double = 0)
    }

    /// What became of a member in a run.
    public struct MemberCurve: Sendable, Equatable {
        /// Steps done at the records.
        public let steps: [Int]
        /// The loss that the member minimises, NaN after it diverged.
        public let losses: [Double]
        /// √loss with exact derivatives in float64, whatever the training uses; empty unless asked for.
        public let trueResiduals: [Double]
    }

    public let architecture: NetworkArchitecture
    public let precision: Precision
    /// P of a member.
    public let parameterCount: Int
    /// K
    public let count: Int
    /// Steps done by all members that did not diverge.
    public internal(set) var step = 0
    /// Members whose derivatives are carried alike train in one call of the device.
    let groups: [EnsembleGroup]
    /// [member]: its group and its place there.
    let places: [(group: Int, index: Int)]

    /// Plans all members.
    ///
    /// - Parameters:
    ///   - terms: the terms of the loss with the equations' derivatives taken by a method; only the method may depend on the argument.
    ///   - parameters: values of the equations' parameters that are not trained.
    ///   - trainable: names of those that are.
    ///   - device: nil for the native path.
    /// - Throws: `ComputeError`: as `ResidualPlan`, and `.shape` for members of other sizes.
    public init(
        architecture: NetworkArchitecture, fields: [String] = ["u"], members: [Member], parameters: [String: Double] = [:],
        trainable: [String] = [], precision: Precision = .f64, device: Device? = nil,
        terms: (DerivativeMethod) throws(ComputeError) -> [ResidualTerm]
    ) throws(ComputeError) {
        guard !members.isEmpty else { throw .shape("An ensemble has at least one member; give some.") }
        self.architecture = architecture
        self.precision = precision
        count = members.count
        let expected = architecture.parameterCount + trainable.count
        parameterCount = expected
        for (index, member) in members.enumerated() {
            guard member.parameters.count == expected else {
                throw .shape("Member \(index) has \(member.parameters.count) parameters, and the network has \(expected); give as many.")
            }
            if let bad = member.parameters.firstIndex(where: { !$0.isFinite }) {
                throw .shape("Parameter \(bad) of member \(index) is \(member.parameters[bad]); start from finite numbers.")
            }
            guard member.rate.isFinite, member.floor.isFinite else {
                throw .shape("The learning rate of member \(index) is \(member.rate); give a finite number.")
            }
        }
        guard fields.count == architecture.fields else {
            throw .shape("The network has \(architecture.fields) outputs and the equations \(fields.count) fields; give each field an output.")
        }
        let shape = EnsembleShape(architecture: architecture, fields: fields, parameters: parameters, trainable: trainable, precision: precision)
        let sorted = try EnsembleSorting(members, shape: shape, terms: terms)
        let judge = try EnsembleSorting.Plan(shape: shape.exact, terms: try terms(.automatic), member: members[0])
        var groups: [EnsembleGroup] = []
        for part in sorted.parts { groups.append(try EnsembleGroup(part, members: members, shape: shape, judge: judge, device: device)) }
        self.groups = groups
        places = sorted.places
    }

    /// Trains on until `last` steps are done in all.
    ///
    /// - Parameters:
    ///   - factor: of a step, counted from 0: its rate is floor + (rate − floor) · factor; nil: the members' rates as they are.
    ///   - records: steps at which losses are recorded, ascending, from `step` to `last`.
    ///   - judged: whether true residuals are recorded as well.
    /// - Returns: for each member its losses.
    /// - Throws: `ComputeError`.
    @discardableResult
    public func run(
        to last: Int, optimizer: Optimizer, factor: ((Int) -> Double)? = nil, records: [Int] = [], judged: Bool = true
    ) throws(ComputeError) -> [MemberCurve] {
        guard last >= step else { throw .shape("\(step) steps are done, and a run to step \(last) would go back; give a later one.") }
        let schedule = EnsembleSchedule(
            optimizer: optimizer.code, first: step, last: last, factors: factor.map { factor in (step..<last).map(factor) }, records: records,
            isJudged: judged)
        var results: [(losses: [Double], truths: [Double])] = []
        for group in groups { results.append(try group.run(schedule)) }
        step = last
        return places.map { place in
            let (result, members) = (results[place.group], groups[place.group].members.count)
            func row(_ values: [Double]) -> [Double] { records.indices.map { values[$0 * members + place.index] } }
            return MemberCurve(steps: records, losses: row(result.losses), trueResiduals: judged ? row(result.truths) : [])
        }
    }

    /// Bytes that a run holds beside the members' states.
    public var memoryBytes: UInt64 { groups.reduce(0) { $0 + $1.memoryBytes } }
}

extension Ensemble.Optimizer {
    var code: cc_optimizer {
        switch self {
        case .gradientDescent: cc_optimizer(kind: CC_DESCENT, beta1: 0, beta2: 0, epsilon: 0, decay: 0)
        case .adam(let beta1, let beta2, let epsilon, let decay):
            cc_optimizer(kind: CC_ADAM, beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay)
        }
    }
}
