#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The range and ticks of an axis, as gnuplot commands.
struct AxisRange {
    let axis: Axis
    /// nil where gnuplot chooses.
    let range: ClosedRange<Double>?

    init(_ axis: Axis, values: [Double]) {
        self.axis = axis
        if let given = axis.range {
            range = given
            return
        }
        let usable = values.filter { $0.isFinite && (axis.scale == .linear || $0 > 0) }
        guard let low = usable.min(), let high = usable.max() else {
            range = axis.scale == .logarithmic ? 1e-1...10 : nil
            return
        }
        range = axis.scale == .linear ? Self.linear(low, high) : Self.logarithmic(low, high)
    }

    /// gnuplot takes numbers above 9·10³⁰⁷ for undefined ones; what lies beyond this is drawn at the edge or not at all.
    static let largest = 7e307

    private static func linear(_ low: Double, _ high: Double) -> ClosedRange<Double> {
        let (low, high) = (max(min(low, largest), -largest), max(min(high, largest), -largest))
        let span = high - low
        // A little air, so that curves do not run along the frame.
        let isFlat = span < max(1e-12 * max(abs(low), abs(high)), 1e-290)
        let air = isFlat ? max(abs(high), 1) * 0.1 : 0.04 * span
        return (low >= 0 && low - air < 0 ? 0 : low - air)...(high + air)
    }

    private static func logarithmic(_ low: Double, _ high: Double) -> ClosedRange<Double> {
        let (first, last) = (log10(low), log10(high))
        let air = max(0.04 * (last - first), log10(1.25))
        let ends = (smallest: -307.0, largest: log10(largest))
        let upper = min(max(last + air, ends.smallest + 1), ends.largest)
        let lower = max(min(first - air, upper - 0.1), ends.smallest)
        return pow(10, lower)...pow(10, upper)
    }

    /// Commands for axis `name`, `x` or `y`.
    func commands(_ name: String) -> [String] {
        var lines: [String] = []
        if axis.scale == .logarithmic {
            lines.append("set logscale \(name)")
            lines.append("set format \(name) '10^{%T}'")
        }
        guard let range else { return lines }
        let few = [range.lowerBound, range.upperBound].map { NumberText.short($0, digits: 6) }
        let shown = few[0] == few[1] ? [range.lowerBound, range.upperBound].map(NumberText.roundTrip) : few
        lines.append("set \(name)range [\(shown[0]):\(shown[1])]")
        if axis.scale == .logarithmic {
            // A label each decade, or each 2, 3, 4, … so that there are at most seven, counted from 10⁰.
            let ends = (low: log10(range.lowerBound), high: log10(range.upperBound))
            guard ends.low.isFinite, ends.high.isFinite else { return lines }
            let decades = ends.high - ends.low
            let step = max(1, (decades / 7).rounded(.up))
            let first = (ends.low / step).rounded(.up) * step
            let last = (ends.high / step).rounded(.down) * step
            if last - first < step {
                // Less than a decade: 1, 2 and 5, or a linear axis where even those are too far apart.
                let floor = Int(ends.low.rounded(.down))
                let ticks = (floor...(floor + 2)).flatMap { n in [1, 2, 5].map { $0 * pow(10, Double(n)) } }.filter { range.contains($0) }
                lines.append("set format \(name) '%g'")
                if ticks.count >= 2 {
                    lines.append("set \(name)tics (\(ticks.map { NumberText.short($0, digits: 3) }.joined(separator: ", ")))")
                } else {
                    lines.append("unset logscale \(name)")
                    lines.append("set \(name)tics auto")
                }
            } else {
                lines.append("set \(name)tics 1e\(Int(first)),1e\(Int(step)),1e\(Int(last))")
                lines.append(decades > 4 ? "unset m\(name)tics" : "set m\(name)tics 10")
            }
        }
        return lines
    }
}
