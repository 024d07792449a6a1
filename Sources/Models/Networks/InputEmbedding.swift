import LinearAlgebra
import Problems

/// A fixed map of the coordinates before a network's first layer: input e is sin(w_e·x + φ_e), or w_e·x + φ_e where it is linear.
///
/// Cosines are sines with a phase of π/2.
public struct InputEmbedding: Sendable, Equatable {
    /// E × d
    public let weights: Matrix<Double>
    /// E of them.
    public let phases: [Double]
    /// E of them: whether the input is the argument itself.
    public let isLinear: [Bool]

    /// - Precondition: one phase and one mark an input.
    public init(weights: Matrix<Double>, phases: [Double], isLinear: [Bool]) {
        precondition(phases.count == weights.rows && isLinear.count == weights.rows, "\(weights.rows) inputs have as many phases and marks")
        self.weights = weights
        self.phases = phases
        self.isLinear = isLinear
    }

    /// d
    public var dimension: Int { weights.columns }
    /// E
    public var count: Int { weights.rows }

    /// Fourier features: sin(2πB x), cos(2πB x) with B of normal numbers (Tancik et al., 2020).
    ///
    /// - Parameters:
    ///   - frequencies: rows of B; twice as many inputs.
    ///   - scale: standard deviation of B's elements.
    public static func fourier(frequencies: Int, scale: Double, dimension: Int, stream: inout RandomStream) -> InputEmbedding {
        precondition(frequencies >= 1 && dimension >= 1, "an embedding has frequencies and coordinates")
        var weights = Matrix<Double>(rows: 2 * frequencies, columns: dimension)
        for e in 0..<frequencies {
            for k in 0..<dimension {
                let weight = 2 * Double.pi * scale * stream.normal()
                weights[e, k] = weight
                weights[frequencies + e, k] = weight
            }
        }
        let phases = (0..<2 * frequencies).map { $0 < frequencies ? 0 : Double.pi / 2 }
        return InputEmbedding(weights: weights, phases: phases, isLinear: Array(repeating: false, count: 2 * frequencies))
    }

    /// A coordinate made periodic by sin(2πk x/L), cos(2πk x/L), k = 1 … harmonics; the other coordinates pass through.
    ///
    /// - Parameters:
    ///   - axis: the periodic coordinate.
    ///   - period: L > 0.
    public static func periodic(axis: Int, period: Double, harmonics: Int, dimension: Int) -> InputEmbedding {
        precondition(period > 0 && harmonics >= 1 && axis < dimension, "a periodic coordinate has a period and harmonics")
        var rows: [[Double]] = []
        var phases: [Double] = []
        var linear: [Bool] = []
        for k in 1...harmonics {
            for phase in [0, Double.pi / 2] {
                rows.append((0..<dimension).map { $0 == axis ? 2 * Double.pi * Double(k) / period : 0 })
                phases.append(phase)
                linear.append(false)
            }
        }
        for other in 0..<dimension where other != axis {
            rows.append((0..<dimension).map { $0 == other ? 1 : 0 })
            phases.append(0)
            linear.append(true)
        }
        return InputEmbedding(weights: Matrix(rows: rows), phases: phases, isLinear: linear)
    }
}
