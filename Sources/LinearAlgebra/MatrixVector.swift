extension Matrix<Double> {
    /// A x, every element a compensated sum.
    public func product(with x: [Double]) -> [Double] {
        precondition(x.count == columns, "a \(rows) × \(columns) matrix times \(x.count) values")
        var sums = [CompensatedSum](repeating: CompensatedSum(), count: rows)
        for j in 0..<columns {
            for i in 0..<rows { sums[i].add(self[i, j] * x[j]) }
        }
        return sums.map(\.value)
    }

    /// Aᵀ x, every element a compensated sum.
    public func transposedProduct(with x: [Double]) -> [Double] {
        precondition(x.count == rows, "the transpose of a \(rows) × \(columns) matrix times \(x.count) values")
        return (0..<columns).map { j in
            var sum = CompensatedSum()
            for i in 0..<rows { sum.add(self[i, j] * x[i]) }
            return sum.value
        }
    }
}
