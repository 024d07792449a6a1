import Reports

/// Numbers in the study's sentences.
enum NumberFormat {
    static func plain(_ value: Double) -> String { NumberText.roundTrip(value) }
    static func short(_ value: Double?) -> String { value.map { NumberText.short($0, digits: 2) } ?? "–" }
    static func decimals(_ value: Double?, _ count: Int = 3) -> String { value.map { NumberText.fixed($0, decimals: count) } ?? "–" }
    static func percent(_ part: Int, of whole: Int) -> String {
        whole == 0 ? "none" : NumberText.short(100 * Double(part) / Double(whole), digits: 3) + " %"
    }
}
