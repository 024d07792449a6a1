import CCompute
import Differentiation

extension TermLayout {
    /// The term as the C side wants it; what it points to lives in `memory`.
    ///
    /// - Parameters:
    ///   - coordinates: [N][d] in the plan's precision.
    ///   - data: the program's arrays, each [N] in the plan's precision.
    func term(
        points: Int, coordinates: UnsafeRawPointer, data: [UnsafeMutableRawPointer], uses: Int, fields: Int, memory: PlanMemory
    ) -> cc_term {
        var term = cc_term()
        term.jets = jets(memory)
        term.points = Int64(points)
        term.coordinates = coordinates
        term.uses = Int32(uses)
        let used = components.channels.isEmpty ? Array(0..<uses) : components.channels
        term.used = UnsafePointer(memory.array(used.map(Int32.init)))
        term.equations = Int32(equations)
        term.weight = weight
        term.program = UnsafePointer(memory.array([code(components: uses * fields, memory)]))
        term.data = UnsafePointer(memory.array(data.map { Optional(UnsafeRawPointer($0)) }))
        return term
    }

    private func jets(_ memory: PlanMemory) -> cc_jets {
        var jets = cc_jets()
        switch components.jets.shape {
        case .biharmonic(let axes):
            jets.kind = CC_JET_BIHARMONIC
            jets.axes = (Int32(axes[0]), Int32(axes[1]))
        case .directions(let directions, let tops):
            jets.kind = CC_JET_DIRECTIONS
            jets.directions = Int32(directions.count)
            jets.vectors = UnsafePointer(memory.array(directions.flatMap { $0.vector.map(Double.init) }))
            jets.orders = UnsafePointer(memory.array(directions.map { Int32($0.order) }))
            jets.tops = Int32(tops.count)
            jets.top_weights = UnsafePointer(memory.array(tops.flatMap { $0 }))
        }
        jets.nodes = Int32(components.places.count)
        jets.offsets = UnsafePointer(memory.array(components.places.flatMap { $0 }))
        jets.groups = Int32(components.sums.count)
        jets.weights = UnsafePointer(memory.array(components.sums.flatMap { $0.weights.flatMap { $0 } }))
        jets.scales = UnsafePointer(memory.array(components.sums.map(\.scale)))
        jets.wide = components.arithmetic == .f64
        jets.narrow = components.arithmetic == .f32
        return jets
    }

    private func code(components: Int, _ memory: PlanMemory) -> cc_program {
        var constants: [Double] = []
        let code = program.code.map { instruction -> cc_instruction in
            switch instruction {
            case .constant(let value):
                constants.append(value)
                return cc_instruction(opcode: Int32(CC_OP_CONSTANT.rawValue), left: Int32(constants.count - 1), right: 0)
            case .coordinate(let axis): return cc_instruction(opcode: Int32(CC_OP_COORDINATE.rawValue), left: Int32(axis), right: 0)
            case .component(let place): return cc_instruction(opcode: Int32(CC_OP_COMPONENT.rawValue), left: Int32(place), right: 0)
            case .parameter(let place): return cc_instruction(opcode: Int32(CC_OP_PARAMETER.rawValue), left: Int32(place), right: 0)
            case .data(let place): return cc_instruction(opcode: Int32(CC_OP_DATA.rawValue), left: Int32(place), right: 0)
            case .unary(let function, let a): return cc_instruction(opcode: Int32(function.code.rawValue), left: Int32(a), right: 0)
            case .binary(let function, let a, let b):
                return cc_instruction(opcode: Int32(function.code.rawValue), left: Int32(a), right: Int32(b))
            case .power(let a, let exponent):
                return cc_instruction(opcode: Int32(CC_OP_INTEGER_POWER.rawValue), left: Int32(a), right: Int32(exponent))
            }
        }
        var result = cc_program()
        result.instructions = Int32(code.count)
        result.code = UnsafePointer(memory.array(code))
        result.values = Int32(program.values)
        result.constants_count = Int32(constants.count)
        result.constants = UnsafePointer(memory.array(constants))
        result.components = Int32(components)
        result.parameters = Int32(program.trainable.count)
        result.arrays = Int32(program.data.count)
        result.residuals = UnsafePointer(memory.array(program.residuals.map(Int32.init)))
        result.partials = UnsafePointer(memory.array(program.partials.flatMap { row in row.map { $0.map(Int32.init) ?? -1 } }))
        return result
    }
}

extension ExpressionGraph.UnaryFunction {
    fileprivate var code: cc_opcode {
        switch self {
        case .negate: CC_OP_NEGATE
        case .sin: CC_OP_SIN
        case .cos: CC_OP_COS
        case .tan: CC_OP_TAN
        case .tanh: CC_OP_TANH
        case .sinh: CC_OP_SINH
        case .cosh: CC_OP_COSH
        case .exp: CC_OP_EXP
        case .log: CC_OP_LOG
        case .sqrt: CC_OP_SQRT
        case .abs: CC_OP_ABS
        case .sign: CC_OP_SIGN
        }
    }
}

extension ExpressionGraph.BinaryFunction {
    fileprivate var code: cc_opcode {
        switch self {
        case .add: CC_OP_ADD
        case .subtract: CC_OP_SUBTRACT
        case .multiply: CC_OP_MULTIPLY
        case .divide: CC_OP_DIVIDE
        case .power: CC_OP_POWER
        case .atan2: CC_OP_ATAN2
        case .min: CC_OP_MIN
        case .max: CC_OP_MAX
        }
    }
}
