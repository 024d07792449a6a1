#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// u_t = 10⁻⁴ u_xx + 5u − 5u³, periodic on (−1, 1), from u = x² cos πx: u = Σ a_k(t) cos kπx by Galerkin's method.
///
/// The datum's derivative jumps at ±1, so that its coefficients fall like 1/k²; they are taken exactly, not by interpolation, and the cube is
/// projected exactly by a transform of four times the length.
package struct AllenCahn {
    static let diffusion = 1e-4

    /// The number of cosines.
    package let modes: Int
    /// Steps between two times of the grid.
    package let steps: Int

    package init(modes: Int, steps: Int) {
        self.modes = modes
        self.steps = steps
    }

    /// The coefficients at the times 0, 1/100, …, 1, or to the `count`-th of them.
    package func coefficients(count: Int = 100) -> [[Double]] {
        let transform = FourierTransform(count: 4 * modes)
        var linear = ComplexArray(count: modes)
        for k in 0..<modes { linear.real[k] = 5 - AllenCahn.diffusion * (.pi * Double(k)) * (.pi * Double(k)) }
        let scheme = ExponentialTimeDifferencing(linear: linear, step: 1 / Double(100 * steps))
        var state = ComplexArray(real: AllenCahn.datum(modes), imaginary: Array(repeating: 0, count: modes))
        var result = [state.real]
        for _ in 0..<count {
            for _ in 0..<steps { scheme.advance(&state) { cube($0, transform) } }
            result.append(state.real)
        }
        return result
    }

    /// The coefficients of −5u³.
    private func cube(_ coefficients: ComplexArray, _ transform: FourierTransform) -> ComplexArray {
        let length = transform.count
        var values = [Double](repeating: 0, count: length)
        var rest = values
        // Σ a_k cos kθ is the real part of Σ a_k e^{ikθ}.
        for k in 0..<modes { values[k] = coefficients.real[k] }
        transform.transform(&values, &rest, backward: true)
        for j in 0..<length {
            values[j] = -5 * values[j] * values[j] * values[j]
            rest[j] = 0
        }
        transform.transform(&values, &rest)
        var result = ComplexArray(count: modes)
        for k in 0..<modes { result.real[k] = values[k] * (k == 0 ? 1 : 2) / Double(length) }
        return result
    }

    /// ∫ x² cos πx cos kπx over (−1, 1), half of it for k = 0.
    package static func datum(_ modes: Int) -> [Double] {
        // ∫ x² cos mπx
        func moment(_ m: Int) -> Double { m == 0 ? 2.0 / 3 : (m.isMultiple(of: 2) ? 4 : -4) / (.pi * Double(m) * (.pi * Double(m))) }
        return (0..<modes).map { k in (moment(k - 1) + moment(k + 1)) / (k == 0 ? 4 : 2) }
    }

    /// Σ a_k cos kπx.
    package static func value(_ coefficients: [Double], x: Double) -> Double {
        coefficients.indices.reversed().reduce(0.0) { $0 + coefficients[$1] * cos(.pi * Double($1) * x) }
    }

    /// On the grid; at t = 0 the datum itself.
    static let solution: Solution = {
        let (x, _) = Reference.grid
        let states = AllenCahn(modes: 1024, steps: 10).coefficients()
        // cos kπx on a grid of spacing 1/128 has the period 256 in k.
        let table = (0..<256).map { cos(.pi * Double($0) / 128) }
        return Reference.onGrid(
            states.enumerated().map { index, coefficients in
                x.indices.map { i in
                    if index == 0 { return x[i] * x[i] * cos(.pi * x[i]) }
                    let place = i - 128
                    return coefficients.indices.reversed().reduce(0.0) { $0 + coefficients[$1] * table[abs($1 * place) % 256] }
                }
            })
    }()
}
