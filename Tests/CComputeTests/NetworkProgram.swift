import CCompute
import Foundation

/// A residual as a program, and the plain interpreter that programs are compared with.
struct NetworkProgram {
    var code: [cc_instruction] = []
    var values: Int32 = 0
    var constants: [Double] = []
    var components: Int32
    var parameters: Int32 = 0
    var data: [[Double]] = []
    var residuals: [Int32] = []
    /// [equation][components + parameters], −1 where the derivative vanishes.
    var partials: [Int32] = []

    mutating func add(_ opcode: cc_opcode, _ left: Int32 = 0, _ right: Int32 = 0) -> Int32 {
        code.append(cc_instruction(opcode: Int32(opcode.rawValue), left: left, right: right))
        return Int32(code.count - 1)
    }

    mutating func constant(_ value: Double) -> Int32 {
        constants.append(value)
        return add(CC_OP_CONSTANT, Int32(constants.count - 1))
    }

    func lowered(_ arena: Arena) -> cc_program {
        cc_program(
            instructions: Int32(code.count), code: UnsafePointer(arena.array(code)), values: values, constants_count: Int32(constants.count),
            constants: UnsafePointer(arena.array(constants)), components: components, parameters: parameters, arrays: Int32(data.count),
            residuals: UnsafePointer(arena.array(residuals)), partials: UnsafePointer(arena.array(partials)))
    }

    /// All registers at one point.
    func run(coordinates: [Double], components: [Double], parameters: [Double], point: Int) -> [Double] {
        var r: [Double] = []
        for i in code {
            let a = Int(i.left), b = Int(i.right)
            switch cc_opcode(UInt32(i.opcode)) {
            case CC_OP_CONSTANT: r.append(constants[a])
            case CC_OP_COORDINATE: r.append(coordinates[a])
            case CC_OP_COMPONENT: r.append(components[a])
            case CC_OP_PARAMETER: r.append(parameters[a])
            case CC_OP_DATA: r.append(data[a][point])
            case CC_OP_NEGATE: r.append(-r[a])
            case CC_OP_SIN: r.append(sin(r[a]))
            case CC_OP_COS: r.append(cos(r[a]))
            case CC_OP_TAN: r.append(tan(r[a]))
            case CC_OP_TANH: r.append(tanh(r[a]))
            case CC_OP_SINH: r.append(sinh(r[a]))
            case CC_OP_COSH: r.append(cosh(r[a]))
            case CC_OP_EXP: r.append(exp(r[a]))
            case CC_OP_LOG: r.append(log(r[a]))
            case CC_OP_SQRT: r.append(r[a].squareRoot())
            case CC_OP_ABS: r.append(abs(r[a]))
            case CC_OP_SIGN: r.append(r[a] > 0 ? 1 : r[a] < 0 ? -1 : r[a])
            case CC_OP_ADD: r.append(r[a] + r[b])
            case CC_OP_SUBTRACT: r.append(r[a] - r[b])
            case CC_OP_MULTIPLY: r.append(r[a] * r[b])
            case CC_OP_DIVIDE: r.append(r[a] / r[b])
            case CC_OP_POWER: r.append(pow(r[a], r[b]))
            case CC_OP_ATAN2: r.append(atan2(r[a], r[b]))
            case CC_OP_MIN: r.append(min(r[a], r[b]))
            case CC_OP_MAX: r.append(max(r[a], r[b]))
            default: r.append(pow(r[a], Double(i.right)))
            }
        }
        return r
    }

    /// Σ_i linear[i]·y_i + Σ_q factor·y_left·y_right − data 0, with its partial derivatives.
    static func quadratic(linear: [Double], products: [(factor: Double, left: Int32, right: Int32)], source: [Double]) -> NetworkProgram {
        var p = NetworkProgram(components: Int32(linear.count), data: [source])
        let y = linear.indices.map { p.add(CC_OP_COMPONENT, Int32($0)) }
        let factors = linear.map { p.constant($0) }
        var sum = p.add(CC_OP_NEGATE, p.add(CC_OP_DATA, 0))
        var partials = factors
        for i in linear.indices { sum = p.add(CC_OP_ADD, sum, p.add(CC_OP_MULTIPLY, factors[i], y[i])) }
        for q in products {
            let factor = p.constant(q.factor)
            let left = p.add(CC_OP_MULTIPLY, factor, y[Int(q.left)])
            let right = p.add(CC_OP_MULTIPLY, factor, y[Int(q.right)])
            sum = p.add(CC_OP_ADD, sum, p.add(CC_OP_MULTIPLY, left, y[Int(q.right)]))
            partials[Int(q.left)] = p.add(CC_OP_ADD, partials[Int(q.left)], right)
            partials[Int(q.right)] = p.add(CC_OP_ADD, partials[Int(q.right)], left)
        }
        p.residuals = [sum]
        p.partials = partials
        p.values = Int32(p.code.count)
        return p
    }

    /// Two equations that use every operation, two trainable parameters, one array and both coordinates, over y_0, y_1, y_2.
    static func everything(source: [Double]) -> NetworkProgram {
        var p = NetworkProgram(components: 3, parameters: 2, data: [source])
        let y = (0..<3).map { p.add(CC_OP_COMPONENT, Int32($0)) }
        let x = (0..<2).map { p.add(CC_OP_COORDINATE, Int32($0)) }
        let a = p.add(CC_OP_PARAMETER, 0), b = p.add(CC_OP_PARAMETER, 1), f = p.add(CC_OP_DATA, 0)
        let one = p.constant(1), two = p.constant(2), half = p.constant(0.5)
        func unary(_ o: cc_opcode, _ r: Int32) -> Int32 { p.add(o, r) }
        func times(_ l: Int32, _ r: Int32) -> Int32 { p.add(CC_OP_MULTIPLY, l, r) }
        func plus(_ l: Int32, _ r: Int32) -> Int32 { p.add(CC_OP_ADD, l, r) }
        // r_0 = y_2 + e^b·sin y_0 + a·y_0³ − f·tanh(y_1) + log(2 + y_1²) + min(x_0, x_1)·√(2 + x_0)
        let growth = unary(CC_OP_EXP, b), sine = unary(CC_OP_SIN, y[0]), cube = p.add(CC_OP_INTEGER_POWER, y[0], 3)
        let bounded = unary(CC_OP_TANH, y[1]), square = times(y[1], y[1]), sum = plus(two, square)
        let edge = times(p.add(CC_OP_MIN, x[0], x[1]), unary(CC_OP_SQRT, plus(two, x[0])))
        let forced = p.add(CC_OP_SUBTRACT, times(a, cube), times(f, bounded))
        let r0 = plus(plus(plus(plus(y[2], times(growth, sine)), forced), unary(CC_OP_LOG, sum)), edge)
        // r_1 = cosh(y_0)·|x_1| + tan(y_1/2) + (2 + y_1²)^a / (1 + sinh²y_0) + atan2(x_1, 2 + x_0)·sign(x_0) + (2 + y_1²)⁻² + max(y_2, 0.5) + cos(−y_2)
        let hyperbolic = unary(CC_OP_COSH, y[0]), weight = unary(CC_OP_ABS, x[1]), tangent = unary(CC_OP_TAN, times(half, y[1]))
        let power = p.add(CC_OP_POWER, sum, a), growing = unary(CC_OP_SINH, y[0]), below = plus(one, times(growing, growing))
        let ratio = p.add(CC_OP_DIVIDE, power, below)
        let angle = times(p.add(CC_OP_ATAN2, x[1], plus(two, x[0])), unary(CC_OP_SIGN, x[0]))
        let inverse = p.add(CC_OP_INTEGER_POWER, sum, -2)
        let corner = p.add(CC_OP_MAX, y[2], half), wave = unary(CC_OP_COS, unary(CC_OP_NEGATE, y[2]))
        let r1 = plus(plus(plus(plus(plus(plus(times(hyperbolic, weight), tangent), ratio), angle), inverse), corner), wave)
        p.values = Int32(p.code.count)
        // Derivatives in y_0, y_1, y_2, a, b.
        let three = p.constant(3)
        let d00 = plus(times(growth, unary(CC_OP_COS, y[0])), times(times(three, a), times(y[0], y[0])))
        let flat = p.add(CC_OP_SUBTRACT, one, times(bounded, bounded)), double = times(two, y[1])
        let d01 = p.add(CC_OP_SUBTRACT, p.add(CC_OP_DIVIDE, double, sum), times(f, flat))
        let slope = times(times(two, growing), hyperbolic)
        let d10 = p.add(CC_OP_SUBTRACT, times(growing, weight), p.add(CC_OP_DIVIDE, times(ratio, slope), below))
        let rise = times(half, plus(one, times(tangent, tangent)))
        let steep = p.add(CC_OP_DIVIDE, times(times(a, ratio), double), sum)
        let fall = times(unary(CC_OP_NEGATE, times(two, double)), p.add(CC_OP_INTEGER_POWER, sum, -3))
        let d11 = plus(plus(rise, steep), fall)
        let above = times(half, plus(one, unary(CC_OP_SIGN, p.add(CC_OP_SUBTRACT, y[2], half))))
        let d12 = p.add(CC_OP_SUBTRACT, above, unary(CC_OP_SIN, y[2]))
        let d1a = times(ratio, unary(CC_OP_LOG, sum))
        p.residuals = [r0, r1]
        p.partials = [d00, d01, one, cube, times(growth, sine), d10, d11, d12, d1a, -1]
        return p
    }
}
