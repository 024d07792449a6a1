extension DerivativeMethod {
    /// Reads `ad`, `fd:ACCURACY:STEP` or `fd-exact:ACCURACY:STEP`, the first two kinds of step being a number and `auto`; `/f32` or `/f64` at
    /// the end of an `fd` sets the precision in which the stencil is evaluated.
    public init(parsing text: String) throws(MethodError) {
        let halves = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let parts = (halves.first ?? "").split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        switch parts.first {
        case "ad":
            guard parts.count == 1 else { throw .malformed(text) }
            guard halves.count == 1 else { throw .precisionOfExactMethod(text) }
            self = .automatic
        case "fd":
            let (accuracy, step) = try DerivativeMethod.numbers(parts, of: text)
            var precision: Precision?
            if halves.count == 2 {
                precision = Precision(rawValue: halves[1])
                guard precision != nil else { throw .badPrecision(halves[1], in: text) }
            }
            self = .finiteDifference(accuracy: accuracy, step: step, precision: precision)
        case "fd-exact":
            let (accuracy, step) = try DerivativeMethod.numbers(parts, of: text)
            guard halves.count == 1 else { throw .precisionOfExactMethod(text) }
            self = .exactDifference(accuracy: accuracy, step: step)
        default:
            throw .unknownMethod(text)
        }
    }

    /// Refuses an accuracy or a step that no text names, as a method that was put together may have.
    func check() throws(MethodError) {
        guard try DerivativeMethod(parsing: "\(self)") != self else { return }
        throw .malformed("\(self)")
    }

    private static func numbers(_ parts: [String], of text: String) throws(MethodError) -> (accuracy: Int, step: Step) {
        guard parts.count == 3 else { throw .malformed(text) }
        guard let accuracy = Int(parts[1]), Stencil.accuracies.contains(accuracy) else { throw .badAccuracy(parts[1], in: text) }
        if parts[2] == "auto" { return (accuracy, .automatic) }
        guard let step = Double(parts[2]), step.isFinite, step >= .leastNormalMagnitude else { throw .badStep(parts[2], in: text) }
        return (accuracy, .fixed(step))
    }
}

extension DerivativeMethod: CustomStringConvertible {
    /// The text `init(parsing:)` reads.
    public var description: String {
        switch self {
        case .automatic: "ad"
        case .finiteDifference(let accuracy, let step, let precision): "fd:\(accuracy):\(step)" + (precision.map { "/\($0)" } ?? "")
        case .exactDifference(let accuracy, let step): "fd-exact:\(accuracy):\(step)"
        }
    }
}

extension DerivativeMethod.Step: CustomStringConvertible {
    /// `auto`, or the shortest number that reads back as h.
    public var description: String {
        switch self {
        case .automatic: return "auto"
        case .fixed(let h):
            let shortest = "\(h)"
            return shortest.hasSuffix(".0") ? String(shortest.dropLast(2)) : DerivativeMethod.Step.compact(shortest)
        }
    }

    /// 0.001 as 1e-3 and 5e-05 as 5e-5; other numbers as they are.
    private static func compact(_ text: String) -> String {
        if let e = text.firstIndex(of: "e"), let exponent = Int(text[text.index(after: e)...]) {
            let mantissa = text[..<e]
            return "\(mantissa.hasSuffix(".0") ? mantissa.dropLast(2) : mantissa)e\(exponent)"
        }
        guard text.hasPrefix("0.00") else { return text }
        let digits = text.dropFirst(2)
        let significant = digits.drop { $0 == "0" }
        let exponent = digits.count - significant.count + 1
        guard let first = significant.first else { return text }
        return significant.count == 1 ? "\(first)e-\(exponent)" : "\(first).\(significant.dropFirst())e-\(exponent)"
    }
}

extension DerivativeMethod.Precision {
    /// The distance from 1 to the next number.
    public var epsilon: Double {
        switch self {
        case .f32: Double(Float.ulpOfOne)
        case .f64: Double.ulpOfOne
        }
    }

    /// The largest finite number.
    package var largest: Double {
        switch self {
        case .f32: Double(Float.greatestFiniteMagnitude)
        case .f64: Double.greatestFiniteMagnitude
        }
    }
}
