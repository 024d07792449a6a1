/// Spearman's rank correlation: Pearson's correlation of the ranks, equal values sharing the mean of theirs.
///
/// - Returns: in [−1, 1]; NaN for fewer than three pairs, or where one side does not vary.
public func rankCorrelation(_ x: [Double], _ y: [Double]) -> Double {
    let pairs = zip(x, y).filter { $0.isFinite && $1.isFinite }
    guard pairs.count >= 3 else { return .nan }
    let (a, b) = (ranks(pairs.map(\.0)), ranks(pairs.map(\.1)))
    let middle = Double(pairs.count + 1) / 2
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for (p, q) in zip(a, b) {
        ab += (p - middle) * (q - middle)
        aa += (p - middle) * (p - middle)
        bb += (q - middle) * (q - middle)
    }
    return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : .nan
}

/// 1 for the smallest; equal values share the mean of their ranks.
private func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var result = [Double](repeating: 0, count: values.count)
    var first = 0
    while first < order.count {
        var last = first
        while last + 1 < order.count, values[order[last + 1]] == values[order[first]] { last += 1 }
        for place in first...last { result[order[place]] = Double(first + last) / 2 + 1 }
        first = last + 1
    }
    return result
}
