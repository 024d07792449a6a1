import Differentiation

/// What can be wrong with a problem as it was asked for.
public enum ProblemError: Error, Sendable, Equatable {
    /// No catalogue entry has this name.
    case unknownProblem(name: String, nearest: String?)
    /// No way of sampling has this name.
    case unknownSampling(name: String)
    /// A number of points that cannot be had.
    case pointCount(requested: Int, reason: String)
    /// A part of the boundary that cannot be read.
    case boundary(text: String, reason: String)
    /// An equation, condition or formula that cannot be read or used.
    case expression(ExpressionError)
    /// A formula that has no finite value at a point.
    case notFinite(formula: String, value: Double, point: [Double])
    /// Parts of a problem that do not go together; the key is that of a problem file, such as "conditions[1]".
    case inconsistent(reason: String, key: String? = nil)
}

extension ProblemError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownProblem(let name, let nearest):
            "there is no problem \"\(name)\" in the catalogue; " + (nearest.map { "the nearest name is \"\($0)\", and " } ?? "")
                + "`residua problems` lists all"
        case .unknownSampling(let name):
            "there is no sampling \"\(name)\"; choose one of \(Sampling.allCases.map(\.rawValue).joined(separator: ", "))"
        case .pointCount(let requested, let reason): "\(Wording.count(requested, "point")) cannot be sampled: \(reason)"
        case .boundary(let text, let reason): "the boundary part \"\(text)\" cannot be used: \(reason)"
        case .expression(let error): error.description
        case .notFinite(let formula, let value, let point):
            "the formula \(formula) is \(Wording.number(value)) at the point [\(point.map(Wording.number).joined(separator: ", "))]; "
                + "only finite values can be used"
        case .inconsistent(let reason, _): reason
        }
    }
}
