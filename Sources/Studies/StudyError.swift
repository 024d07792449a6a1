import Compute
import Solvers
import Spectra

/// What can stop a study; `description` is one sentence.
public enum StudyError: Error, Sendable, CustomStringConvertible {
    /// A matrix could not be assembled: on which setting, and why.
    case assembly(setting: String, reason: String)
    /// The device could not assemble a matrix.
    case device(setting: String, ComputeError)
    /// A matrix could not be decomposed or solved with.
    case solver(setting: String, SolverError)
    /// The file of trainings done can be neither read nor written.
    case journal(path: String, reason: String)
    /// An item that is no experiment and no claim of the study.
    case unknownItem(String)

    public var description: String {
        switch self {
        case .assembly(let setting, let reason): "The matrix of \(setting) could not be assembled: \(reason)"
        case .device(let setting, let error): "The matrix of \(setting) could not be assembled: \(error)"
        case .solver(let setting, let error): "The study of \(setting) failed: \(error)"
        case .journal(let path, let reason): "The journal \(path) cannot be kept: \(reason); free its place or choose another folder with --out."
        case .unknownItem(let name):
            "'\(name)' is no experiment or claim of the study; choose among \(StudyItem.allCases.map(\.rawValue).joined(separator: ", "))."
        }
    }
}
