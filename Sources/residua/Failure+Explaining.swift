import ArgumentParser
import Benchmarks
import Compute
import Differentiation
import LinearAlgebra
import Models
import Problems
import Reports
import Solvers
import Spectra
import Studies

extension Failure {
    /// The exit code for an error of one of the rooms; nil for errors of the argument parser, which has its own.
    init?(explaining error: any Error) {
        guard let code = Failure.code(error) else { return nil }
        self.init(code, Failure.sentence("\(error)"))
    }

    private static func code(_ error: any Error) -> ExitStatus? {
        switch error {
        case let error as ComputeError: code(error)
        case let error as ModelError:
            switch error {
            case .cannotWrite: .internalError
            case .tooLarge: .usage
            default: .badInput
            }
        case let error as SolverError:
            switch error {
            case .compute(let inner): code(inner)
            case .problem: .usage
            case .badArgument: .usage
            case .spectrum, .linearAlgebra, .shapes, .notFinite: .badInput
            }
        case is ProblemError, is ExpressionError, is MethodError: .usage
        case is SpectrumError, is LinearAlgebraError: .badInput
        case let error as BenchmarkError:
            switch error {
            case .unknownWorkload: .usage
            case .device, .factorization: .internalError
            }
        case let error as StudyError:
            switch error {
            case .unknownItem: .usage
            case .assembly, .solver: .internalError
            }
        case is ReportError: .internalError
        default: nil
        }
    }

    private static func code(_ error: ComputeError) -> ExitStatus {
        switch error {
        case .badDeviceName, .tooLarge, .method, .shape: .usage
        case .noDevice, .noDouble: .deviceMissing
        case .outOfDeviceMemory, .device: .internalError
        }
    }

    /// The text with a capital at its beginning and a full stop at its end, unless it shows a place under a line.
    private static func sentence(_ text: String) -> String {
        guard let first = text.first else { return text }
        let begun = text.hasPrefix("/") || text.hasPrefix(".") || text.hasPrefix("-") ? text : first.uppercased() + text.dropFirst()
        if begun.contains("\n") || begun.hasSuffix(".") || begun.hasSuffix("^") { return begun }
        return begun + "."
    }
}
