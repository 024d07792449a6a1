/// A mistake in an expression: one sentence and, where the expression was text, the place in it.
public struct ExpressionError: Error, Hashable, Sendable {
    /// What is wrong and what to do, one sentence.
    public let message: String
    /// The text that was read, nil for an expression that does not come from one.
    public let text: String?
    /// The column of the mistake in the text, from 1.
    public let column: Int?

    package init(_ message: String, text: String? = nil, column: Int? = nil) {
        self.message = message
        self.text = text
        self.column = column
    }
}

extension ExpressionError: CustomStringConvertible {
    /// The sentence, followed by the text with a caret under the mistake.
    ///
    /// Of a long text only the neighbourhood of the mistake is shown.
    public var description: String {
        guard let text, let column else { return message }
        let characters = text.map { $0.isNewline || $0 == "\t" ? " " : $0 }
        var first = 0
        var last = characters.count
        if characters.count > 120 {
            first = max(0, column - 1 - 60)
            last = min(characters.count, first + 120)
        }
        let before = first > 0 ? "…" : ""
        let after = last < characters.count ? "…" : ""
        let indent = String(repeating: " ", count: max(0, column - 1 - first) + before.count)
        return "\(message)\n  \(before)\(String(characters[first..<last]))\(after)\n  \(indent)^"
    }
}
