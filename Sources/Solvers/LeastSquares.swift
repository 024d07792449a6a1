import LinearAlgebra

/// Least squares A c ≈ f by pivoted QR with a rank decision and the solution of least norm.
///
/// Never by the normal equations, which lose half the digits. Rows and columns may be scaled first; a rank below the number
/// of columns is no error.
public struct LeastSquares: Sendable, Equatable {
    /// How rows are weighted before the solve.
    public enum RowScaling: Sendable, Equatable {
        case none
        /// Every row is divided by its largest magnitude.
        case largestMagnitude
        /// Row i is multiplied by the i-th number.
        case weights([Double])
    }

    /// How columns are scaled before the solve.
    public enum ColumnScaling: Sendable, Equatable {
        case none
        /// Every column is divided by its Euclidean length: for bases of mixed size. The norm made least is that of the scaled unknowns.
        case length
    }

    public struct Options: Sendable, Equatable {
        public var rows = RowScaling.none
        public var columns = ColumnScaling.none
        /// Diagonal elements of R at or below this part of the largest count as zero; nil: ε · √max(rows, columns).
        public var tolerance: Double?

        public init(rows: RowScaling = .none, columns: ColumnScaling = .none, tolerance: Double? = nil) {
            self.rows = rows
            self.columns = columns
            self.tolerance = tolerance
        }
    }

    /// c.
    public let coefficients: [Double]
    /// The rank decided on.
    public let rank: Int
    /// ‖A c − f‖₂ / √rows of the rows as given.
    public let residual: Double
    /// ‖A c − f‖₂ / √rows of the scaled rows, which the solve made least.
    public let scaledResidual: Double
    /// ‖c‖₂; above 1e3 it speaks of a wrong feature range or too few features.
    public let coefficientNorm: Double

    public init(matrix: Matrix<Double>, rightHandSide: [Double], options: Options = Options()) throws(SolverError) {
        try check(rightHandSide, count: matrix.rows, "right-hand side")
        let tolerance = options.tolerance ?? Double.ulpOfOne * Double(max(matrix.rows, matrix.columns)).squareRoot()
        guard tolerance >= 0, tolerance < 1 else { throw .badArgument("The rank tolerance \(tolerance) is not in [0, 1).") }
        var scaled = matrix
        var target = rightHandSide
        if let factors = try Self.rowFactors(options.rows, of: matrix) {
            for i in 0..<matrix.rows { target[i] *= factors[i] }
            for j in 0..<matrix.columns {
                for i in 0..<matrix.rows { scaled[i, j] *= factors[i] }
            }
        }
        var columnFactors = [Double](repeating: 1, count: matrix.columns)
        if options.columns == .length {
            for j in 0..<matrix.columns {
                let length = euclideanNorm(scaled.column(j))
                guard length > 0 else { continue }
                columnFactors[j] = 1 / length
                for i in 0..<matrix.rows { scaled[i, j] *= columnFactors[j] }
            }
        }
        let (solution, rank) = try linear { () throws(LinearAlgebraError) in
            try Self.solve(scaled, target, tolerance: tolerance)
        }
        self.rank = rank
        coefficients = zip(solution, columnFactors).map { $0 * $1 }
        residual = rootMeanSquareResidual(matrix, coefficients, rightHandSide)
        scaledResidual = rootMeanSquareResidual(scaled, solution, target)
        coefficientNorm = euclideanNorm(coefficients)
    }

    /// LAPACK's factorisation for small matrices, the native path's for large ones: one rank decision, one least norm.
    private static func solve(
        _ matrix: Matrix<Double>, _ rightHandSide: [Double], tolerance: Double
    ) throws(LinearAlgebraError) -> (solution: [Double], rank: Int) {
        guard matrix.elements.count >= largeSize else { return try PivotedQR(of: matrix).leastSquares(rightHandSide, tolerance: tolerance) }
        let factor = try RankRevealingQR(of: matrix, tolerance: tolerance)
        return (try factor.leastSquares(rightHandSide), factor.rank)
    }

    /// Elements from which the native factorisation is the faster one.
    private static let largeSize = 250_000

    /// The factor of each row; nil where rows stay as they are. A row of zeros keeps factor 1.
    private static func rowFactors(_ scaling: RowScaling, of matrix: Matrix<Double>) throws(SolverError) -> [Double]? {
        switch scaling {
        case .none: return nil
        case .weights(let weights):
            try check(weights, count: matrix.rows, "row weights")
            return weights
        case .largestMagnitude:
            var largest = [Double](repeating: 0, count: matrix.rows)
            for j in 0..<matrix.columns {
                for i in 0..<matrix.rows { largest[i] = max(largest[i], abs(matrix[i, j])) }
            }
            return largest.map { $0 > 0 ? 1 / $0 : 1 }
        }
    }
}
