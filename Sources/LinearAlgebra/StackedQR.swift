/// The triangular factor R of a tall matrix whose rows come in blocks: A = Q R, and A has R's singular values.
///
/// Each block is put below the factor so far, and both are factored again by Householder reflections: backward stable, 2 m n² operations for
/// m rows of n numbers, memory for n² numbers and a block.
public struct StackedQR {
    public let columns: Int
    private var factor: Matrix<Double>

    public init(columns: Int) {
        self.columns = columns
        factor = Matrix(rows: 0, columns: columns)
    }

    /// Takes rows in, one after another, `columns` numbers each.
    ///
    /// - Throws: `LinearAlgebraError` where memory is short.
    public mutating func append(rows block: [Double]) throws(LinearAlgebraError) {
        guard columns > 0, !block.isEmpty else { return }
        precondition(block.count % columns == 0, "whole rows")
        let (above, below) = (factor.rows, block.count / columns)
        let a = try AlignedDoubles(count: (above + below) * columns)
        for j in 0..<columns {
            let column = a.base + j * (above + below)
            for i in 0..<above { column[i] = factor[i, j] }
            for i in 0..<below { column[above + i] = block[i * columns + j] }
        }
        _ = try LAPACKCall.factorQR(a, rows: above + below, columns: columns)
        let kept = min(above + below, columns)
        factor = Matrix(rows: kept, columns: columns)
        for j in 0..<columns {
            for i in 0...min(j, kept - 1) { factor[i, j] = a.base[j * (above + below) + i] }
        }
    }

    /// Descending; as many as the smaller side of all rows together.
    public func singularValues() throws(LinearAlgebraError) -> [Double] { try SingularValueDecomposition.singularValues(of: factor) }
}
