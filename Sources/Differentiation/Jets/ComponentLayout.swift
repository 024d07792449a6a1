#if canImport(Glibc)
    import Glibc
#endif

/// What a network is evaluated for at a collocation point: places, channels at each place, and the sums that make the wanted derivatives.
///
/// Exact derivatives are channels at the point itself; a difference is a sum of values at stencil points; the rounding-free value of a
/// difference is a sum of exact derivatives at quadrature points. All wanted derivatives share places and channels.
public struct ComponentLayout: Sendable, Equatable {
    /// How each place's channels are summed into one wanted derivative: scale · Σ_n Σ_c weights[n][c] · channel c at place n.
    public struct Sum: Sendable, Equatable {
        public var scale: Double
        public var weights: [[Double]]
    }

    public let dimension: Int
    public let jets: JetLayout
    /// Offsets from the point; empty when the point itself is the only place and channels are read as they are.
    public let places: [[Double]]
    /// One a wanted derivative; empty when channels are read as they are.
    public let sums: [Sum]
    /// One a wanted derivative: the channel that it is; empty with sums.
    public let channels: [Int]
    /// Whether the sums are taken in float64, or in float32, whatever the network's precision; nil: in the network's.
    public let arithmetic: DerivativeMethod.Precision?

    /// A wanted derivative and how it is taken.
    public struct Wish: Sendable, Equatable {
        /// Of one order.
        public let operators: LinearOperator
        public let method: DerivativeMethod

        public init(_ operators: LinearOperator, method: DerivativeMethod) {
            self.operators = operators
            self.method = method
        }
    }

    /// The most places a point may have.
    public static let largestCount = 4096

    /// Lays out some wishes.
    ///
    /// - Parameters:
    ///   - wishes: what is wanted; u itself is exact whatever its method.
    ///   - activation: σ of the network, for steps and quadratures.
    ///   - largestWeights: for each axis the largest |∂z/∂x| that a neuron's argument z may have, for steps and quadratures.
    ///   - precision: the network's.
    ///   - hiddenLayers: of the network, an embedding counted, for quadratures: each brings the poles of u in the complex plane nearer.
    /// - Throws: `MethodError` when an order exceeds four, an accuracy is none of 2, 4, 6 and 8, a step is not positive, a difference needs too many
    ///   places, or an activation with a kink is to be averaged without rounding.
    public init(
        _ wishes: [Wish], dimension: Int, activation: Activation, largestWeights: [Double], precision: DerivativeMethod.Precision,
        hiddenLayers: Int = 1
    ) throws(MethodError) {
        for wish in wishes { try wish.method.check() }
        self.dimension = dimension
        let isExact = wishes.map { $0.operators.order == 0 || $0.method == .automatic }
        var jetWishes: [LinearOperator] = []
        for (wish, exact) in zip(wishes, isExact) {
            if exact { jetWishes.append(wish.operators) }
            if case .exactDifference = wish.method, !exact {
                guard activation.isSmooth else { throw .notSmooth(activation) }
                for term in wish.operators.terms { jetWishes.append(LinearOperator(dimension: dimension, terms: [.init(1, term.derivative)])) }
            }
        }
        if let order = (jetWishes + wishes.map(\.operators)).map(\.order).max(), order > JetLayout.largestOrder {
            throw .orderAboveJets(order)
        }
        let jets = JetLayout(jetWishes.isEmpty ? [.identity(dimension: dimension)] : jetWishes, dimension: dimension)
        self.jets = jets
        if isExact.allSatisfy({ $0 }), jets.readings.allSatisfy({ $0.channel != nil }) {
            places = []
            sums = []
            channels = jets.readings.compactMap(\.channel)
            arithmetic = nil
            return
        }
        channels = []

        var places = Places(dimension: dimension)
        var parts: [(scale: Double, terms: [(place: Int, channel: Int, weight: Double)])] = []
        var readings = jets.readings.makeIterator()
        var arithmetics: Set<DerivativeMethod.Precision> = []
        for (wish, exact) in zip(wishes, isExact) {
            var terms: [(place: Int, channel: Int, weight: Double)] = []
            var scale = 1.0
            if exact {
                let place = places.index(Array(repeating: 0, count: dimension))
                terms = (readings.next()?.terms ?? []).map { (place, $0.channel, $0.weight) }
            } else {
                switch wish.method {
                case .automatic: break
                case .finiteDifference(let accuracy, let step, let own):
                    let working = own ?? precision
                    arithmetics.insert(working)
                    let h = ComponentLayout.step(step, wish.operators, accuracy, activation, largestWeights, working)
                    let sum = StencilSum(of: wish.operators, accuracy: accuracy) { _ in h }
                    scale = sum.scales[0]
                    guard (working == .f32 ? Double(Float(scale)) : scale).isFinite else {
                        throw .stepTooSmall(step: h, order: wish.operators.order, precision: working)
                    }
                    for (offset, weight) in zip(sum.offsets, sum.weights[0]) where weight != 0 { terms.append((places.index(offset), 0, weight)) }
                case .exactDifference(let accuracy, let step):
                    let h = ComponentLayout.step(step, wish.operators, accuracy, activation, largestWeights, precision)
                    for term in wish.operators.terms {
                        let reading = readings.next()?.terms ?? []
                        let rule = try KernelAverage(
                            term.derivative, accuracy: accuracy, step: h, activation: activation, largestWeights: largestWeights,
                            precision: precision, hiddenLayers: hiddenLayers)
                        for (offset, weight) in rule.places {
                            let place = places.index(offset)
                            if rule.isStencil {
                                terms.append((place, 0, weight * term.coefficient))
                                continue
                            }
                            for part in reading { terms.append((place, part.channel, part.weight * weight * term.coefficient)) }
                        }
                    }
                }
            }
            guard places.list.count <= ComponentLayout.largestCount else {
                throw .tooManyPlaces(limit: ComponentLayout.largestCount)
            }
            parts.append((scale, terms))
        }
        let count = (places.list.count, jets.channels)
        sums = parts.map { part in
            var weights = Array(repeating: Array(repeating: 0.0, count: count.1), count: count.0)
            for term in part.terms { weights[term.place][term.channel] += term.weight }
            return Sum(scale: part.scale, weights: weights)
        }
        self.places = places.list
        let other = arithmetics.subtracting([precision])
        let exactBeside = zip(wishes, isExact).contains { $1 && $0.operators.order > 0 }
        guard other.isEmpty || arithmetics.count == 1 && !exactBeside else { throw .mixedArithmetic }
        arithmetic = other.first
    }

    /// Jumps over a period: L u(x) − L u(x + period·e_axis) for each operator, exact derivatives.
    public init(jumpsOf operators: [LinearOperator], dimension: Int, axis: Int, period: Double) throws(MethodError) {
        if let order = operators.map(\.order).max(), order > JetLayout.largestOrder { throw .orderAboveJets(order) }
        self.dimension = dimension
        jets = JetLayout(operators, dimension: dimension)
        let origin = Array(repeating: 0.0, count: dimension)
        var moved = origin
        moved[axis] = period
        places = [origin, moved]
        let channels = jets.channels
        sums = jets.readings.map { reading in
            var weights = Array(repeating: Array(repeating: 0.0, count: channels), count: 2)
            for term in reading.terms {
                weights[0][term.channel] = term.weight
                weights[1][term.channel] = -term.weight
            }
            return Sum(scale: 1, weights: weights)
        }
        self.channels = []
        arithmetic = nil
    }

    private struct Places {
        let dimension: Int
        var list: [[Double]] = []
        private var indices: [[Double]: Int] = [:]

        init(dimension: Int) { self.dimension = dimension }

        mutating func index(_ offset: [Double]) -> Int {
            let key = offset.map { $0 == 0 ? 0 : $0 }
            if let index = indices[key] { return index }
            indices[key] = list.count
            list.append(key)
            return list.count - 1
        }
    }

    private static func step(
        _ step: DerivativeMethod.Step, _ operators: LinearOperator, _ accuracy: Int, _ activation: Activation, _ largestWeights: [Double],
        _ precision: DerivativeMethod.Precision
    ) -> Double {
        switch step {
        case .fixed(let h): return h
        case .automatic:
            let largest = largestWeights.max() ?? 1
            let scale = activation.lengthScale(order: operators.order + accuracy) / (largest > 0 ? largest : 1)
            return Stencil.central(operators.order, accuracy: accuracy).step(epsilon: precision.epsilon, lengthScale: scale)
        }
    }
}

/// The value of a tensor stencil of ∂^α without rounding, as an average of the exact derivative: δu = Σ_n w_n ∂^α u(x + h e_n), up to 1e-16 for
/// one hidden layer; for more, whose singularities nobody knows, with nodes as for a step longer by the number of layers.
///
/// A quadrature needs many nodes where h is long against the lengths over which u changes. There the stencil itself loses little: by its
/// weights' norm ‖w‖, ε ‖w‖/(wh)ᵖ times σ over its derivative. Its points are taken where that is below ε, or below 450 ε (30 ε in
/// float32) and the quadrature would need more than 48 nodes an axis.
private struct KernelAverage {
    let places: [(offset: [Double], weight: Double)]
    /// Whether the places are the stencil's, to be taken of u itself.
    let isStencil: Bool

    init(
        _ derivative: MultiIndex, accuracy: Int, step h: Double, activation: Activation, largestWeights: [Double],
        precision: DerivativeMethod.Precision, hiddenLayers: Int
    ) throws(MethodError) {
        var loss = activation.magnitude(order: 0) / activation.magnitude(order: derivative.order), fits = true
        var rules: [(axis: Int, stencil: Stencil, count: Int)] = []
        for (axis, order) in derivative.exponents.enumerated() where order > 0 {
            let stencil = Stencil.central(order, accuracy: accuracy), width = largestWeights[axis] * h
            loss *= stencil.roundingNorm / (0..<order).reduce(1) { product, _ in product * width }
            let wide = width * Double(max(1, hiddenLayers))
            let count = KernelQuadrature.count(activation, order: derivative.order, width: wide, stencil: stencil) ?? .max
            fits = fits && count <= KernelAverage.largestRule
            rules.append((axis, stencil, min(count, KernelAverage.largestRule)))
        }
        let isStrip = if case .strip = activation.analyticity { true } else { false }
        // Of entire functions in one another the growth is not that of one alone.
        if hiddenLayers > 1 && !isStrip { fits = false }
        isStencil = loss <= 1 || !fits && loss <= (precision == .f32 ? 30 : 450)
        if isStencil {
            let scale = 1 / (0..<derivative.order).reduce(1) { product, _ in product * h }
            places = MultiStencil.tensor(derivative, accuracy: accuracy).map { ($0.offset.map { Double($0) * h }, scale * $0.weight.doubleValue) }
            guard places.count <= ComponentLayout.largestCount else { throw .tooManyPlaces(limit: ComponentLayout.largestCount) }
            return
        }
        var product: [(offset: [Double], weight: Double)] = [(Array(repeating: 0, count: derivative.dimension), 1)]
        for (axis, stencil, count) in rules {
            let rule = KernelQuadrature(stencil, count: count)
            product = product.flatMap { point in
                zip(rule.nodes, rule.weights).map { node, weight in
                    var offset = point.offset
                    offset[axis] = node * h
                    return (offset, point.weight * weight)
                }
            }
            guard product.count <= ComponentLayout.largestCount else {
                throw .tooManyPlaces(limit: ComponentLayout.largestCount)
            }
        }
        places = product
    }

    private static let largestRule = 48
}
