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
        switch axis.scale {
        case .linear:
            // A little air, so that curves do not run along the frame.
            let air = high > low ? 0.04 * (high - low) : max(abs(high), 1) * 0.1
            range = (low >= 0 && low - air < 0 ? 0 : low - air)...(high + air)
        case .logarithmic:
            let air = max(pow(high / low, 0.04), 1.25)
            range = (low / air)...(high * air)
        }
    }

    /// Commands for axis `name`, `x` or `y`.
    func commands(_ name: String) -> [String] {
        var lines: [String] = []
        if axis.scale == .logarithmic {
            lines.append("set logscale \(name)")
            lines.append("set format \(name) '10^{%T}'")
        }
        guard let range else { return lines }
        lines.append("set \(name)range [\(NumberText.short(range.lowerBound, digits: 6)):\(NumberText.short(range.upperBound, digits: 6))]")
        if axis.scale == .logarithmic {
            // A label each decade, or each 2, 3, 4, … so that there are at most seven, counted from 10⁰.
            let decades = log10(range.upperBound / range.lowerBound)
            let step = max(1, (decades / 7).rounded(.up))
            let first = (log10(range.lowerBound) / step).rounded(.up) * step
            let last = (log10(range.upperBound) / step).rounded(.down) * step
            if last - first < step {
                // Less than a decade: 1, 2 and 5, or a linear axis where even those are too far apart.
                let floor = Int(log10(range.lowerBound).rounded(.down))
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
