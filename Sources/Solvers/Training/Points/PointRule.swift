/// When and how interior points change, by its name and numbers, as `rar:10`, or `never`.
public struct PointRule: Sendable, Equatable, CustomStringConvertible {
    private enum Kind: Equatable {
        case never
        case uniform(Int)
        case refinement(Int, added: Int)
        case distribution(Int)
    }

    private let kind: Kind

    /// - Parameter text: `uniform:K`, `rar:K`, `rar:K:N`, `rad:K` or `never`; K is 100 where it is left out.
    /// - Throws: `SolverError.badArgument` with the end of a sentence, which says what to write.
    public init(parsing text: String) throws(SolverError) {
        if text == "never" {
            kind = .never
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard ["uniform", "rar", "rad"].contains(parts[0]) else { throw .badArgument("choose uniform:K, rar:K, rar:K:N, rad:K or never") }
        let numbers = parts.dropFirst().map { Int($0) ?? 0 }
        guard numbers.allSatisfy({ $0 >= 1 }), numbers.count <= (parts[0] == "rar" ? 2 : 1) else {
            throw .badArgument("write a rule and whole numbers of at least 1, such as rad:100 or rar:100:40")
        }
        let interval = numbers.first ?? 100
        kind =
            switch parts[0] {
            case "uniform": .uniform(interval)
            case "rar": .refinement(interval, added: numbers.count > 1 ? numbers[1] : 0)
            default: .distribution(interval)
            }
    }

    /// nil for `never`.
    public func make() -> (any PointSchedule)? {
        switch kind {
        case .never: nil
        case .uniform(let interval): ResampledPoints(interval: interval)
        case .refinement(let interval, let added): ResidualRefinement(interval: interval, added: added)
        case .distribution(let interval): ResidualDistribution(interval: interval)
        }
    }

    /// The same text for all ways of writing the rule, which reads back as it.
    public var description: String { make()?.description ?? "never" }
}
