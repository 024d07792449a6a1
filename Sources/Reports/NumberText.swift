#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Numbers as text.
public enum NumberText {
    /// The shortest decimal text that reads back as the same number: `0.1`, `1e-13`, `200`, `NaN`, `inf`, `-inf`.
    public static func roundTrip(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// The number to `digits` significant digits, trailing zeros dropped: `4.5e-07` becomes `4.5e-7`, `45.0` becomes `45`.
    public static func short(_ value: Double, digits: Int = 3) -> String {
        if !value.isFinite { return roundTrip(value) }
        let text = formatted("%.*g", Int32(max(digits, 1)), value)
        guard let mark = text.firstIndex(of: "e"), let exponent = Int(text[text.index(after: mark)...]) else { return text }
        return text[..<mark] + "e\(exponent)"
    }

    /// `1 trial`, `2 trials`.
    public static func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }

    /// The number with `decimals` digits after the point.
    public static func fixed(_ value: Double, decimals: Int) -> String {
        value.isFinite ? formatted("%.*f", Int32(max(decimals, 0)), value) : roundTrip(value)
    }

    /// A power of ten in superscripts, `10⁻¹³`; other numbers as `short` gives them.
    public static func power(_ value: Double) -> String {
        guard value > 0, value.isFinite else { return short(value) }
        let exponent = log10(value).rounded()
        guard abs(pow(10, exponent) / value - 1) < 1e-9, exponent != 0, exponent != 1 else { return short(value) }
        let digits: [Character: Character] = [
            "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
        ]
        return "10" + String("\(Int(exponent))".map { digits[$0] ?? $0 })
    }

    private static func formatted(_ format: String, _ arguments: CVarArg...) -> String {
        withVaList(arguments) { list in
            var bytes = [CChar](repeating: 0, count: 400)
            let written = vsnprintf(&bytes, bytes.count, format, list)
            return String(decoding: bytes.prefix(min(max(Int(written), 0), bytes.count - 1)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
