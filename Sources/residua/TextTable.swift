/// A plain table for the terminal: columns as wide as their widest cell, numbers to the right.
struct TextTable {
    var header: [String]
    var rows: [[String]] = []

    init(_ header: [String]) { self.header = header }

    var text: String {
        let all = [header] + rows
        let widths = header.indices.map { j in all.map { $0[j].count }.max() ?? 0 }
        let rightAligned = header.indices.map { j in rows.allSatisfy { Double($0[j]) != nil || $0[j].isEmpty || $0[j] == "–" } && !rows.isEmpty }
        let lines = all.map { cells in
            cells.indices.map { j in
                let padding = String(repeating: " ", count: widths[j] - cells[j].count)
                return rightAligned[j] ? padding + cells[j] : cells[j] + padding
            }.joined(separator: "  ")
        }
        return lines.map { line in
            var trimmed = Substring(line)
            while trimmed.last == " " { trimmed.removeLast() }
            return String(trimmed)
        }.joined(separator: "\n")
    }
}

/// Numbers as the terminal shows them.
enum Display {
    /// `digits` significant digits, in scientific notation outside 0.001 … 100000.
    static func number(_ value: Double?, digits: Int = 4) -> String {
        guard let value else { return "–" }
        if !value.isFinite { return value.isNaN ? "nan" : "\(value)" }
        if value == 0 { return "0" }
        var exponent = 0
        var scaled = abs(value)
        while scaled >= 10 { scaled /= 10; exponent += 1 }
        while scaled < 1 { scaled *= 10; exponent -= 1 }
        if exponent >= -3 && exponent < 5 { return fixed(value, decimals: max(digits - 1 - exponent, 0)) }
        let mantissa = fixed(scaled, decimals: digits - 1)
        // Rounding may carry the mantissa to ten.
        if mantissa.hasPrefix("10") { return (value < 0 ? "-" : "") + fixed(1, decimals: digits - 1) + "e\(exponent + 1)" }
        return (value < 0 ? "-" : "") + mantissa + "e\(exponent)"
    }

    static func fixed(_ value: Double, decimals: Int) -> String {
        var power = 1.0
        for _ in 0..<decimals { power *= 10 }
        let rounded = (abs(value) * power).rounded()
        guard rounded < 9e15 else { return value.isNaN ? "nan" : "\(value)" }
        let digits = String(Int(rounded))
        let sign = value < 0 && rounded > 0 ? "-" : ""
        if decimals == 0 { return sign + digits }
        let padded = String(repeating: "0", count: max(decimals + 1 - digits.count, 0)) + digits
        return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }

    static func bytes(_ value: UInt64) -> String {
        if value >= 1 << 30 { return fixed(Double(value) / 0x1p30, decimals: 1) + " GiB" }
        if value >= 1 << 20 { return fixed(Double(value) / 0x1p20, decimals: 0) + " MiB" }
        return fixed(Double(value) / 1024, decimals: 0) + " KiB"
    }
}
