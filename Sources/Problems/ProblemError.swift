/// What can be wrong with a problem as it was asked for.
public enum ProblemError: Error, Sendable, Equatable {
    /// No catalogue entry has this name.
    case unknownProblem(name: String, nearest: String)
    /// No way of sampling has this name.
    case unknownSampling(name: String)
    /// A number of points that cannot be had.
    case pointCount(requested: Int, reason: String)
    /// A part of the boundary that cannot be read.
    case boundary(text: String, reason: String)
    /// An equation or condition that cannot be read, with a caret under the place.
    case equation(text: String, reason: String)
    /// An equation or condition that is read but not linear with constant coefficients where that is needed.
    case notLinear(text: String, reason: String)
    /// A condition of the command's form `name: equation, weight number` that cannot be read.
    case condition(text: String, reason: String)
    /// Coordinates, parameters or arrays that do not go together.
    case inconsistent(reason: String)
}

extension ProblemError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownProblem(let name, let nearest):
            "there is no problem \"\(name)\" in the catalogue; the nearest name is \"\(nearest)\", and `residua problems` lists all"
        case .unknownSampling(let name):
            "there is no sampling \"\(name)\"; choose one of \(Sampling.allCases.map(\.rawValue).joined(separator: ", "))"
        case .pointCount(let requested, let reason): "\(requested) points cannot be sampled: \(reason)"
        case .boundary(let text, let reason): "the boundary part \"\(text)\" cannot be used: \(reason)"
        case .equation(let text, let reason): "the equation \"\(text)\" cannot be read: \(reason)"
        case .notLinear(let text, let reason): "the equation \"\(text)\" is not linear with constant coefficients: \(reason)"
        case .condition(let text, let reason): "the condition \"\(text)\" cannot be read: \(reason)"
        case .inconsistent(let reason): reason
        }
    }
}
