/// Statistics of samples.
public enum Statistics {
    /// The quantile of order p by linear interpolation between order statistics (Hyndman and Fan's type 7).
    ///
    /// - Precondition: `sorted` is ascending and not empty, 0 ≤ p ≤ 1.
    public static func quantile(_ sorted: [Double], _ p: Double) -> Double {
        let place = p * Double(sorted.count - 1)
        let low = min(Int(place), sorted.count - 1)
        let high = min(low + 1, sorted.count - 1)
        let share = place - Double(low)
        if share == 0 { return sorted[low] }
        let gap = sorted[high] - sorted[low]
        return gap.isFinite ? sorted[low] + share * gap : (1 - share) * sorted[low] + share * sorted[high]
    }

    /// Lower quartile, median and upper quartile; nil without values.
    public static func quartiles(_ values: [Double]) -> (low: Double, median: Double, high: Double)? {
        let sorted = values.filter { !$0.isNaN }.sorted()
        guard !sorted.isEmpty else { return nil }
        return (quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75))
    }

    /// Spearman's rank correlation, ties with their mean rank: Pearson's correlation of the ranks. Pairs with a number that is not finite are left out;
    /// nil for fewer than three pairs, or where one side does not vary.
    ///
    /// - Precondition: as many x as y.
    public static func rankCorrelation(_ x: [Double], _ y: [Double]) -> Double? {
        precondition(x.count == y.count, "pairs")
        let pairs = zip(x, y).filter { $0.isFinite && $1.isFinite }
        guard pairs.count >= 3 else { return nil }
        let (a, b) = (ranks(pairs.map(\.0)), ranks(pairs.map(\.1)))
        let middle = Double(pairs.count + 1) / 2
        var (product, first, second) = (0.0, 0.0, 0.0)
        for (p, q) in zip(a, b) {
            product += (p - middle) * (q - middle)
            first += (p - middle) * (p - middle)
            second += (q - middle) * (q - middle)
        }
        return first > 0 && second > 0 ? product / (first * second).squareRoot() : nil
    }

    /// Ranks from 1; equal values share the mean of theirs.
    public static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start
            while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
            for place in start...end { ranks[order[place]] = Double(start + end) / 2 + 1 }
            start = end + 1
        }
        return ranks
    }
}
