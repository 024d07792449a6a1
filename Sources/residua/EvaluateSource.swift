import ArgumentParser
import Compute
import Differentiation
import LinearAlgebra
import Models
import Problems

/// Where `evaluate` takes its network, equation and points from.
struct EvaluateSource: ParsableArguments {
    @Argument(help: "A problem of the catalogue.")
    var problem: String?

    @Option(help: ArgumentHelp("The network or random feature model, a safetensors file.", valueName: "file"))
    var model: String

    @Option(help: ArgumentHelp("Points from a safetensors file: interior [N, d], an array a condition, data by name.", valueName: "file"))
    var data: String?

    @Option(help: ArgumentHelp("Number of interior points where none are given; 400.", valueName: "m"))
    var points: Int?

    @Option(help: "grid, uniform, chebyshev, latin-hypercube or sobol.")
    var sampling: String = "grid"

    @Option(
        name: .customLong("equation"), help: "An equation such as \"laplacian(u) - f\" or \"u_t + u*u_x = nu*u_xx\"; may be repeated; needs --data.")
    var equations: [String] = []

    @Option(help: "Names of the network's outputs where --equation is given, such as u,v,p.")
    var unknowns: String = "u"

    @Option(name: .customLong("condition"), help: "A condition such as \"boundary: u - g, weight 1\"; may be repeated.")
    var conditions: [String] = []

    @Option(help: "Names of the coordinates, such as x,t.")
    var coordinates: String?

    @Option(name: .customLong("parameter"), help: ArgumentHelp("A parameter of the equation; may be repeated.", valueName: "name=value"))
    var parameters: [String] = []

    @Option(help: "Parameters of the equation that are trained, such as nu.")
    var trainable: String?

    @Option(help: "tanh, sin, cos, sigmoid, softplus, silu, gelu, gaussian, relu … relu9, where the model's file names none.")
    var activation: String?

    func check() throws {
        if problem == nil && equations.isEmpty {
            throw ValidationError("Name a problem (`residua problems` lists them), or give --equation with --data.")
        }
        if problem != nil && !equations.isEmpty { throw ValidationError("Give a problem's name or --equation, not both.") }
        if !equations.isEmpty && data == nil {
            throw ValidationError("--equation needs points: give --data with a safetensors file that has an array \"interior\".")
        }
        if problem != nil && !conditions.isEmpty {
            throw ValidationError("--condition goes with --equation; a catalogue problem has its own conditions.")
        }
        if let points, points < 1 { throw ValidationError("--points \(points): at least one point is needed.") }
        for text in conditions where text.prefix(while: { $0 != ":" }).allSatisfy({ $0 == " " }) || !text.contains(":") {
            throw ValidationError("--condition \(text.debugDescription): write NAME: EQUATION, such as \"boundary: u - g, weight 1\".")
        }
        if let activation, Activation(name: activation) == nil {
            throw ValidationError("--activation \(activation): the names are \(Activation.allNames.joined(separator: ", ")).")
        }
        _ = try SpectrumSource.parameters(parameters)
    }

    /// What is evaluated.
    struct Setting {
        let problem: Problem
        let points: CollocationPoints
        let network: Network
    }

    private static func names(_ list: String) -> [String] { list.split(separator: ",").map { String($0.filter { $0 != " " }) } }

    func setting(seed: UInt64) throws -> Setting {
        let network = try Network(contentsOf: model, activation: activation.flatMap { Activation(name: $0) })
        let names = conditions.map { text in String(text.prefix { $0 != ":" }.filter { $0 != " " }) }
        let file = try data.map { try CollocationData(contentsOf: $0, conditions: Array(Set(names)).sorted()) }
        let used: Problem
        if let problem {
            used = try Problem.named(problem)
        } else {
            used = try Problem(
                equations: equations, conditions: conditions, fields: EvaluateSource.names(unknowns),
                coordinates: coordinates.map(EvaluateSource.names), parameters: try SpectrumSource.parameters(parameters),
                trainable: trainable.map(EvaluateSource.names) ?? [], dimension: file?.dimension ?? network.architecture.dimension,
                data: file.map { Array($0.arrays.keys) } ?? [])
        }
        guard network.architecture.dimension == used.dimension else {
            throw Failure(
                .badInput,
                "\(model) takes \(network.architecture.dimension) coordinates and the problem has \(used.dimension): give a network that fits.")
        }
        guard network.architecture.fields == used.fields.count else {
            throw Failure(
                .badInput,
                "\(model) has \(network.architecture.fields) outputs and the problem \(used.fields.count) fields "
                    + "(\(used.fields.joined(separator: ", "))): give a network with one output a field.")
        }
        let collocated =
            try file.map { try SpectrumSource.points($0, of: used, path: data ?? "") }
            ?? used.collocationPoints(points ?? 400, sampling: Sampling(parsing: sampling), seed: seed)
        return Setting(problem: used, points: collocated, network: network)
    }
}
