/// A way to turn singular values into an entropy: three choices that are made independently.
public struct EntropyDefinition: Sendable, Hashable {
    public enum Weights: Sendable, Hashable {
        /// p from s.
        case values
        /// p from s².
        case squares
    }

    public enum Cutoff: Sendable, Hashable {
        /// Kept are s_k > a · s₁.
        case relative
        /// Kept are s_k > a.
        case absolute
    }

    public enum Normalisation: Sendable, Hashable {
        /// Divided by ln of the number of values kept.
        case kept
        /// Divided by ln of the number of all values.
        case all
        /// Not divided: its exponential is an effective rank.
        case none
    }

    public var weights: Weights
    public var cutoff: Cutoff
    public var normalisation: Normalisation

    public init(weights: Weights = .values, cutoff: Cutoff = .relative, normalisation: Normalisation = .kept) {
        self.weights = weights
        self.cutoff = cutoff
        self.normalisation = normalisation
    }

    /// The definition of the study: p from s, relative cut, division by ln n_a.
    public static let truncated = EntropyDefinition()
    public static let squares = EntropyDefinition(weights: .squares)
    public static let absoluteCutoff = EntropyDefinition(cutoff: .absolute)
    public static let dividedByAll = EntropyDefinition(normalisation: .all)
    public static let unnormalised = EntropyDefinition(normalisation: .none)

    /// The definitions that have a name, in the order they are listed for users.
    public static let catalogue: [EntropyDefinition] = [.truncated, .squares, .absoluteCutoff, .dividedByAll, .unnormalised]

    /// `truncated`, `squares`, `absolute-cut-off`, `divided-by-all`, `unnormalised`; the differing choices joined by `+` for other combinations.
    public var name: String {
        var parts: [String] = []
        if weights == .squares { parts.append("squares") }
        if cutoff == .absolute { parts.append("absolute-cut-off") }
        switch normalisation {
        case .kept: break
        case .all: parts.append("divided-by-all")
        case .none: parts.append("unnormalised")
        }
        return parts.isEmpty ? "truncated" : parts.joined(separator: "+")
    }

    /// Reads what `name` writes.
    public init(name: String) throws(SpectrumError) {
        self.init()
        for part in name.split(separator: "+", omittingEmptySubsequences: false) {
            switch part {
            case "truncated" where name == "truncated": break
            case "squares": weights = .squares
            case "absolute-cut-off": cutoff = .absolute
            case "divided-by-all": normalisation = .all
            case "unnormalised": normalisation = .none
            default: throw .unknownDefinition(name)
            }
        }
    }
}
