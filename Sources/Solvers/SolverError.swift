import Compute
import LinearAlgebra
import Problems
import Spectra

/// What a solve refuses, or could not do.
public enum SolverError: Error, Equatable, Sendable, CustomStringConvertible {
    case linearAlgebra(LinearAlgebraError)
    case spectrum(SpectrumError)
    case compute(ComputeError)
    case problem(ProblemError)
    /// Operands whose shapes do not fit.
    case shapes(String)
    /// NaN or infinity in a vector.
    case notFinite(what: String, index: Int)
    case badArgument(String)

    public var description: String {
        switch self {
        case .linearAlgebra(let error): error.description
        case .spectrum(let error): error.description
        case .compute(let error): error.description
        case .problem(let error): error.description
        case .shapes(let text): text
        case .notFinite(let what, let index):
            "Value \(index) of the \(what) (counted from 0) is NaN or infinite: remove it or mend what made it."
        case .badArgument(let text): text
        }
    }
}

/// Refuses a vector of the wrong length or with values that are not finite.
func check(_ values: [Double], count: Int, _ what: String) throws(SolverError) {
    guard values.count == count else { throw .shapes("The \(what) has \(values.count) values where the matrix asks for \(count).") }
    if let index = values.firstIndex(where: { !$0.isFinite }) { throw .notFinite(what: what, index: index) }
}

/// Runs a step of linear algebra with its errors in this room's type.
func linear<Value>(_ body: () throws(LinearAlgebraError) -> Value) throws(SolverError) -> Value {
    do { return try body() } catch { throw .linearAlgebra(error) }
}

/// Reads something off a spectrum with its errors in this room's type.
func spectral<Value>(_ body: () throws(SpectrumError) -> Value) throws(SolverError) -> Value {
    do { return try body() } catch { throw .spectrum(error) }
}

/// Runs a computation on a device with its errors in this room's type.
func computing<Value: ~Copyable>(_ body: () throws(ComputeError) -> Value) throws(SolverError) -> Value {
    do { return try body() } catch { throw .compute(error) }
}
