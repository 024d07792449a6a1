import CCompute
import Differentiation
import LinearAlgebra
import Models

/// A network in a differential equation, ready to be evaluated and differentiated as often as one likes: model × equations × derivative methods ×
/// precision on a device.
///
/// The loss is Σ over terms of weight · mean over points of Σ over equations of residual². The vector of parameters is the network's, in the
/// order of a PyTorch state dict, followed by the equations' trainable ones. Nothing is allocated within a step but the arrays that are
/// returned; results have the same bits for any number of threads. A plan serves one call at a time.
public final class ResidualPlan {
    /// The loss and what it is made of.
    public struct Loss: Sendable, Equatable {
        public struct Term: Sendable, Equatable {
            public let name: String
            public let weight: Double
            /// The mean over the points of the sum of squares over the equations.
            public let meanSquare: Double
        }

        public let total: Double
        public let terms: [Term]

        public init(total: Double, terms: [Term]) {
            self.total = total
            self.terms = terms
        }
    }

    public let architecture: NetworkArchitecture
    public let fields: [String]
    public let precision: Precision
    /// Names of the equations' parameters that are trained.
    public let trainable: [String]
    /// Names of the coordinates, empty where no equation names any.
    public let coordinates: [String]
    /// What the device was told of each term.
    let layouts: [TermLayout]
    let pointCounts: [Int]
    let plan: OpaquePointer
    private let memory: PlanMemory
    private let device: Device?

    /// Plans everything and takes all memory but that of descents.
    ///
    /// - Parameters:
    ///   - network: its shape; its numbers only choose automatic steps and quadratures.
    ///   - fields: names of the network's outputs.
    ///   - terms: at least one.
    ///   - parameters: values of the equations' parameters that are not trained.
    ///   - trainable: names of those that are.
    ///   - device: nil for the native path.
    /// - Throws: `ComputeError`: `.shape` where points, fields and network do not fit, `.method`, `.equation`, `.noDouble` or what the device says.
    public init(
        network: Network, fields: [String] = ["u"], terms: [ResidualTerm], parameters: [String: Double] = [:], trainable: [String] = [],
        precision: Precision = .f64, device: Device? = nil
    ) throws(ComputeError) {
        let architecture = network.architecture
        self.architecture = architecture
        self.fields = fields
        self.precision = precision
        self.trainable = trainable
        self.device = device
        guard fields.count == architecture.fields else {
            throw .shape(
                "The network has \(Wording.count(architecture.fields, "output")) and the equation \(Wording.count(fields.count, "field")) "
                    + "(\(fields.joined(separator: ", "))); give a network with one output a field.")
        }
        if let device, precision == .f64, !device.info.fp64 {
            throw .noDouble("\(device.info.name) has no trustworthy double precision; use --precision f32, or --device native.")
        }
        var layouts: [TermLayout] = []
        for term in terms {
            layouts.append(
                try TermLayout(term, fields: fields, network: network, parameters: parameters, trainable: trainable, precision: precision))
        }
        self.layouts = layouts
        coordinates =
            terms.lazy.compactMap { term -> [String]? in
                if case .equations(let list) = term.kind { list.first { !$0.coordinates.isEmpty }?.coordinates } else { nil }
            }.first ?? []
        pointCounts = terms.map(\.points.count)

        let memory = PlanMemory()
        self.memory = memory
        var codes: [cc_term] = []
        for (term, layout) in zip(terms, layouts) {
            codes.append(try ResidualPlan.code(term, layout, dimension: architecture.dimension, fields: fields.count, precision, memory))
        }
        var shape = architecture.code(memory)
        var options = cc_plan_options(precision: precision.code, device: device?.handle, parameters: Int32(trainable.count))
        var created: OpaquePointer?
        var error = cc_error()
        guard cc_plan_create(&shape, &options, Int32(codes.count), codes, &created, &error) == CC_OK, let created else { throw ComputeError(error) }
        plan = created
    }

    deinit { cc_plan_destroy(plan) }

    /// A term as the C side wants it; what it points to lives in `memory`.
    static func code(
        _ term: ResidualTerm, _ layout: TermLayout, dimension: Int, fields: Int, _ precision: Precision, _ memory: PlanMemory
    ) throws(ComputeError) -> cc_term {
        let transposed = term.points.points.transposed.elements
        try requireFinite(transposed, "a coordinate of \(term.name)", precision)
        var data: [UnsafeMutableRawPointer] = []
        for name in layout.program.data {
            guard let values = term.points.data[name] else {
                throw .equation("There are no values for the data array \(name) at the points of \(term.name): supply them.")
            }
            try requireFinite(values, "the data array \(name) of \(term.name)", precision)
            data.append(memory.numbers(values, precision))
        }
        return layout.term(
            points: term.points.count, coordinates: memory.numbers(transposed, precision), data: data, uses: layout.operators.count, fields: fields,
            memory: memory)
    }

    private static func requireFinite(_ values: [Double], _ what: String, _ precision: Precision) throws(ComputeError) {
        let bad = values.firstIndex { !(precision == .f32 ? Double(Float($0)) : $0).isFinite }
        if let bad { throw .shape("Element \(bad) of \(what) is \(values[bad]), and only finite \(precision.rawValue) numbers can be used.") }
    }

    /// P, the network's parameters and the trainable ones.
    public var parameterCount: Int { Int(cc_plan_parameters(plan)) }
    /// The length of the residual vector: Σ points · equations, ordered by term, point and equation.
    public var residualCount: Int { Int(cc_plan_residual_count(plan)) }
    /// Bytes that the plan holds.
    public var memoryBytes: UInt64 { cc_plan_memory(plan) }

    /// Places of a term's rows in the residual vector.
    public func rows(ofTerm term: Int) -> Range<Int> {
        let first = (0..<term).reduce(0) { $0 + pointCounts[$1] * layouts[$1].equations }
        return first..<(first + pointCounts[term] * layouts[term].equations)
    }

    func checked(_ call: (inout cc_error) -> cc_status) throws(ComputeError) {
        var error = cc_error()
        guard call(&error) == CC_OK else { throw ComputeError(error) }
    }

    func losses(_ total: Double, _ parts: [Double]) -> Loss {
        Loss(
            total: total,
            terms: zip(layouts, parts).map { layout, part in
                Loss.Term(name: layout.name, weight: layout.weight, meanSquare: part / layout.weight)
            })
    }
}

extension NetworkArchitecture {
    /// The shape as the C side wants it.
    func code(_ memory: PlanMemory) -> cc_network {
        var network = cc_network()
        network.layers = Int32(layers)
        network.widths = UnsafePointer(memory.array(widths.map(Int32.init)))
        (network.activation, network.power) = activation.code
        if hasBias.contains(false) { network.unbiased = UnsafePointer(memory.array(hasBias.map { UInt8($0 ? 0 : 1) })) }
        if let embedding {
            var code = cc_embedding()
            code.dimension = Int32(embedding.dimension)
            code.features = Int32(embedding.count)
            code.weights = UnsafePointer(memory.array(embedding.weights.transposed.elements))
            code.phases = UnsafePointer(memory.array(embedding.phases))
            code.linear = UnsafePointer(memory.array(embedding.isLinear.map { UInt8($0 ? 1 : 0) }))
            network.embedding = UnsafePointer(memory.array([code]))
        }
        return network
    }
}
