import LinearAlgebra
import Spectra

/// Least squares A c ≈ f restricted to the singular vectors above a cut: one decomposition, a solution for every cut.
///
/// c_a = Σ_{k ≤ n_a} v_k (u_kᵀ f) / s_k, the vector of least norm that minimises ‖A_a c − f‖₂ where A_a keeps the n_a largest values.
/// Source: Hansen, "Rank-Deficient and Discrete Ill-Posed Problems", SIAM 1998, section 3.2.
public struct TruncatedLeastSquares: Sendable {
    public let matrix: Matrix<Double>
    public let rightHandSide: [Double]
    public let decomposition: SingularValueDecomposition
    public let spectrum: Spectrum
    /// u_kᵀ f.
    public let projections: [Double]

    /// A solution at one cut.
    public struct Solution: Sendable, Equatable {
        /// The relative cut a.
        public let cut: Double
        /// n_a, the singular values kept.
        public let count: Int
        /// c, as many as the matrix has columns.
        public let coefficients: [Double]
        /// ‖A c − f‖₂ / √rows, from the product A c itself in twice the working precision.
        public let residual: Double
        /// ‖c‖₂.
        public let coefficientNorm: Double
    }

    /// - Parameters:
    ///   - matrix: A, rows × features.
    ///   - rightHandSide: f, one value a row.
    public init(matrix: Matrix<Double>, rightHandSide: [Double]) throws(SolverError) {
        try check(rightHandSide, count: matrix.rows, "right-hand side")
        let decomposition = try linear { () throws(LinearAlgebraError) in try SingularValueDecomposition(of: matrix) }
        try self.init(matrix: matrix, decomposition: decomposition, rightHandSide: rightHandSide)
    }

    /// The same with a decomposition made before.
    public init(matrix: Matrix<Double>, decomposition: SingularValueDecomposition, rightHandSide: [Double]) throws(SolverError) {
        try check(rightHandSide, count: matrix.rows, "right-hand side")
        guard decomposition.u.rows == matrix.rows, decomposition.v.rows == matrix.columns else {
            throw .shapes(
                "The decomposition is of a \(decomposition.u.rows) × \(decomposition.v.rows) matrix, not of this \(matrix.rows) × \(matrix.columns) one."
            )
        }
        self.matrix = matrix
        self.rightHandSide = rightHandSide
        self.decomposition = decomposition
        spectrum = Spectrum(decomposition)
        projections = decomposition.u.transposedProduct(with: rightHandSide)
    }

    /// - Parameter cut: a, in (0, 1).
    public func solution(cut: Double) throws(SolverError) -> Solution {
        let count = try spectral { () throws(SpectrumError) in try spectrum.count(cut: cut) }
        var sums = [CompensatedSum](repeating: CompensatedSum(), count: matrix.columns)
        for k in 0..<count {
            let weight = projections[k] / decomposition.singularValues[k]
            for j in 0..<matrix.columns { sums[j].add(decomposition.v[j, k] * weight) }
        }
        let coefficients = sums.map(\.value)
        return Solution(
            cut: cut, count: count, coefficients: coefficients,
            residual: rootMeanSquareResidual(matrix, coefficients, rightHandSide), coefficientNorm: euclideanNorm(coefficients))
    }

    /// ‖B c − f‖₂ / √rows for the same rows by another method, such as exact derivatives in double precision.
    public func residual(of coefficients: [Double], in other: Matrix<Double>) throws(SolverError) -> Double {
        guard other.rows == matrix.rows, other.columns == matrix.columns, coefficients.count == matrix.columns else {
            throw .shapes(
                "A \(other.rows) × \(other.columns) matrix and \(coefficients.count) coefficients do not fit a \(matrix.rows) × \(matrix.columns) problem."
            )
        }
        return rootMeanSquareResidual(other, coefficients, rightHandSide)
    }
}

/// ‖A c − f‖₂ / √rows.
func rootMeanSquareResidual(_ matrix: Matrix<Double>, _ coefficients: [Double], _ rightHandSide: [Double]) -> Double {
    euclideanNorm(matrix.residual(of: coefficients, minus: rightHandSide)) / Double(matrix.rows).squareRoot()
}

/// ‖T c − u*‖₂ / ‖u*‖₂, the relative L2 error at test points; ‖T c‖₂ where u* vanishes.
///
/// - Parameters:
///   - values: T, the features at the test points (points × features).
///   - exact: u* at the test points.
public func relativeError(of coefficients: [Double], values: Matrix<Double>, exact: [Double]) throws(SolverError) -> Double {
    try check(exact, count: values.rows, "exact solution")
    guard coefficients.count == values.columns else {
        throw .shapes("There are \(coefficients.count) coefficients for \(values.columns) features.")
    }
    let difference = euclideanNorm(values.residual(of: coefficients, minus: exact))
    let size = euclideanNorm(exact)
    return size > 0 ? difference / size : difference
}
