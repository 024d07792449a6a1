/// Residuals of a point as straight-line code: what the graph says, in the form that runs in bulk.
///
/// Instruction k writes register k; its operands are registers before k. Residuals come first, then what their partial derivatives
/// need besides; both share common subexpressions.
public struct ResidualProgram: Sendable, Equatable {
    public enum Instruction: Sendable, Hashable {
        case constant(Double)
        /// The axis.
        case coordinate(Int)
        /// The place in the list of components.
        case component(Int)
        /// The place in `trainable`.
        case parameter(Int)
        /// The place in `data`.
        case data(Int)
        case unary(ExpressionGraph.UnaryFunction, Int)
        case binary(ExpressionGraph.BinaryFunction, Int, Int)
        /// aⁿ
        case power(Int, exponent: Int)
    }

    public let code: [Instruction]
    /// The first instructions, which suffice for the residuals.
    public let values: Int
    /// One register an equation.
    public let residuals: [Int]
    /// [equation][component, then trainable parameter]: a register, nil where the derivative vanishes identically.
    public let partials: [[Int?]]
    /// Names of the parameters that are trained.
    public let trainable: [String]
    /// Names of the arrays with a number a point.
    public let data: [String]

    /// The most instructions a device is given.
    package static let largestCount = 65_536

    /// Compiles residuals.
    ///
    /// - Parameters:
    ///   - residuals: expressions that shall vanish.
    ///   - components: the derivatives whose values will be given, each occurring in some residual or not.
    ///   - parameters: values of the parameters that stay as they are; they become constants.
    ///   - trainable: names of those whose values are given with every run.
    /// - Throws: `ExpressionError` when a name has no value, a derivative is not among the components, or the program outgrows its limit.
    public init(
        _ residuals: [Expression], components: [FieldDerivative], parameters: [String: Double] = [:], trainable: [String] = []
    ) throws(ExpressionError) {
        var graph = ExpressionGraph(coordinates: residuals.first { !$0.coordinates.isEmpty }?.coordinates ?? [])
        var roots: [Int] = []
        for residual in residuals {
            var fixed: [Int: Int] = [:]
            var copy = residual.graph
            for name in Set(residual.parameters) where !trainable.contains(name) {
                guard let value = parameters[name] else { throw ExpressionError("The parameter \(name) has no value: supply one.") }
                fixed[copy.parameter(name)] = copy.constant(value)
            }
            let root = copy.substitute(fixed, in: residual.root)
            roots.append(graph.insert(root, of: copy))
        }
        let leaves = components.map { graph.derivative($0) } + trainable.map { graph.parameter($0) }
        var partialRoots: [[Int?]] = []
        for root in roots {
            let gradient = graph.gradient(of: root, withRespectTo: leaves)
            partialRoots.append(gradient.map { graph.constantValue($0) == 0 ? nil : $0 })
        }
        let dataNames = graph.reachable(from: roots).compactMap { if case .data(let name) = graph.operations[$0] { name } else { nil } }
        var builder = Builder(graph: graph, components: components, trainable: trainable, data: dataNames)
        self.residuals = try builder.registers(for: roots)
        values = builder.code.count
        let wanted = try builder.registers(for: partialRoots.flatMap { $0.compactMap { $0 } })
        var next = wanted.makeIterator()
        partials = partialRoots.map { row in row.map { $0 == nil ? nil : next.next() } }
        code = builder.code
        self.trainable = trainable
        data = dataNames
        guard code.count <= Self.largestCount else {
            throw ExpressionError("The equation needs \(code.count) operations a point, more than \(Self.largestCount): simplify it.")
        }
    }

    private struct Builder {
        let graph: ExpressionGraph
        let components: [FieldDerivative]
        let trainable: [String]
        let data: [String]
        var code: [Instruction] = []
        private var registers: [Int: Int] = [:]

        init(graph: ExpressionGraph, components: [FieldDerivative], trainable: [String], data: [String]) {
            self.graph = graph
            self.components = components
            self.trainable = trainable
            self.data = data
        }

        mutating func registers(for roots: [Int]) throws(ExpressionError) -> [Int] {
            for node in graph.reachable(from: roots) where registers[node] == nil {
                let instruction = try instruction(node)
                registers[node] = code.count
                code.append(instruction)
            }
            return roots.map { registers[$0] ?? 0 }
        }

        private func instruction(_ node: Int) throws(ExpressionError) -> Instruction {
            switch graph.operations[node] {
            case .constant(let value):
                guard value.isFinite else { throw ExpressionError("The equation contains the constant \(value): only finite numbers are possible.") }
                return .constant(value)
            case .coordinate(let axis): return .coordinate(axis)
            case .parameter(let name): return .parameter(trainable.firstIndex(of: name) ?? 0)
            case .data(let name): return .data(data.firstIndex(of: name) ?? 0)
            case .derivative(let leaf):
                guard let place = components.firstIndex(of: leaf) else {
                    throw ExpressionError("The derivative \(graph.text(of: leaf)) is not among the components of the residual.")
                }
                return .component(place)
            case .unary(let function, let a): return .unary(function, registers[a] ?? 0)
            case .binary(let function, let a, let b): return .binary(function, registers[a] ?? 0, registers[b] ?? 0)
            case .power(let a, let exponent):
                guard abs(exponent) <= ExpressionGraph.largestExponent else {
                    throw ExpressionError("The exponent \(exponent) is too large: use at most \(ExpressionGraph.largestExponent).")
                }
                return .power(registers[a] ?? 0, exponent: exponent)
            }
        }
    }
}
