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
    @Argument(help: "A problem of the catalogue, or a problem file.")
    var problem: String?

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

    @Option(help: ArgumentHelp("Points from a safetensors file: interior [N, d], an array a condition, data by name.", valueName: "file"))
    var data: String?

    @Option(help: "An equation in u, linear with constant coefficients, such as \"laplacian(u) - f\"; needs --data.")
    var equation: String?

    @Option(name: .customLong("condition"), help: "A condition such as \"boundary: u - g, weight 1\"; may be repeated.")
    var conditions: [String] = []

    @Option(help: "Names of the coordinates, such as x,t.")
    var coordinates: String?

    @Option(name: .customLong("parameter"), help: ArgumentHelp("A parameter of the equation; may be repeated.", valueName: "name=value"))
    var parameters: [String] = []

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
        let given = [problem != nil, equation != nil, matrix != nil, singularValues != nil].filter { $0 }.count
        if given == 0 { throw ValidationError("Name a problem (`residua problems` lists them), or give --equation, --matrix or --singular-values.") }
        if given > 1 { throw ValidationError("Give only one of a problem's name, --equation, --matrix and --singular-values.") }
        if equation != nil && data == nil {
            throw ValidationError("--equation needs points: give --data with a safetensors file that has an array \"interior\".")
        }
        if equation == nil && !conditions.isEmpty {
            throw ValidationError("--condition goes with --equation; a catalogue problem has its own conditions.")
        }
        if let features, features < 1 { throw ValidationError("--features \(features): at least one feature is needed.") }
        if let points, points < 1 { throw ValidationError("--points \(points): at least one point is needed.") }
        if !(range > 0 && range <= 1e9) { throw ValidationError("--range \(range): give a positive number up to 1e9.") }
        for text in conditions where text.prefix(while: { $0 != ":" }).allSatisfy({ $0 == " " }) || !text.contains(":") {
            throw ValidationError("--condition \(text.debugDescription): write NAME: EQUATION, such as \"boundary: u - g, weight 1\".")
        }
        if let activation, Activation(name: activation) == nil {
            throw ValidationError("--activation \(activation): the names are \(Activation.allNames.joined(separator: ", ")).")
        }
        if RandomFeatureModel.Law(rawValue: law) == nil { throw ValidationError("--law \(law): choose uniform or normal.") }
        _ = try SpectrumSource.parameters(parameters)
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
        let file = try data.map { try CollocationData(contentsOf: $0, conditions: try conditionNames()) }
        let statement = try problem.map { try Problem.read($0) }
        let dimension = statement?.dimension ?? file?.dimension ?? 1
        if let loaded, loaded.dimension != dimension {
            throw ModelError.shape(
                path: model ?? "", array: "features.weight", expected: "[N, \(dimension)]", found: [loaded.features, loaded.dimension])
        }
        let count = loaded?.features ?? features ?? (dimension == 1 ? 100 : 200)
        let used: Problem
        if let statement {
            used = statement
        } else {
            used = try Problem(
                equation: equation ?? "", conditions: conditions,
                coordinates: coordinates?.split(separator: ",").map { String($0.filter { $0 != " " }) },
                parameters: try SpectrumSource.parameters(parameters), dimension: dimension, data: file.map { Array($0.arrays.keys) } ?? [])
        }
        let wanted = points ?? (count < Int.max / 2 ? 2 * count : Int.max)
        try FeatureStudy.checkMemory(rows: file?.interior.rows ?? wanted, features: count, methods: methods, testPoints: 4000)
        let collocated =
            try file.map { try $0.collocation(of: used, path: data ?? "") }
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

    /// The names before the colons of --condition, which are those of the arrays of points.
    private func conditionNames() throws -> [String] {
        conditions.map { text in String(text.prefix { $0 != ":" }.filter { $0 != " " }) }.reduce(into: []) { names, name in
            if !names.contains(name) { names.append(name) }
        }
    }

    static func parameters(_ texts: [String]) throws -> [String: Double] {
        var values: [String: Double] = [:]
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let value = Double(parts[1]), value.isFinite else {
                throw ValidationError("--parameter \(text): write NAME=NUMBER, such as nu=0.01.")
            }
            values[String(parts[0])] = value
        }
        return values
    }
}
