/// ‖x‖₂ without overflow or underflow, summed in fixed order.
///
/// Accuracy: a few ulps for lengths in the thousands (compensated sum of squares).
public func euclideanNorm(_ values: some Sequence<Double>) -> Double {
    values.withContiguousStorageIfAvailable { euclideanNorm(of: $0) } ?? Array(values).withUnsafeBufferPointer { euclideanNorm(of: $0) }
}

private func euclideanNorm(of values: UnsafeBufferPointer<Double>) -> Double {
    var largest = 0.0
    for value in values {
        if value.isNaN { return .nan }
        largest = max(largest, abs(value))
    }
    guard largest > 0, largest.isFinite else { return largest }
    // A power of two, so that scaling rounds nothing.
    let scale = Double(sign: .plus, exponent: largest.exponent, significand: 1)
    var sum = CompensatedSum()
    for value in values {
        let scaled = value / scale
        sum.add(scaled * scaled)
    }
    return sum.value.squareRoot() * scale
}

extension Matrix<Double> {
    /// ‖A‖_F, the square root of the sum of squares.
    public var frobeniusNorm: Double { euclideanNorm(elements) }

    /// The largest absolute element; NaN if there is one.
    public var largestMagnitude: Double {
        var largest = 0.0
        for value in elements {
            if value.isNaN { return .nan }
            largest = max(largest, abs(value))
        }
        return largest
    }

    /// ‖A‖₁, the largest sum of absolute values of a column.
    public var oneNorm: Double {
        (0..<columns).map { j in
            var sum = CompensatedSum()
            for i in 0..<rows { sum.add(abs(self[i, j])) }
            return sum.value
        }.max() ?? 0
    }

    /// ‖A‖_∞, the largest sum of absolute values of a row.
    public var infinityNorm: Double { transposed.oneNorm }

    /// ‖A‖₂, the largest singular value.
    public func spectralNorm() throws(LinearAlgebraError) -> Double {
        try SingularValueDecomposition.singularValues(of: self)[0]
    }
}
