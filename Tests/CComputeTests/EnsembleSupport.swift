import CCompute

/// An ensemble on the native path or a device, with members made from a counter; losses at the begin, half way and at the end.
final class TestedEnsemble<Scalar: BinaryFloatingPoint & BitwiseCopyable & SIMDScalar> {
    struct Member {
        var parameters: [Scalar]
        var rate: Double
        /// [term]
        var weights: [Double]
        /// Of the first term; empty without nodes.
        var offsets: [Double] = []
        var scales: [Double] = []
    }

    struct Outcome: Equatable {
        var parameters: [[Scalar]]
        var losses: [[Double]]
        var truths: [[Double]]
        var taken: [Int64]
        var best: [Double]
    }

    let ensemble: OpaquePointer
    private let terms: Int
    private let arena = Arena()
    private let device: OpenedDevice?

    init(
        widths: [Int32], activation: cc_activation, power: Int32 = 1, unbiased: [Bool]? = nil, trainable: Int32 = 0, terms given: [NetworkTerm],
        judge: [NetworkTerm] = [], on device: OpenedDevice? = nil
    ) throws {
        self.device = device
        terms = given.count
        let arena = self.arena
        func programmed(_ terms: [NetworkTerm]) -> [NetworkTerm] {
            terms.map { term in
                var term = term
                term.program = term.program ?? .quadratic(linear: term.linear, products: term.products, source: term.source)
                return term
            }
        }
        var network = cc_network()
        network.layers = Int32(widths.count - 1)
        network.widths = UnsafePointer(arena.array(widths))
        network.activation = activation
        network.power = power
        if let unbiased { network.unbiased = UnsafePointer(arena.array(unbiased.map { UInt8($0 ? 1 : 0) })) }
        let dimension = Int(widths[0])
        let codes = arena.array(programmed(given).map { NetworkPlan<Scalar>.term($0, dimension: dimension, arena: arena) })
        let judges = arena.array(programmed(judge).map { NetworkPlan<Double>.term($0, dimension: dimension, arena: arena) })
        var options = cc_plan_options()
        options.precision = Scalar.self == Float.self ? CC_F32 : CC_F64
        options.parameters = trainable
        options.device = device?.handle
        var made: OpaquePointer?
        var error = cc_error()
        guard cc_ensemble_create(&network, &options, Int32(given.count), codes, Int32(judge.count), judges, &made, &error) == CC_OK, let made else {
            throw OpenedDevice.Failure(error)
        }
        ensemble = made
    }

    deinit { cc_ensemble_destroy(ensemble) }

    var parameterCount: Int { Int(cc_ensemble_parameters(ensemble)) }

    /// Trains members in runs that end at `stops`; of the losses those at the ends are kept, with the first ones.
    /// `taken`: steps that members say they have taken; without it none.
    func run(
        _ members: [Member], stops: [Int64], adam: Bool, factors: ((Int64) -> Double)? = nil, judged: Bool = false, taken begun: [Int64]? = nil
    ) throws -> Outcome {
        let (count, size) = (members.count, parameterCount)
        var parameters = members.flatMap(\.parameters)
        var best = parameters
        var first = [Scalar](repeating: 0, count: count * size)
        var second = first
        var bestLosses = [Double](repeating: .infinity, count: count)
        var taken = begun ?? [Int64](repeating: 0, count: count)
        var outcome = Outcome(parameters: [], losses: members.map { _ in [] }, truths: members.map { _ in [] }, taken: [], best: [])
        var begin: Int64 = 0
        for stop in stops {
            let records = begin == 0 ? [0, stop] : [stop]
            var losses = [Double](repeating: 0, count: records.count * count)
            var truths = losses
            let table = factors.map { factor in (begin..<stop).map(factor) } ?? []
            let place = Arena()
            var schedule = cc_schedule()
            schedule.optimizer = cc_optimizer(kind: adam ? CC_ADAM : CC_DESCENT, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: adam ? 1e-3 : 0)
            schedule.first = begin
            schedule.last = stop
            schedule.factors = table.isEmpty ? nil : UnsafePointer(place.array(table))
            schedule.records = Int64(records.count)
            schedule.record = UnsafePointer(place.array(records))
            var code = cc_members()
            code.count = Int64(count)
            code.rates = UnsafePointer(place.array(members.map(\.rate)))
            code.floors = UnsafePointer(place.array(members.map { $0.rate / 10 }))
            code.weights = members[0].weights.isEmpty ? nil : UnsafePointer(place.array(members.flatMap(\.weights)))
            if !members[0].offsets.isEmpty {
                let others = [UnsafePointer<Double>?](repeating: nil, count: terms - 1)
                code.offsets = UnsafePointer(place.array([UnsafePointer(place.array(members.flatMap(\.offsets)))] + others))
                code.scales = UnsafePointer(place.array([UnsafePointer(place.array(members.flatMap(\.scales)))] + others))
            }
            var error = cc_error()
            let status = parameters.withUnsafeMutableBytes { parameters in
                first.withUnsafeMutableBytes { first in
                    second.withUnsafeMutableBytes { second in
                        best.withUnsafeMutableBytes { best in
                            code.parameters = parameters.baseAddress
                            code.first = first.baseAddress
                            code.second = second.baseAddress
                            code.best = best.baseAddress
                            return withUnsafeMutablePointer(to: &code) { code in
                                losses.withUnsafeMutableBufferPointer { losses in
                                    truths.withUnsafeMutableBufferPointer { truths in
                                        taken.withUnsafeMutableBufferPointer { taken in
                                            bestLosses.withUnsafeMutableBufferPointer { bestLosses in
                                                code.pointee.losses = losses.baseAddress
                                                code.pointee.truths = judged ? truths.baseAddress : nil
                                                code.pointee.taken = taken.baseAddress
                                                code.pointee.best_losses = bestLosses.baseAddress
                                                return cc_ensemble_run(ensemble, &schedule, code, &error)
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            guard status == CC_OK else { throw OpenedDevice.Failure(error) }
            for member in 0..<count {
                outcome.losses[member] += records.indices.map { losses[$0 * count + member] }
                if judged { outcome.truths[member] += records.indices.map { truths[$0 * count + member] } }
            }
            begin = stop
        }
        outcome.parameters = (0..<count).map { Array(parameters[($0 * size)..<(($0 + 1) * size)]) }
        outcome.taken = taken
        outcome.best = bestLosses
        return outcome
    }
}

/// u'' or u'''' of a network in one coordinate, with rows at the ends; or the Laplacian in the plane. Members with numbers of their own.
struct EnsembleCase: CustomStringConvertible {
    var description: String
    var widths: [Int32]
    var activation = CC_TANH
    var terms: [NetworkTerm]
    var judge: [NetworkTerm]
    /// Order of the stencil of the first term, 0 for exact derivatives.
    var stencil = 0
    /// ‖w‖₁ / hᵖ, by which the stencil of the first term multiplies the rounding of its values; 0 for exact derivatives.
    var amplification: Double { stencil == 0 ? 0 : terms[0].scales[0] * terms[0].weights[0].map { abs($0[0]) }.reduce(0, +) }

    static func line(order: Int, stencil: Bool, widths: [Int32], activation: cc_activation = CC_TANH, points count: Int = 37) -> EnsembleCase {
        let points = (0..<count).map { [-1 + 2 * (Double($0) + 0.5) / Double(count)] }
        let source = (0..<count).map { Double(($0 * 29) % 32) / 16 - 1 }
        var exact = NetworkTerm(points: points, linear: [1], source: source)
        exact.directions = [.init(vector: [1], order: Int32(order))]
        exact.tops = [[1]]
        exact.used = [Int32(order)]
        var first = exact
        if stencil {
            first = NetworkTerm(points: points, linear: [1], source: source)
            let weights: [Double] = order == 2 ? [1, -2, 1] : [1, -4, 6, -4, 1]
            first.offsets = weights.indices.map { [0.125 * Double($0 - weights.count / 2)] }
            first.weights = [weights.map { [$0] }]
            first.scales = [order == 2 ? 64 : 4096]
        }
        var ends = [NetworkTerm.values(points: [[-1], [1]], source: [0, 0.5], weight: 10)]
        if order == 4 {
            var bend = NetworkTerm(points: [[-1], [1]], linear: [1], source: [0, 0], weight: 5)
            bend.directions = [.init(vector: [1], order: 2)]
            bend.tops = [[1]]
            bend.used = [2]
            ends.append(bend)
        }
        return EnsembleCase(
            description: "order \(order), \(stencil ? "stencil" : "exact"), \(widths)", widths: widths, activation: activation, terms: [first] + ends,
            judge: [exact] + ends, stencil: stencil ? order : 0)
    }

    static func plane(widths: [Int32], biharmonic: Bool = false) -> EnsembleCase {
        var numbers = NetworkNumbers(seed: 5)
        let points = numbers.points(23, dimension: 2)
        var first = NetworkTerm.laplacian(2, of: 2, points: points, source: numbers.list(23))
        if biharmonic {
            first = NetworkTerm(points: points, linear: [1, 0.5], source: numbers.list(23))
            first.biharmonic = true
            first.used = [8, 0]
        }
        let edge = NetworkTerm.values(points: numbers.points(9, dimension: 2), source: numbers.list(9), weight: 3)
        return EnsembleCase(
            description: "plane\(biharmonic ? ", biharmonic" : ""), \(widths)", widths: widths, terms: [first, edge], judge: [first, edge])
    }

    func ensemble<Scalar>(_ type: Scalar.Type, on device: OpenedDevice? = nil) throws -> TestedEnsemble<Scalar> {
        try TestedEnsemble<Scalar>(widths: widths, activation: activation, power: 7, terms: terms, judge: judge, on: device)
    }

    func members<Scalar: BinaryFloatingPoint>(_ count: Int, as type: Scalar.Type, rate: Double) -> [TestedEnsemble<Scalar>.Member] {
        var numbers = NetworkNumbers(seed: 17)
        return (0..<count).map { index in
            var member = TestedEnsemble<Scalar>.Member(
                parameters: numbers.parameters(widths).map { Scalar($0) }, rate: rate * Double(index + 1),
                weights: terms.map { $0.weight * (1 + Double(index) / 8) })
            if stencil > 0 {
                let h = 0.125 * (1 + Double(index) / 4)
                let nodes = terms[0].offsets.count
                member.offsets = (0..<nodes).map { h * Double($0 - nodes / 2) }
                member.scales = [1 / (stencil == 2 ? h * h : h * h * h * h)]
            }
            return member
        }
    }
}
