import CCompute
import Differentiation

/// A run of all members.
struct EnsembleSchedule {
    let optimizer: cc_optimizer
    let first: Int
    let last: Int
    let factors: [Double]?
    let records: [Int]
    let isJudged: Bool
}

/// Members whose derivatives are carried alike, and their states.
final class EnsembleGroup {
    /// Their indices in the ensemble.
    let members: [Int]
    private let precision: Precision
    private let parameterCount: Int
    private let ensemble: OpaquePointer
    private let memory = PlanMemory()
    private let device: Device?
    /// Each [member][parameter] in the precision: parameters, Adam's two, the best ones.
    private let parameters, first, second, best: UnsafeMutableRawPointer
    private let bestLosses, rates, floors: UnsafeMutablePointer<Double>
    private let taken: UnsafeMutablePointer<Int64>
    private let weights: UnsafePointer<Double>?
    /// [term]
    private let offsets, scales: UnsafePointer<UnsafePointer<Double>?>

    init(
        _ part: EnsembleSorting.Part, members all: [Ensemble.Member], shape: EnsembleShape, judge: EnsembleSorting.Plan, device: Device?
    ) throws(ComputeError) {
        members = part.members
        precision = shape.precision
        parameterCount = shape.architecture.parameterCount + shape.trainable.count
        self.device = device
        if let device, precision == .f64, !device.info.fp64 {
            throw .noDouble("\(device.info.name) has no trustworthy double precision; use --precision f32, or --device native.")
        }
        let own = part.members.map { all[$0] }
        let terms = part.plan.terms.count
        for (index, member) in zip(part.members, own) {
            guard let weights = member.weights else { continue }
            guard weights.count == terms, weights.allSatisfy({ $0 > 0 && $0.isFinite }) else {
                throw .shape("The weights of member \(index) are not \(terms) positive numbers, one for each term of the loss.")
            }
        }
        let count = own.count
        let zeros = Array(repeating: 0.0, count: count * parameterCount)
        let start = own.flatMap(\.parameters)
        parameters = memory.numbers(start, precision)
        best = memory.numbers(start, precision)
        first = memory.numbers(zeros, precision)
        second = memory.numbers(zeros, precision)
        bestLosses = memory.array(Array(repeating: Double.infinity, count: count))
        rates = memory.array(own.map(\.rate))
        floors = memory.array(own.map(\.floor))
        taken = memory.array(Array(repeating: Int64(0), count: count))
        let isWeighed = own.contains { $0.weights != nil }
        weights = isWeighed ? UnsafePointer(memory.array(own.flatMap { $0.weights ?? part.plan.terms.map(\.weight) })) : nil
        var (offsets, scales): ([UnsafePointer<Double>?], [UnsafePointer<Double>?]) = ([], [])
        for term in 0..<terms {
            let hasPlaces = !part.plan.layouts[term].components.places.isEmpty
            let components = part.plans.map { $0.layouts[term].components }
            offsets.append(hasPlaces ? UnsafePointer(memory.array(components.flatMap { $0.places.flatMap { $0 } })) : nil)
            scales.append(hasPlaces ? UnsafePointer(memory.array(components.flatMap { $0.sums.map(\.scale) })) : nil)
        }
        self.offsets = UnsafePointer(memory.array(offsets))
        self.scales = UnsafePointer(memory.array(scales))

        // The device copies what the terms point to, but for coordinates and data.
        let codes = try part.plan.codes(shape, memory)
        let judges = try judge.codes(shape.exact, memory)
        var network = shape.architecture.code(memory)
        var options = cc_plan_options(precision: precision.code, device: device?.handle, parameters: Int32(shape.trainable.count))
        var created: OpaquePointer?
        var error = cc_error()
        guard
            cc_ensemble_create(&network, &options, Int32(codes.count), codes, Int32(judges.count), judges, &created, &error) == CC_OK, let created
        else { throw ComputeError(error) }
        ensemble = created
    }

    deinit { cc_ensemble_destroy(ensemble) }

    /// Losses and true residuals, [record][member].
    func run(_ schedule: EnsembleSchedule) throws(ComputeError) -> (losses: [Double], truths: [Double]) {
        let count = members.count
        var losses = Array(repeating: Double.nan, count: max(1, schedule.records.count * count))
        var truths = losses
        var error = cc_error()
        let records = schedule.records.map(Int64.init)
        let status = records.withUnsafeBufferPointer { records in
            (schedule.factors ?? []).withUnsafeBufferPointer { factors in
                losses.withUnsafeMutableBufferPointer { losses in
                    truths.withUnsafeMutableBufferPointer { truths in
                        var code = cc_schedule()
                        code.optimizer = schedule.optimizer
                        code.first = Int64(schedule.first)
                        code.last = Int64(schedule.last)
                        code.factors = schedule.factors == nil || factors.isEmpty ? nil : factors.baseAddress
                        code.records = Int64(records.count)
                        code.record = records.baseAddress
                        var state = self.code
                        state.losses = losses.baseAddress
                        state.truths = schedule.isJudged ? truths.baseAddress : nil
                        return cc_ensemble_run(self.ensemble, &code, &state, &error)
                    }
                }
            }
        }
        guard status == CC_OK else { throw ComputeError(error) }
        return (losses, truths)
    }

    private var code: cc_members {
        var code = cc_members()
        code.count = Int64(members.count)
        code.parameters = parameters
        code.first = first
        code.second = second
        code.rates = UnsafePointer(rates)
        code.floors = UnsafePointer(floors)
        code.offsets = offsets
        code.scales = scales
        code.weights = weights
        code.taken = taken
        code.best = best
        code.best_losses = bestLosses
        return code
    }

    var memoryBytes: UInt64 { cc_ensemble_memory(ensemble, Int64(members.count)) }

    func state(_ index: Int) -> Ensemble.MemberState {
        Ensemble.MemberState(
            step: Int(taken[index]), parameters: row(parameters, index), best: row(best, index), bestLoss: bestLosses[index],
            firstMoments: row(first, index), secondMoments: row(second, index))
    }

    func restore(_ state: Ensemble.MemberState, _ index: Int) {
        taken[index] = Int64(state.step)
        bestLosses[index] = state.bestLoss
        for (values, place) in [
            (state.parameters, parameters), (state.best, best), (state.firstMoments, first), (state.secondMoments, second),
        ] { setRow(place, index, values) }
    }

    private func row(_ from: UnsafeMutableRawPointer, _ index: Int) -> [Double] {
        let range = (index * parameterCount)..<((index + 1) * parameterCount)
        return switch precision {
        case .f64: range.map { from.load(fromByteOffset: 8 * $0, as: Double.self) }
        case .f32: range.map { Double(from.load(fromByteOffset: 4 * $0, as: Float.self)) }
        }
    }

    private func setRow(_ to: UnsafeMutableRawPointer, _ index: Int, _ values: [Double]) {
        for (place, value) in zip((index * parameterCount)..., values) {
            switch precision {
            case .f64: to.storeBytes(of: value, toByteOffset: 8 * place, as: Double.self)
            case .f32: to.storeBytes(of: Float(value), toByteOffset: 4 * place, as: Float.self)
            }
        }
    }
}

extension EnsembleSorting.Plan {
    /// The terms as the C side wants them; what they point to lives in `memory`.
    func codes(_ shape: EnsembleShape, _ memory: PlanMemory) throws(ComputeError) -> [cc_term] {
        var codes: [cc_term] = []
        for (term, layout) in zip(terms, layouts) {
            codes.append(
                try ResidualPlan.code(term, layout, dimension: shape.architecture.dimension, fields: shape.fields.count, shape.precision, memory))
        }
        return codes
    }
}
