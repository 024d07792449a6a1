import Models

extension TrialValue {
    /// Reads JSON; a table's key may stand once.
    ///
    /// - Parameter note: gets the path and the offset of every key and value, where places are wanted.
    init(parsing bytes: [UInt8], note: ((String, Int) -> Void)? = nil) throws(JSONText.Mistake) {
        self.init(try JSONText.parse(bytes[...], note: note))
    }

    init(parsing text: String) throws(JSONText.Mistake) { try self.init(parsing: Array(text.utf8)) }

    private init(_ value: JSONText) {
        switch value {
        case .null: self = .null
        case .boolean(let truth): self = .boolean(truth)
        case .integer(let number): self = .number(Double(number))
        case .number(let number): self = .number(number)
        case .string(let text): self = .text(text)
        case .array(let values): self = .list(values.map(TrialValue.init))
        case .object(let members): self = .table(Dictionary(uniqueKeysWithValues: members.map { ($0.key, TrialValue($0.value)) }))
        }
    }
}
