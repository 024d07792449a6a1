import ArgumentParser
import Benchmarks
import Compute
import Differentiation
import LinearAlgebra
import Models
import ProblemFiles
import Problems
import Reports
import Solvers
import Spectra
import Studies
import Sweeps

extension Failure {
    /// The exit code for an error of one of the rooms; nil for errors of the argument parser, which has its own.
    init?(explaining error: any Error) {
        guard let code = Failure.code(error) else { return nil }
        // What is wrong with a file begins with the file's name, which is left as it is written.
        if let error = error as? ModelError, !error.isTooLarge {
            self.init(code, Failure.stopped("\(error)"))
        } else if let error = error as? SweepError {
            self.init(code, Failure.stopped("\(error)"))
        } else if let error = error as? ProblemFileError, !error.isAboutName {
            self.init(code, Failure.stopped("\(error)"))
        } else {
            self.init(code, Failure.sentence("\(error)"))
        }
    }

    /// A mistake on the command line as one sentence; nil for what is no mistake, such as `--help`.
    init?(commandLine error: any Error, message: String) {
        guard ResiduaCommand.exitCode(for: error).rawValue == ExitStatus.usage.rawValue else { return nil }
        let line = message.split(separator: "\n").first.map(String.init) ?? message
        let plain = line.hasPrefix("Error: ") ? String(line.dropFirst(7)) : line
        let hint = plain.hasPrefix("Missing value for ") ? "; a value that begins with a dash is written --option=value" : ""
        let remedy = plain.hasSuffix(".") ? "" : hint.isEmpty ? "; see --help" : hint
        self.init(.usage, Failure.stopped(plain + remedy))
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
        case let error as ProblemFileError: error.isAboutName ? .usage : .badInput
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
            case .device(_, let inner): code(inner)
            case .solver(_, .badArgument), .solver(_, .problem): .usage
            case .solver(_, .compute(let inner)): code(inner)
            case .assembly, .solver, .journal: .internalError
            }
        case let error as SweepError:
            switch error {
            case .manifest, .unreadable, .changed, .damaged: .badInput
            case .busy: .interrupted
            case .disk, .database: .internalError
            case .usage: .usage
            }
        case ReportError.folder: .usage
        case is ReportError: .internalError
        case let error as MessagePassing.Failure:
            if case .missing = error { .deviceMissing } else { .internalError }
        default: nil
        }
    }

    private static func code(_ error: ComputeError) -> ExitStatus {
        switch error {
        case .badDeviceName, .tooLarge, .method, .shape, .equation, .notFinite: .usage
        case .noDevice, .noDouble, .outOfDeviceMemory, .buildFailed: .deviceMissing
        case .device: .internalError
        }
    }

    /// The text with a capital at its beginning and a full stop at its end, unless it shows a place under a line.
    private static func sentence(_ text: String) -> String {
        guard let first = text.first else { return text }
        let begun = text.hasPrefix("/") || text.hasPrefix(".") || text.hasPrefix("-") ? text : first.uppercased() + text.dropFirst()
        return stopped(begun)
    }

    private static func stopped(_ text: String) -> String {
        text.contains("\n") || text.hasSuffix(".") || text.hasSuffix("^") ? text : text + "."
    }
}

extension ProblemFileError {
    fileprivate var isAboutName: Bool { if case .unknown = self { true } else { false } }
}

extension ModelError {
    fileprivate var isTooLarge: Bool { if case .tooLarge = self { true } else { false } }
}
