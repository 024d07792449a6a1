/// Numbers as they stand in sentences.
package enum Wording {
    /// `1 point`, `2 points`.
    package static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// The shortest decimal that reads back the same: `0.1`, `1e-13`, `2`; `nan` whatever its sign.
    package static func number(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
