import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Burgers' equation on (−1, 1) with u = −sin πx at t = 0 and u = 0 at the ends.
///
///     u(x, t) = −∫ sin π(x − η) w dη / ∫ w dη,   w = exp(−cos π(x − η)/(2πν) − η²/(4νt))
///
/// with η = z√(4νt) by the trapezoidal rule, whose error for these integrands is far below rounding; weights relative to the largest.
/// Source: C. Basdevant and others, "Spectral and finite difference solutions of the Burgers equation", Comput. Fluids 14 (1986).
package enum ColeHopf {
    /// u at a point, to about 1e-14 for ν ≥ 1e-3 and t ≤ 1.
    package static func value(x: Double, t: Double, viscosity: Double) -> Double {
        if t <= 0 { return -sin(.pi * x) }
        let scale = (4 * viscosity * t).squareRoot()
        let steepness = 1 / (2 * .pi * viscosity)
        // Beyond z² = 2·steepness + 40 a weight is below e⁻⁴⁰ of the one at z = 0.
        let reach = (2 * steepness + 40).squareRoot()
        let step = 0.04
        let count = Int(reach / step) + 1
        let nodes = (-count...count).map { Double($0) * step }
        let exponents = nodes.map { z in -cos(.pi * (x - z * scale)) * steepness - z * z }
        let largest = exponents.reduce(-Double.infinity, max)
        var above = 0.0
        var below = 0.0
        for (z, exponent) in zip(nodes, exponents) where exponent > largest - 45 {
            let weight = exp(exponent - largest)
            above += sin(.pi * (x - z * scale)) * weight
            below += weight
        }
        return -above / below
    }

    private static let computed = Mutex<[Double: Solution]>([:])

    /// On the grid, computed once for every viscosity.
    static func solution(viscosity: Double) -> Solution {
        if let known = computed.withLock({ $0[viscosity] }) { return known }
        let solution = onGrid(viscosity: viscosity)
        computed.withLock { $0[viscosity] = solution }
        return solution
    }

    /// The solution is odd in x.
    private static func onGrid(viscosity: Double) -> Solution {
        let (x, t) = Reference.grid
        return Reference.onGrid(
            t.map { time in
                let half = x[(x.count / 2)...].enumerated().map { index, place in
                    index == 0 || place == 1 ? 0 : value(x: place, t: time, viscosity: viscosity)
                }
                return half.dropFirst().reversed().map { -$0 } + half
            })
    }
}
