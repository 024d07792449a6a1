/// What the study of a spectrum refuses.
public enum SpectrumError: Error, Equatable, Sendable, CustomStringConvertible {
    case empty
    case notFinite(index: Int)
    case negative(index: Int, value: Double)
    /// A relative cut outside (0, 1).
    case badCut(Double)
    /// An absolute cut-off that is not a positive number.
    case badCutOff(Double)
    case unknownDefinition(String)

    public var description: String {
        switch self {
        case .empty:
            "The spectrum has no singular values: give at least one."
        case .notFinite(let index):
            "Singular value \(index) (counted from 0) is NaN or infinite: remove it or mend what made it."
        case .negative(let index, let value):
            "Singular value \(index) (counted from 0) is \(value): singular values are not negative; give |λ| for eigenvalues."
        case .badCut(let cut):
            "The cut \(cut) is not between 0 and 1: give a relative cut such as 1e-13."
        case .badCutOff(let value):
            "The absolute cut-off \(value) is not a positive number."
        case .unknownDefinition(let name):
            "There is no entropy called '\(name)': choose one of \(EntropyDefinition.catalogue.map(\.name).joined(separator: ", "))."
        }
    }
}
