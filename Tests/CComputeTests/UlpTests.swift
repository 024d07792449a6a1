import CCompute
import Foundation
import Testing

/// Exact values "key x high low" of Tests/Reference/Functions/functions.txt.
struct FunctionValues {
    struct Value {
        let x, high, low: Double
    }
    private(set) var table: [String: [Value]] = [:]

    init() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Reference")
        let text = try String(contentsOf: folder.appendingPathComponent("Functions/functions.txt"), encoding: .utf8)
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count == 4, let x = Double(fields[1]), let high = Double(fields[2]), let low = Double(fields[3]) else {
                throw DeviceRig.Failure(status: CC_BAD_ARGUMENT, description: "functions.txt: \(line)")
            }
            table[String(fields[0]), default: []].append(Value(x: x, high: high, low: low))
        }
    }

    /// The values of a key whose argument is a T and whose result is a normal number of T, away from underflow.
    func values<T: TestScalar>(_ key: String, for type: T.Type) -> [Value] {
        (table[key] ?? []).filter {
            Double(T($0.x)) == $0.x && (T($0.high).isNormal && abs(T($0.high)) > T.leastNormalMagnitude * 4096 || $0.high == 0)
        }
    }
}

/// The distance of a result from the exact value high + low, in ulps (2^(e - p + 1), 2^e the exact value's power of two).
func ulps<T: TestScalar>(_ result: T, _ exact: FunctionValues.Value) -> Double {
    let ulp =
        exact.high == 0 ? Double(T.leastNonzeroMagnitude) : Double(sign: .plus, exponent: exact.high.exponent, significand: 1) * T.unitRoundoff * 2
    return abs((Double(result) - exact.high) - exact.low) / ulp
}

@Suite struct UlpTests {
    /// Bounds in ulps; the largest seen over 10^6 arguments a range are written in Kernels/functions.clh.
    static let functions: [(name: String, function: cc_function, bound: Double)] = [
        ("exp", CC_FN_EXP, 1), ("expm1", CC_FN_EXPM1, 1.8), ("log1p", CC_FN_LOG1P, 1), ("tanh", CC_FN_TANH, 2.1), ("sin", CC_FN_SIN, 1),
        ("cos", CC_FN_COS, 1),
    ]
    static let activations: [(name: String, activation: cc_activation)] = [
        ("tanh", CC_TANH), ("sin", CC_SIN), ("cos", CC_COS), ("sigmoid", CC_SIGMOID), ("softplus", CC_SOFTPLUS), ("silu", CC_SILU),
        ("gaussian", CC_GAUSSIAN), ("gelu", CC_GELU),
    ]
    static let powers: [Int32] = [1, 2, 3, 4, 7, 9]

    @Test(arguments: DeviceRig.usable) func functionsToTheirBounds(device: Int32) throws {
        let rig = try DeviceRig(device)
        let references = try FunctionValues()
        for f in UlpTests.functions {
            try checkFunction(f.name, f.function, f.bound, rig, references, Float.self)
            if rig.info.fp64 { try checkFunction(f.name, f.function, f.bound, rig, references, Double.self) }
        }
    }

    private func checkFunction<T: TestScalar>(
        _ name: String, _ function: cc_function, _ bound: Double, _ rig: DeviceRig, _ references: FunctionValues, _ type: T.Type
    ) throws {
        let exact = references.values(name, for: type)
        #expect(exact.count > 20)
        let results = try rig.map(function, exact.map { T($0.x) })
        for (result, value) in zip(results, exact) {
            #expect(ulps(result, value) <= bound, "\(name)(\(value.x)) as \(T.self) gave \(result)")
        }
    }

    @Test(arguments: DeviceRig.usable) func activationsOfAllOrders(device: Int32) throws {
        let rig = try DeviceRig(device)
        let references = try FunctionValues()
        for a in UlpTests.activations {
            try checkActivation(a.name, a.activation, 1, rig, references, Float.self)
            if rig.info.fp64 { try checkActivation(a.name, a.activation, 1, rig, references, Double.self) }
        }
        for power in UlpTests.powers {
            try checkActivation("relu\(power)", CC_RELU, power, rig, references, Float.self)
            if rig.info.fp64 { try checkActivation("relu\(power)", CC_RELU, power, rig, references, Double.self) }
        }
    }

    /// Orders 0 and 1 to 6 ulps, tails included; higher ones to 9 ulps, near a root of the larger neighbouring derivative.
    private func checkActivation<T: TestScalar>(
        _ name: String, _ activation: cc_activation, _ power: Int32, _ rig: DeviceRig, _ references: FunctionValues, _ type: T.Type
    ) throws {
        for order in 0...4 {
            let exact = references.values("\(name).\(order)", for: type)
            #expect(exact.count > 3)
            let results = try rig.map(CC_FN_ACTIVATION, exact.map { T($0.x) }, activation: activation, power: power, order: Int32(order))
            for (result, value) in zip(results, exact) {
                let rooted = order >= 2 || (activation == CC_SILU || activation == CC_GELU) && order == 1
                let neighbours =
                    rooted
                    ? [order - 1, order + 1].compactMap { near in
                        references.table["\(name).\(near)"]?.first { $0.x == value.x }?.high.magnitude
                    } : []
                let scale = max(value.high.magnitude, neighbours.max() ?? 0)
                let error = abs((Double(result) - value.high) - value.low)
                #expect(error <= (order < 2 ? 6 : 9) * 2 * T.unitRoundoff * scale, "\(name)^(\(order))(\(value.x)) as \(T.self) gave \(result)")
            }
        }
    }

    @Test(arguments: DeviceRig.usable) func specialArguments(device: Int32) throws {
        let rig = try DeviceRig(device)
        try checkSpecial(rig, Float.self)
        if rig.info.fp64 { try checkSpecial(rig, Double.self) }
    }

    private func checkSpecial<T: TestScalar>(_ rig: DeviceRig, _ type: T.Type) throws {
        let x: [T] = [.infinity, -.infinity, .nan, 0, -0.0]
        func results(_ f: cc_function) throws -> [T] { try rig.map(f, x) }
        let e = try results(CC_FN_EXP)
        #expect(e[0] == .infinity && e[1] == 0 && e[2].isNaN && e[3] == 1 && e[4] == 1)
        let m = try results(CC_FN_EXPM1)
        #expect(m[0] == .infinity && m[1] == -1 && m[2].isNaN && m[3] == 0 && m[4].sign == .minus)
        let l = try results(CC_FN_LOG1P)
        #expect(l[0] == .infinity && l[1].isNaN && l[2].isNaN && l[3] == 0 && l[4].sign == .minus)
        let atMinusOne = try rig.map(CC_FN_LOG1P, [T(-1), T(-2)])
        #expect(atMinusOne[0] == -.infinity && atMinusOne[1].isNaN)
        let t = try results(CC_FN_TANH)
        #expect(t[0] == 1 && t[1] == -1 && t[2].isNaN && t[3] == 0 && t[3].sign == .plus && t[4].sign == .minus)
        for f in [CC_FN_SIN, CC_FN_COS] {
            let s = try results(f)
            #expect(s[0].isNaN && s[1].isNaN && s[2].isNaN && s[3] == (f == CC_FN_SIN ? 0 : 1))
        }
        let activations: [(cc_activation, T, T)] = [
            (CC_TANH, 1, -1), (CC_SIGMOID, 1, 0), (CC_SOFTPLUS, .infinity, 0), (CC_SILU, .infinity, 0), (CC_GAUSSIAN, 0, 0), (CC_RELU, .infinity, 0),
            (CC_GELU, .infinity, 0),
        ]
        for (activation, up, down) in activations {
            let y = try rig.map(CC_FN_ACTIVATION, x, activation: activation)
            #expect(y[0] == up && y[1] == down && y[2].isNaN, "activation \(activation.rawValue)")
            for order in 1...4 {
                let y = try rig.map(CC_FN_ACTIVATION, x, activation: activation, order: Int32(order))
                let slope: T = [CC_SOFTPLUS, CC_SILU, CC_RELU, CC_GELU].contains(activation) && order == 1 ? 1 : 0
                #expect(y[0] == slope && y[1] == 0 && y[2].isNaN, "activation \(activation.rawValue), order \(order)")
            }
        }
        // Denormal arguments, where the device keeps them.
        let tiny = T.leastNormalMagnitude / 4
        let same = try rig.map(CC_FN_TANH, [tiny, -tiny])
        #expect(same[0] == tiny && same[1] == -tiny || same[0] == 0 && rig.info.backend == CC_OPENCL)
    }

    /// Every count of elements, so every tail of a vector, gives the bits it gives within a longer vector.
    @Test(arguments: DeviceRig.usable) func tails(device: Int32) throws {
        let rig = try DeviceRig(device)
        let x = (0..<200).map { Float($0) * 0.37 - 30 }
        for function in [CC_FN_EXP, CC_FN_TANH, CC_FN_SIN] {
            let whole = try rig.map(function, x)
            for count in [1, 2, 3, 5, 7, 8, 9, 15, 17, 31, 33, 63, 65, 127, 129, 200] {
                let part = try rig.map(function, Array(x.suffix(count)))
                #expect(part.map(\.bits) == whole.suffix(count).map(\.bits))
            }
        }
    }
}
