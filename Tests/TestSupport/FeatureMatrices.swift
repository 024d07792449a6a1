import Foundation
import LinearAlgebra

/// The feature matrices of Tests/Reference/spectra/generate.py: parameters exact in binary.
public enum FeatureMatrices {
    /// w_j and b_j in (−3, 3).
    public static func parameters(_ n: Int) -> (weights: [Double], biases: [Double]) {
        func spread(_ integer: Int) -> Double { 3 * (Double(integer % 1024) - 511.5) / 512 }
        return ((0..<n).map { spread(617 * $0 + 91) }, (0..<n).map { spread(389 * $0 + 553) })
    }

    /// x_i = (2i + 1 − M) p / q.
    public static func points(_ m: Int, _ p: Double, _ q: Double) -> [Double] {
        (0..<m).map { i in
            let numerator = Double(2 * i + 1 - m)
            return numerator * p / q
        }
    }

    /// 30 × 20 or 200 × 100, as in the reference.
    public enum Size: Sendable, CaseIterable {
        case small, large

        public var name: String { self == .small ? "30x20" : "200x100" }
        var points: [Double] { self == .small ? FeatureMatrices.points(30, 1, 32) : FeatureMatrices.points(200, 5, 1024) }
        var features: Int { self == .small ? 20 : 100 }
    }

    /// d²/dx² tanh(w x + b).
    public static func tanh(_ size: Size) -> Matrix<Double> {
        build(size) { z, w in
            let t = Foundation.tanh(z)
            return -2 * t * (1 - t * t) * w * w
        }
    }

    /// d²/dx² of z / √(1 + z²): correctly rounded operations only, the same bits as in the script.
    public static func algebraic(_ size: Size) -> Matrix<Double> {
        build(size) { z, w in
            let r = (1 + z * z).squareRoot()
            return -3 * z * w * w / (r * r * r * r * r)
        }
    }

    private static func build(_ size: Size, _ entry: (_ z: Double, _ w: Double) -> Double) -> Matrix<Double> {
        let (weights, biases) = parameters(size.features)
        let points = size.points
        var matrix = Matrix<Double>(rows: points.count, columns: weights.count)
        for j in 0..<weights.count {
            for i in 0..<points.count { matrix[i, j] = entry(weights[j] * points[i] + biases[j], weights[j]) }
        }
        return matrix
    }

    /// The right-hand sides of the script: a slope for `tanh`, a pattern for `algebraic`.
    public static func slope(_ m: Int) -> [Double] { points(m, 1, 64) }
    public static func pattern(_ m: Int) -> [Double] {
        (0..<m).map { i in
            let step = Double((37 * i + 11) % 64)
            return (step - 31.5) / 32
        }
    }
}

/// Repeatable pseudo-random numbers for tests (SplitMix64).
public struct TestRandom: RandomNumberGenerator {
    private var state: UInt64

    public init(_ seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    public mutating func matrix(_ rows: Int, _ columns: Int) -> Matrix<Double> {
        Matrix(rows: rows, columns: columns, elements: (0..<(rows * columns)).map { _ in Double.random(in: -1...1, using: &self) })
    }

    public mutating func vector(_ count: Int) -> [Double] { matrix(count, 1).elements }
}

/// A B by three loops.
public func plainProduct(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Matrix<Double> {
    var c = Matrix<Double>(rows: a.rows, columns: b.columns)
    for i in 0..<a.rows {
        for j in 0..<b.columns {
            var sum = 0.0
            for k in 0..<a.columns { sum += a[i, k] * b[k, j] }
            c[i, j] = sum
        }
    }
    return c
}

/// A matrix with the given singular values between orthogonal factors made of Householder reflections.
public func matrix(withSingularValues values: [Double], rows: Int, columns: Int, seed: UInt64) -> Matrix<Double> {
    var random = TestRandom(seed)
    var a = Matrix<Double>(rows: rows, columns: columns)
    for (k, value) in values.enumerated() { a[k, k] = value }
    for _ in 0..<3 {
        let left = random.vector(rows)
        let leftSquare = left.reduce(0) { $0 + $1 * $1 }
        for j in 0..<columns {
            let factor = 2 * (0..<rows).reduce(0.0) { $0 + left[$1] * a[$1, j] } / leftSquare
            for i in 0..<rows { a[i, j] -= factor * left[i] }
        }
        let right = random.vector(columns)
        let rightSquare = right.reduce(0) { $0 + $1 * $1 }
        for i in 0..<rows {
            let factor = 2 * (0..<columns).reduce(0.0) { $0 + right[$1] * a[i, $1] } / rightSquare
            for j in 0..<columns { a[i, j] -= factor * right[j] }
        }
    }
    return a
}
