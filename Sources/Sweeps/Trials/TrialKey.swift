/// The settings of one trial by key; keys that mean nothing for it are absent.
public typealias TrialSettings = [String: TrialValue]

/// Why a value cannot be used: the end of a sentence that begins with its place and key.
public struct TrialRefusal: Error, Sendable, Equatable {
    public let reason: String

    public init(_ reason: String) { self.reason = reason }
}

/// A key of a kind of trials.
public struct TrialKey: Sendable {
    public enum Fallback: Sendable {
        /// Must be given.
        case required
        /// Left out unless given.
        case absent
        case value(TrialValue)
        /// From the values of other keys; nil leaves the key out.
        case derived(from: [String], @Sendable (TrialSettings) -> TrialValue?)
        /// From the values of other keys and the files that they name; nil leaves the key out.
        case found(from: [String], @Sendable (TrialSettings, TrialFiles) -> TrialValue?)

        /// The keys that it is made from.
        var sources: [String] {
            switch self {
            case .derived(let keys, _), .found(let keys, _): keys
            case .required, .absent, .value: []
            }
        }
    }

    /// When a key means something; it is left out of the configuration, and so of the trial's identity, where it does not.
    ///
    /// A manifest that gives a key which means nothing for any of its trials is refused, or told so where the key is fixed and such things are
    /// commonly left standing.
    public struct Condition: Sendable {
        let keys: [String]
        let words: String
        let isTold: Bool
        let holds: @Sendable (TrialSettings) -> Bool

        /// - Parameters:
        ///   - keys: those that decide.
        ///   - words: when the key means something, and the remedy: "only work has a depth; leave it out".
        ///   - isTold: whether a fixed key without a meaning is told, not refused.
        public init(on keys: [String], _ words: String, isTold: Bool = false, _ holds: @escaping @Sendable (TrialSettings) -> Bool) {
            self.keys = keys
            self.words = words
            self.isTold = isTold
            self.holds = holds
        }
    }

    /// A name; one that ends in `.*` stands for all names with that beginning.
    public let name: String
    public let help: String
    public let fallback: Fallback
    public let condition: Condition?
    let check: @Sendable (TrialValue, TrialFiles) throws(TrialRefusal) -> TrialValue

    /// - Parameter check: refuses a value, or returns the form in which all equal ones are the same.
    public init(
        _ name: String, _ help: String, _ fallback: Fallback, when condition: Condition? = nil,
        check: @escaping @Sendable (TrialValue, TrialFiles) throws(TrialRefusal) -> TrialValue
    ) {
        self.name = name
        self.help = help
        self.fallback = fallback
        self.condition = condition
        self.check = check
    }

    func matches(_ key: String) -> Bool {
        name.hasSuffix(".*") ? key.hasPrefix(name.dropLast()) && key.utf8.count > name.utf8.count - 1 : key == name
    }

    // MARK: Common forms

    /// A whole number in a range.
    public static func integer(
        _ name: String, _ help: String, _ fallback: Fallback, in range: ClosedRange<Int>, when condition: Condition? = nil
    ) -> TrialKey {
        TrialKey(name, help, fallback, when: condition) { value, _ throws(TrialRefusal) in
            guard let number = value.number else { throw TrialRefusal("a whole number is needed here, not \(value.kind)") }
            guard let whole = value.integer, range.contains(whole) else {
                let limit = range.upperBound == .max ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
                throw TrialRefusal("\(TrialValue.number(number).canonical) is not a whole number \(limit)")
            }
            return value
        }
    }

    /// A number for which `holds` is true; `words` say which: "a positive number".
    public static func number(
        _ name: String, _ help: String, _ fallback: Fallback, _ words: String, when condition: Condition? = nil,
        _ holds: @escaping @Sendable (Double) -> Bool
    ) -> TrialKey {
        TrialKey(name, help, fallback, when: condition) { value, _ throws(TrialRefusal) in
            guard let number = value.number else { throw TrialRefusal("\(words) is needed here, not \(value.kind)") }
            guard holds(number) else { throw TrialRefusal("\(value.canonical) is not \(words)") }
            return value
        }
    }

    /// One of some names.
    public static func choice(
        _ name: String, _ help: String, _ fallback: Fallback, of names: [String], when condition: Condition? = nil
    ) -> TrialKey {
        TrialKey(name, help, fallback, when: condition) { value, _ throws(TrialRefusal) in
            guard let text = value.text else { throw TrialRefusal("a text in quotation marks is needed here, not \(value.kind)") }
            guard names.contains(text) else { throw TrialRefusal("\"\(text)\" is none of \(names.joined(separator: ", "))") }
            return value
        }
    }
}

/// A rule about several keys together.
public struct TrialRule: Sendable {
    let keys: [String]
    let check: @Sendable (TrialSettings, TrialFiles) throws(TrialRefusal) -> Void

    /// - Parameter keys: the first is the one whose place a refusal names.
    public init(about keys: [String], _ check: @escaping @Sendable (TrialSettings, TrialFiles) throws(TrialRefusal) -> Void) {
        self.keys = keys
        self.check = check
    }
}
