import ArgumentParser
import Differentiation
import LinearAlgebra
import Models
import ProblemFiles
import Problems
import Solvers
import Spectra

/// Where `spectrum` takes its equation, points and features from.
struct SpectrumSource: ParsableArguments {
    @OptionGroup var statement: EquationSource

    @Option(help: ArgumentHelp("Number of random features; 100 in one dimension, else 200.", valueName: "n"))
    var features: Int?

    @Option(help: ArgumentHelp("Number of interior points; twice the features. A grid rounds it up to the next n^d.", valueName: "m"))
    var points: Int?

    @Option(help: ArgumentHelp("Weights and biases are drawn from (-R, R).", valueName: "R"))
    var range: Double = 3

    @Option(help: "tanh, sin, cos, sigmoid, softplus, silu, gaussian, gelu, relu … relu9; that of --model if it names one.")
    var activation: String?

    @Option(help: "uniform or normal (mean 0, standard deviation R).")
    var law: String = "uniform"

    @Option(help: "grid, uniform, chebyshev, latin-hypercube or sobol.")
    var sampling: String = "grid"

    @Option(help: ArgumentHelp("Features from a safetensors file: features.weight [N, d], features.bias [N].", valueName: "file"))
    var model: String?

    @Option(help: "An equation in u, linear with constant coefficients, such as \"laplacian(u) - f\"; needs --data.")
    var equation: String?

    @Option(help: "The exact solution as a formula, for the error with --equation.")
    var exact: String?

    @Option(help: ArgumentHelp("The spectrum of a matrix in an .npy file.", valueName: "file"))
    var matrix: String?

    @Option(help: ArgumentHelp("Singular values in an .npy file.", valueName: "file"))
    var singularValues: String?

    /// What a study is made of.
    struct Setting {
        let name: String
        let collocation: LinearCollocation
        let model: RandomFeatureModel
        /// R of drawn features.
        let range: Double?
        let test: (points: Matrix<Double>, exact: [Double])?
        let notes: [String]
    }

    /// Refuses options that contradict each other.
    func check() throws {
        let given = [statement.problem != nil, equation != nil, matrix != nil, singularValues != nil].filter { $0 }.count
        if given == 0 { throw ValidationError("Name a problem (`residua problems` lists them), or give --equation, --matrix or --singular-values.") }
        if given > 1 { throw ValidationError("Give only one of a problem's name, --equation, --matrix and --singular-values.") }
        try statement.check(hasEquation: equation != nil)
        if let features, features < 1 { throw ValidationError("--features \(features): at least one feature is needed.") }
        if let points, points < 1 { throw ValidationError("--points \(points): at least one point is needed.") }
        if !(range > 0 && range <= 1e9) { throw ValidationError("--range \(Wording.number(range)): give a positive number up to 1e9.") }
        if let activation, Activation(name: activation) == nil {
            throw ValidationError("--activation \(activation): the names are \(Activation.allNames.joined(separator: ", ")).")
        }
        if RandomFeatureModel.Law(rawValue: law) == nil { throw ValidationError("--law \(law): choose uniform or normal.") }
    }

    /// The spectrum of --matrix or --singular-values; nil without them.
    func bareSpectrum() throws -> (spectrum: Spectrum, path: String)? {
        if let path = matrix {
            let array = try NumPyArray(contentsOf: path)
            try array.requireFinite(path: path)
            guard let values = array.matrix, array.shape.count == 2 else {
                throw ModelError.shape(path: path, array: "array", expected: "[rows, columns]", found: array.shape)
            }
            let decomposed = try SingularValueDecomposition.singularValues(of: values)
            return (try Spectrum(singularValues: decomposed, largestDimension: max(values.rows, values.columns)), path)
        }
        if let path = singularValues {
            let array = try NumPyArray(contentsOf: path)
            try array.requireFinite(path: path)
            guard array.shape.count == 1 else { throw ModelError.shape(path: path, array: "array", expected: "[n]", found: array.shape) }
            return (try Spectrum(singularValues: array.values), path)
        }
        return nil
    }

    /// The equation, its points and its features.
    func setting(seed: UInt64, methods: Int) throws -> Setting {
        var notes: [String] = []
        let chosen = activation.flatMap { Activation(name: $0) }
        let loaded = try model.map { try RandomFeatureModel(contentsOf: $0, activation: chosen) }
        if let loaded, let chosen, loaded.activation != chosen {
            notes.append("the model's activation \(loaded.activation) is used, not \(chosen)")
        }
        let file = try statement.collocationData()
        let named = try statement.problem.map { try Problem.read($0) }
        let dimension = named?.dimension ?? file?.dimension ?? 1
        if let loaded, loaded.dimension != dimension {
            throw ModelError.shape(
                path: model ?? "", array: "features.weight", expected: "[N, \(dimension)]", found: [loaded.features, loaded.dimension])
        }
        let count = loaded?.features ?? features ?? (dimension == 1 ? 100 : 200)
        let used: Problem
        if let named {
            used = named
        } else {
            used = try Problem(
                equation: equation ?? "", conditions: statement.conditions, coordinates: statement.coordinateNames,
                parameters: try statement.values(), dimension: dimension, data: file.map { Array($0.arrays.keys) } ?? [])
        }
        let wanted = points ?? (count < Int.max / 2 ? 2 * count : Int.max)
        try FeatureStudy.checkMemory(rows: file?.interior.rows ?? wanted, features: count, methods: methods, testPoints: 4000)
        let collocated =
            try file.map { try $0.collocation(of: used, path: statement.data ?? "") }
            ?? used.collocationPoints(wanted, sampling: Sampling(parsing: sampling), seed: seed)
        if file == nil, collocated.interior.count != wanted {
            notes.append("\(collocated.interior.count) interior points are used, the next full grid after \(wanted)")
        }
        let collocation = try LinearCollocation(problem: used, points: collocated)
        var stream = RandomStream(seed: seed, name: RandomFeatureModel.streamName)
        let features =
            loaded
            ?? RandomFeatureModel(
                features: count, dimension: dimension, range: range, activation: chosen ?? .tanh,
                law: RandomFeatureModel.Law(rawValue: law) ?? .uniform, stream: &stream)
        return Setting(
            name: used.name, collocation: collocation, model: features, range: loaded == nil ? range : nil,
            test: try test(used, points: collocated, seed: seed), notes: notes)
    }

    /// Where the error is measured: test points of the problem's domain; with --exact on points from a file, those points.
    private func test(_ problem: Problem, points: CollocationPoints, seed: UInt64) throws -> (points: Matrix<Double>, exact: [Double])? {
        if let exact {
            let vocabulary = try Vocabulary(
                coordinates: problem.coordinates, fields: [], parameters: Array(problem.parameters.keys), data: Array(points.interior.data.keys))
            let formula = try Expression(parsing: exact, in: vocabulary)
            return (points.interior.points, try problem.values(of: formula, at: points.interior))
        }
        guard problem.domain != nil, let solution = try problem.solution(seed: seed) else { return nil }
        return (solution.points, solution.values[0])
    }
}
