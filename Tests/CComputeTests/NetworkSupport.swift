import CCompute

/// A term of a network plan for tests: jets, points and a residual that is quadratic in the components.
struct NetworkTerm {
    struct Direction {
        var vector: [Double]
        var order: Int32
    }
    var directions: [Direction] = []
    var tops: [[Double]] = []
    var biharmonic = false
    var offsets: [[Double]] = []
    /// [group][node][channel]
    var weights: [[[Double]]] = []
    var scales: [Double] = []
    var wide = false
    var narrow = false
    var points: [[Double]]
    var used: [Int32] = []
    var linear: [Double]
    var products: [(factor: Double, left: Int32, right: Int32)] = []
    var source: [Double]
    var weight = 1.0
    var program: NetworkProgram?

    /// Σ_i ∂²/∂x_i² in the first `count` of `dimension` coordinates.
    static func laplacian(_ count: Int, of dimension: Int, points: [[Double]], source: [Double]) -> NetworkTerm {
        var term = NetworkTerm(points: points, linear: [1], source: source)
        term.directions = (0..<count).map { i in Direction(vector: (0..<dimension).map { $0 == i ? 1 : 0 }, order: 2) }
        term.tops = [[Double](repeating: 1, count: count)]
        term.used = [Int32(count + 1)]
        return term
    }

    static func values(points: [[Double]], source: [Double], weight: Double) -> NetworkTerm {
        NetworkTerm(points: points, linear: [1], source: source, weight: weight)
    }
}

/// Memory that C keeps pointers into, freed together.
final class Arena {
    private var blocks: [UnsafeMutableRawPointer] = []
    deinit { for block in blocks { block.deallocate() } }

    func array<Element>(_ values: [Element]) -> UnsafeMutablePointer<Element> {
        let block = UnsafeMutableRawPointer.allocate(byteCount: max(1, values.count) * MemoryLayout<Element>.stride, alignment: 64)
        blocks.append(block)
        let typed = block.bindMemory(to: Element.self, capacity: max(1, values.count))
        typed.initialize(from: values, count: values.count)
        return typed
    }

    func numbers<Scalar: BinaryFloatingPoint>(_ values: [Double], as type: Scalar.Type) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(array(values.map { Scalar($0) }))
    }
}

/// What precedes a network's first layer.
struct NetworkEmbedding {
    var weights: [[Double]]
    var phases: [Double]
    var linear: [Bool]
}

/// A network plan on the native path, or on a device that lives as long.
final class NetworkPlan<Scalar: BinaryFloatingPoint & BitwiseCopyable> {
    let plan: OpaquePointer
    private let terms: UnsafeMutablePointer<cc_term>
    private let arena = Arena()
    private let device: OpenedDevice?

    init(
        widths: [Int32], activation: cc_activation, power: Int32 = 1, unbiased: [Bool]? = nil, embedding: NetworkEmbedding? = nil,
        parameters: Int32 = 0, terms: [NetworkTerm], on device: OpenedDevice? = nil
    ) throws {
        self.device = device
        let arena = self.arena
        // Devices take programs only.
        var terms = terms
        for i in terms.indices where device != nil && terms[i].program == nil {
            terms[i].program = .quadratic(linear: terms[i].linear, products: terms[i].products, source: terms[i].source)
        }
        var network = cc_network()
        network.layers = Int32(widths.count - 1)
        network.widths = UnsafePointer(arena.array(widths))
        network.activation = activation
        network.power = power
        if let unbiased { network.unbiased = UnsafePointer(arena.array(unbiased.map { UInt8($0 ? 1 : 0) })) }
        var dimension = Int(widths[0])
        if let embedding {
            dimension = embedding.weights[0].count
            network.embedding = UnsafePointer(
                arena.array([
                    cc_embedding(
                        dimension: Int32(dimension), features: Int32(embedding.phases.count),
                        weights: UnsafePointer(arena.array(embedding.weights.flatMap { $0 })), phases: UnsafePointer(arena.array(embedding.phases)),
                        linear: UnsafePointer(arena.array(embedding.linear.map { UInt8($0 ? 1 : 0) })))
                ]))
        }
        let given = arena.array(terms.map { Self.term($0, dimension: dimension, arena: arena) })
        var options = cc_plan_options()
        options.precision = Scalar.self == Float.self ? CC_F32 : CC_F64
        options.parameters = parameters
        options.device = device?.handle
        var plan: OpaquePointer?
        var error = cc_error()
        guard cc_plan_create(&network, &options, Int32(terms.count), given, &plan, &error) == CC_OK, let plan else {
            throw NetworkFailure(text: withUnsafeBytes(of: error.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        self.plan = plan
        self.terms = given
    }

    /// Writes a point's coordinates, or a number of its data, where the plan reads them.
    func write(_ values: [Double], term: Int, point: Int, array: Int? = nil) {
        let memory = array.map { terms[term].data[$0]! } ?? terms[term].coordinates!
        let numbers = UnsafeMutableRawPointer(mutating: memory).assumingMemoryBound(to: Scalar.self)
        for (i, value) in values.enumerated() { numbers[point * values.count + i] = Scalar(value) }
    }

    deinit { cc_plan_destroy(plan) }

    static func term(_ t: NetworkTerm, dimension: Int, arena: Arena) -> cc_term {
        var jets = cc_jets()
        jets.kind = t.biharmonic ? CC_JET_BIHARMONIC : CC_JET_DIRECTIONS
        jets.axes = (0, 1)
        jets.directions = Int32(t.directions.count)
        jets.vectors = UnsafePointer(arena.array(t.directions.flatMap(\.vector)))
        jets.orders = UnsafePointer(arena.array(t.directions.map(\.order)))
        jets.tops = Int32(t.tops.count)
        jets.top_weights = UnsafePointer(arena.array(t.tops.flatMap { $0 }))
        jets.nodes = Int32(t.offsets.count)
        jets.offsets = UnsafePointer(arena.array(t.offsets.flatMap { $0 }))
        jets.groups = Int32(t.weights.count)
        jets.weights = UnsafePointer(arena.array(t.weights.flatMap { $0.flatMap { $0 } }))
        jets.scales = UnsafePointer(arena.array(t.scales))
        jets.wide = t.wide
        jets.narrow = t.narrow
        let residual = arena.array([
            cc_quadratic_residual(
                components: Int32(t.linear.count), linear: UnsafePointer(arena.array(t.linear)), products: Int32(t.products.count),
                coefficients: UnsafePointer(arena.array(t.products.map(\.factor))), left: UnsafePointer(arena.array(t.products.map(\.left))),
                right: UnsafePointer(arena.array(t.products.map(\.right))), source: UnsafeRawPointer(arena.numbers(t.source, as: Scalar.self)))
        ])
        var term = cc_term(
            jets: jets, points: Int64(t.points.count), coordinates: UnsafeRawPointer(arena.numbers(t.points.flatMap { $0 }, as: Scalar.self)),
            uses: Int32(t.used.count), used: t.used.isEmpty ? nil : UnsafePointer(arena.array(t.used)), equations: 1, weight: t.weight,
            program: nil, data: nil, residual: cc_residual_quadratic, context: UnsafeRawPointer(residual))
        guard let program = t.program else { return term }
        term.equations = Int32(program.residuals.count)
        term.program = UnsafePointer(arena.array([program.lowered(arena)]))
        term.data = UnsafePointer(arena.array(program.data.map { Optional(UnsafeRawPointer(arena.numbers($0, as: Scalar.self))) }))
        return term
    }

    /// Loss, the terms' shares, gradient.
    func gradient(_ parameters: [Double]) -> (loss: Double, shares: [Double], gradient: [Scalar]) {
        let values = parameters.map { Scalar($0) }
        var result = [Scalar](repeating: 0, count: values.count)
        var loss = 0.0
        var shares = [Double](repeating: 0, count: 1024)
        let status = cc_plan_gradient(plan, values, &loss, &shares, &result, nil)
        precondition(status == CC_OK)
        return (loss, shares, result)
    }

    func loss(_ parameters: [Double]) -> Double {
        var loss = 0.0
        precondition(cc_plan_gradient(plan, parameters.map { Scalar($0) }, &loss, nil, nil, nil) == CC_OK)
        return loss
    }

    func residuals(_ parameters: [Double]) -> [Scalar] {
        var result = [Scalar](repeating: 0, count: Int(cc_plan_residual_count(plan)))
        precondition(cc_plan_residuals(plan, parameters.map { Scalar($0) }, &result, nil) == CC_OK)
        return result
    }

    func transposed(_ parameters: [Double], _ cotangent: [Scalar]) -> [Scalar] {
        var result = [Scalar](repeating: 0, count: parameters.count)
        precondition(cc_plan_transposed(plan, parameters.map { Scalar($0) }, cotangent, &result, nil) == CC_OK)
        return result
    }

    /// Rows of the Jacobian, point after point, for points [first, first + count) of a term.
    func jacobian(_ parameters: [Double], term: Int32, first: Int64, count: Int64, equations: Int = 1) -> [[Scalar]] {
        var rows = [Scalar](repeating: 0, count: Int(count) * equations * parameters.count)
        precondition(cc_plan_jacobian(plan, term, first, count, parameters.map { Scalar($0) }, &rows, nil) == CC_OK)
        return (0..<Int(count) * equations).map { Array(rows[$0 * parameters.count..<($0 + 1) * parameters.count]) }
    }

    /// [use][point] of the only field.
    func components(_ parameters: [Double], term: Int32, count: Int, points: Int) -> [[Scalar]] {
        var result = [Scalar](repeating: 0, count: count * points)
        precondition(cc_plan_components(plan, term, parameters.map { Scalar($0) }, &result, nil) == CC_OK)
        return (0..<count).map { Array(result[$0 * points..<($0 + 1) * points]) }
    }
}

struct NetworkFailure: Error {
    var text: String
}

/// Numbers in [−1, 1) that are exact in float32, from a counter.
struct NetworkNumbers {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(Int64(state >> 44)) / 524_288 - 1
    }

    mutating func list(_ count: Int, scale: Double = 1) -> [Double] { (0..<count).map { _ in next() * scale } }
    mutating func points(_ count: Int, dimension: Int) -> [[Double]] { (0..<count).map { _ in list(dimension) } }

    /// Parameters of size √(3/fan-in).
    mutating func parameters(_ widths: [Int32]) -> [Double] {
        var all: [Double] = []
        for (n, m) in zip(widths, widths.dropFirst()) { all += list(Int(m * (n + 1)), scale: (3 / Double(n)).squareRoot()) }
        return all
    }
}
