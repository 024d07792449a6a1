/// A partial derivative as a sum of derivatives along directions: ∂^α = Σ_k w_k D_{v_k}^p, p = |α|.
///
/// Polarisation of the monomial ξ^α: Π_i (x_i + h ∂_i − (x_i − h ∂_i))^{α_i} expanded gives
/// ∂^α = 1/(2^p p!) Σ_j (−1)^{|j|} Π_i C(α_i, j_i) D_v^p with v_i = α_i − 2 j_i, and ±v are the same direction.
public struct Polarization: Sendable, Equatable {
    public struct Direction: Sendable, Hashable {
        /// v, whole numbers without a common divisor, the first that is not zero positive.
        public let vector: [Int]

        /// The unit vector of an axis.
        public static func axis(_ axis: Int, dimension: Int) -> Direction {
            var vector = Array(repeating: 0, count: dimension)
            vector[axis] = 1
            return Direction(vector: vector)
        }

        package init(vector: [Int]) { self.vector = vector }
    }

    /// p
    public let order: Int
    /// Directions, each once, and their weights.
    public let terms: [(direction: Direction, weight: Double)]

    public static func == (a: Polarization, b: Polarization) -> Bool {
        a.order == b.order && a.terms.map(\.direction) == b.terms.map(\.direction) && a.terms.map(\.weight) == b.terms.map(\.weight)
    }

    /// - Parameters:
    ///   - derivative: α, of order 1…4.
    ///   - squares: axes along which second derivatives are known anyway; u_ab then takes one more direction instead of two.
    public init(_ derivative: MultiIndex, squares: Set<Int> = []) {
        let exponents = derivative.exponents
        let order = derivative.order
        self.order = order
        let axes = exponents.indices.filter { exponents[$0] > 0 }
        if axes.count == 1 {
            terms = [(Direction.axis(axes[0], dimension: exponents.count), 1)]
            return
        }
        if order == 2, squares.contains(axes[0]), squares.contains(axes[1]) {
            var both = Array(repeating: 0, count: exponents.count)
            both[axes[0]] = 1
            both[axes[1]] = 1
            terms = [
                (Direction(vector: both), 0.5), (Direction.axis(axes[0], dimension: exponents.count), -0.5),
                (Direction.axis(axes[1], dimension: exponents.count), -0.5),
            ]
            return
        }
        var sums: [Direction: Double] = [:]
        var found: [Direction] = []
        let scale = (0..<order).reduce(1.0) { $0 * 2 * Double($1 + 1) }
        var choice = Array(repeating: 0, count: axes.count)
        while true {
            var vector = Array(repeating: 0, count: exponents.count)
            var weight = 1 / scale
            for (place, axis) in axes.enumerated() {
                vector[axis] = exponents[axis] - 2 * choice[place]
                weight *= Polarization.binomial(exponents[axis], choice[place]) * (choice[place].isMultiple(of: 2) ? 1 : -1)
            }
            if let (direction, length) = Polarization.reduced(vector) {
                let power = (0..<order).reduce(1.0) { product, _ in product * Double(length) }
                if sums[direction] == nil { found.append(direction) }
                sums[direction, default: 0] += weight * power
            }
            guard let place = choice.indices.last(where: { choice[$0] < exponents[axes[$0]] }) else { break }
            choice[place] += 1
            for later in choice.indices where later > place { choice[later] = 0 }
        }
        terms = found.compactMap { direction in
            guard let weight = sums[direction], weight != 0 else { return nil }
            return (direction, weight)
        }
    }

    private static func binomial(_ n: Int, _ k: Int) -> Double {
        (0..<k).reduce(1.0) { $0 * Double(n - $1) / Double($1 + 1) }
    }

    /// v = length · direction; the sign of `length` carries that of v. nil for 0.
    private static func reduced(_ vector: [Int]) -> (Direction, length: Int)? {
        guard let first = vector.first(where: { $0 != 0 }) else { return nil }
        func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? abs(a) : divisor(b, a % b) }
        let length = vector.reduce(0, divisor) * (first < 0 ? -1 : 1)
        return (Direction(vector: vector.map { $0 / length }), length)
    }
}
