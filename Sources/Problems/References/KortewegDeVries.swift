#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// u_t + u u_x + 0.022² u_xxx = 0, periodic on (−1, 1), from u = cos πx: u = Σ c_k(t) e^{ikπx}, the square projected exactly.
///
/// Source of the problem: N. Zabusky, M. Kruskal, "Interaction of 'solitons' in a collisionless plasma", Phys. Rev. Lett. 15 (1965).
package struct KortewegDeVries {
    static let dispersion = 0.022 * 0.022

    /// The length of the transform; |k| < points/3 are kept.
    package let points: Int
    /// Steps between two times of the grid.
    package let steps: Int

    package init(points: Int, steps: Int) {
        self.points = points
        self.steps = steps
    }

    /// The highest k kept.
    private var highest: Int { (points - 1) / 3 }

    private func wavenumber(_ index: Int) -> Int { index <= points / 2 ? index : index - points }

    /// The coefficients c_k, k = 0, 1, …, −1, at the times 0, 1/100, …, 1, or to the `count`-th of them.
    package func coefficients(count: Int = 100) -> [ComplexArray] {
        let transform = FourierTransform(count: points)
        var linear = ComplexArray(count: points)
        for index in 0..<points {
            let k = Double.pi * Double(wavenumber(index))
            linear.imaginary[index] = abs(wavenumber(index)) <= highest ? KortewegDeVries.dispersion * k * k * k : 0
        }
        let scheme = ExponentialTimeDifferencing(linear: linear, step: 1 / Double(100 * steps))
        var state = ComplexArray(count: points)
        state.real[1] = 0.5
        state.real[points - 1] = 0.5
        var result = [state]
        for _ in 0..<count {
            for _ in 0..<steps { scheme.advance(&state) { advection($0, transform) } }
            result.append(state)
        }
        return result
    }

    /// The coefficients of −½ (u²)_x.
    private func advection(_ coefficients: ComplexArray, _ transform: FourierTransform) -> ComplexArray {
        var (values, rest) = (coefficients.real, coefficients.imaginary)
        transform.transform(&values, &rest, backward: true)
        for j in 0..<points {
            values[j] *= values[j]
            rest[j] = 0
        }
        transform.transform(&values, &rest)
        var result = ComplexArray(count: points)
        for index in 0..<points where abs(wavenumber(index)) <= highest {
            let factor = -0.5 * .pi * Double(wavenumber(index)) / Double(points)
            result.real[index] = -factor * rest[index]
            result.imaginary[index] = factor * values[index]
        }
        return result
    }

    /// On the grid.
    static let solution: Solution = {
        let states = KortewegDeVries(points: 512, steps: 100).coefficients()
        // On 512 points of spacing 1/256 from x = 0; the grid takes every second one and begins at −1.
        let transform = FourierTransform(count: 512)
        return Reference.onGrid(
            states.map { state in
                var (values, rest) = (state.real, state.imaginary)
                transform.transform(&values, &rest, backward: true)
                return Reference.grid.x.indices.map { values[(2 * $0 + 256) % 512] }
            })
    }()
}
