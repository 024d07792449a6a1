import Differentiation
import LinearAlgebra

extension RandomFeatureModel {
    /// The matrix L σ_j(x_i), entry by entry from σ's closed-form derivatives: ∂^α σ(w·x + b) = w^α σ^(|α|)(w·x + b).
    ///
    /// The plain way, meant as a reference for the fast ones.
    /// - Parameters:
    ///   - linear: L, of derivative orders up to 6.
    ///   - points: M × d, a point a row.
    /// - Returns: M × N.
    public func referenceMatrix(of linear: LinearOperator, at points: Matrix<Double>) -> Matrix<Double> {
        precondition(points.columns == dimension && linear.dimension == dimension, "points, operator and model have \(dimension) coordinates")
        var result = Matrix<Double>(rows: points.rows, columns: features)
        for j in 0..<features {
            let byOrder = factorsByOrder(of: linear, feature: j)
            for i in 0..<points.rows {
                var z = biases[j]
                for k in 0..<dimension { z += weights[j, k] * points[i, k] }
                result[i, j] = byOrder.reduce(0) { $0 + $1.factor * activation.derivative($1.order, at: z) }
            }
        }
        return result
    }

    /// L u at points, u = Σ_j c_j σ_j; one number a point.
    ///
    /// - Precondition: the model has coefficients.
    public func values(of linear: LinearOperator, at points: Matrix<Double>) -> [Double] {
        guard let coefficients else { preconditionFailure("a model without coefficients has no values") }
        precondition(points.columns == dimension && linear.dimension == dimension, "points, operator and model have \(dimension) coordinates")
        var result = Array(repeating: 0.0, count: points.rows)
        for j in 0..<features {
            let byOrder = factorsByOrder(of: linear, feature: j)
            for i in 0..<points.rows {
                var z = biases[j]
                for k in 0..<dimension { z += weights[j, k] * points[i, k] }
                result[i] += coefficients[j] * byOrder.reduce(0) { $0 + $1.factor * activation.derivative($1.order, at: z) }
            }
        }
        return result
    }

    /// u at points; one number a point.
    ///
    /// - Precondition: the model has coefficients.
    public func values(at points: Matrix<Double>) -> [Double] {
        values(of: .identity(dimension: dimension), at: points)
    }

    /// Σ c_α w^α over the terms of each derivative order.
    private func factorsByOrder(of linear: LinearOperator, feature: Int) -> [(order: Int, factor: Double)] {
        var factors: [Int: Double] = [:]
        for term in linear.terms {
            var product = term.coefficient
            for (axis, exponent) in term.derivative.exponents.enumerated() {
                for _ in 0..<exponent { product *= weights[feature, axis] }
            }
            factors[term.derivative.order, default: 0] += product
        }
        return factors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
