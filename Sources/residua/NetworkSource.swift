import ArgumentParser
import Compute
import Differentiation
import LinearAlgebra
import Models
import ProblemFiles
import Problems
import Solvers

/// Where `evaluate` and `train` take their network, equation and points from.
struct NetworkSource: ParsableArguments {
    @OptionGroup var statement: EquationSource

    @Option(help: ArgumentHelp("The network or random feature model, a safetensors file.", valueName: "file"))
    var model: String?

    @Option(help: ArgumentHelp("A network drawn from --seed: inputs, hidden widths, fields, such as 2,64,64,1.", valueName: "list"))
    var layers: String?

    @Option(
        help: ArgumentHelp(
            "How it is drawn: \(Initialization.allNames.joined(separator: ", ")); spread for methods of second order, else glorot-normal.",
            valueName: "law"))
    var initialization: String?

    @Option(name: .customLong("init-range"), help: ArgumentHelp("R of uniform and spread, the frequency of siren.", valueName: "R"))
    var initializationRange: Double?

    @Option(
        help: ArgumentHelp(
            "Number of interior points where none are given; 400, for methods of second order 1.5 a parameter if more.", valueName: "m"))
    var points: Int?

    @Option(
        help:
            "grid, uniform, chebyshev, latin-hypercube or sobol; for lbfgs and methods of second order chebyshev, or for these sobol in time, else grid."
    )
    var sampling: String?

    @Option(
        name: .customLong("equation"), help: "An equation such as \"laplacian(u) - f\" or \"u_t + u*u_x = nu*u_xx\"; may be repeated; needs --data.")
    var equations: [String] = []

    @Option(help: "Names of the network's outputs where --equation is given, such as u,v,p; u by default.")
    var unknowns: String?

    @Option(help: "Parameters of the equation that are trained, such as nu.")
    var trainable: String?

    @Option(help: "tanh, sin, cos, sigmoid, softplus, silu, gelu, gaussian, relu … relu9, where the model's file names none.")
    var activation: String?

    func check() throws {
        if model == nil && layers == nil { throw ValidationError("Give a network: --model FILE, or --layers such as 2,64,64,1.") }
        if model != nil && layers != nil { throw ValidationError("Give --model or --layers, not both.") }
        if let layers, NetworkSource.widths(layers) == nil {
            throw ValidationError("--layers \(layers): write whole numbers of at least 1 separated by commas, such as 2,64,64,1.")
        }
        if let widths = layers.flatMap(NetworkSource.widths) {
            do { _ = try NetworkArchitecture(widths: widths, activation: .tanh) } catch { throw ValidationError("--layers: \(error).") }
        }
        if let initialization, Initialization(name: initialization, range: initializationRange) == nil {
            throw ValidationError("--initialization \(initialization): the names are \(Initialization.allNames.joined(separator: ", ")).")
        }
        if let range = initializationRange, !(range > 0 && range.isFinite) {
            throw ValidationError("--init-range \(Wording.number(range)): give a positive number.")
        }
        try checkEffects()
        if statement.problem == nil && equations.isEmpty {
            throw ValidationError("Name a problem (`residua problems` lists them), or give --equation with --data.")
        }
        if statement.problem != nil && !equations.isEmpty { throw ValidationError("Give a problem's name or --equation, not both.") }
        try statement.check(hasEquation: !equations.isEmpty, further: [("--trainable", trainable != nil), ("--unknowns", unknowns != nil)])
        if let points, points < 1 { throw ValidationError("--points \(points): at least one point is needed.") }
        if let activation, Activation(name: activation) == nil {
            throw ValidationError("--activation \(activation): the names are \(Activation.allNames.joined(separator: ", ")).")
        }
    }

    /// Refuses options that another one leaves without effect.
    private func checkEffects() throws {
        for (name, isGiven) in [("--initialization", initialization != nil), ("--init-range", initializationRange != nil)] where isGiven {
            guard model != nil else { continue }
            throw ValidationError("\(name): a network is drawn by --layers only, and --model brings its own; leave out one of them.")
        }
        for (name, isGiven) in [("--points", points != nil), ("--sampling", sampling != nil)] where isGiven && statement.data != nil {
            throw ValidationError("\(name): no points are laid where --data brings them; leave out one of them.")
        }
    }

    /// Refuses a range that the law of the network does not have.
    func checkRange(_ defaults: TrainingDefaults = TrainingDefaults()) throws {
        let law = initialization ?? defaults.initialization
        guard initializationRange != nil, !Initialization.namesWithRange.contains(law) else { return }
        let names = Initialization.namesWithRange.joined(separator: ", ")
        throw ValidationError("--init-range: the law \(law) has no range; choose --initialization among \(names), or leave it out.")
    }

    private static func widths(_ list: String) -> [Int]? {
        let parts = list.split(separator: ",", omittingEmptySubsequences: false).map { Int($0.filter { $0 != " " }) }
        return parts.allSatisfy({ ($0 ?? 0) >= 1 }) ? parts.compactMap { $0 } : nil
    }

    /// The network of the file, or one drawn.
    private func network(seed: UInt64, _ defaults: TrainingDefaults) throws -> Network {
        let known = activation.flatMap { Activation(name: $0) }
        if let model {
            let network = try Network(contentsOf: model, activation: known)
            if let known, known != network.architecture.activation {
                throw Failure(
                    .usage, "--activation \(known): the network of \(model) has the activation \(network.architecture.activation); leave it out.")
            }
            return network
        }
        var stream = RandomStream(seed: seed, name: "network")
        let architecture = try NetworkArchitecture(widths: NetworkSource.widths(layers ?? "") ?? [], activation: known ?? .tanh)
        let law = Initialization(name: initialization ?? defaults.initialization, range: initializationRange) ?? .glorotNormal
        return Network(architecture, initialization: law, stream: &stream)
    }

    /// What is evaluated or trained.
    struct Setting {
        let problem: Problem
        let points: CollocationPoints
        let network: Network

        /// Says where the equations ask for derivatives that the activation does not have.
        func noteKinks() {
            guard case .relu(let power) = network.architecture.activation,
                let highest = problem.derivatives.max(by: { $0.index.order < $1.index.order }), highest.index.order > power
            else { return }
            Terminal.note(
                "\(network.architecture.activation) has no derivative of order \(highest.index.order), which the equation needs: between the kinks it is 0 "
                    + "by ad, and stencils see the kinks; take a smooth activation such as tanh, or relu\(highest.index.order) or higher.")
        }
    }

    /// - Parameter defaults: what is taken where nothing is given.
    func setting(seed: UInt64, _ defaults: TrainingDefaults = TrainingDefaults()) throws -> Setting {
        let network = try network(seed: seed, defaults)
        let source = model ?? "--layers \(layers ?? "")"
        let file = try statement.collocationData()
        let used: Problem
        if let problem = statement.problem {
            used = try Problem.read(problem)
        } else {
            used = try Problem(
                equations: equations, conditions: statement.conditions, fields: EquationSource.names(unknowns ?? "u"),
                coordinates: statement.coordinateNames, parameters: try statement.values(),
                trainable: trainable.map(EquationSource.names) ?? [], dimension: file?.dimension ?? network.architecture.dimension,
                data: file.map { Array($0.arrays.keys) } ?? [])
        }
        // What was trained with the network goes on from there, unless the command line says otherwise.
        let given = statement.problem == nil ? try statement.values() : [:]
        let begun = used.beginning(with: network.equationParameters.filter { given[$0.key] == nil })
        // Wrong layers are a mistake on the command line, a wrong model is one in its file.
        let mistake: ExitStatus = model == nil ? .usage : .badInput
        guard network.architecture.dimension == used.dimension else {
            throw Failure(
                mistake,
                "\(source) takes \(Wording.count(network.architecture.dimension, "coordinate")) and the problem has \(used.dimension): give a network that fits."
            )
        }
        guard network.architecture.fields == used.fields.count else {
            throw Failure(
                mistake,
                "\(source) has \(Wording.count(network.architecture.fields, "output")) and the problem "
                    + "\(Wording.count(used.fields.count, "field")) "
                    + "(\(used.fields.joined(separator: ", "))): give a network with one output a field.")
        }
        let collocated =
            try file.map { try $0.collocation(of: used, path: statement.data ?? "") }
            ?? used.collocationPoints(
                points ?? defaults.points(dimension: used.dimension, parameters: network.parameters.count),
                sampling: sampling.map { try Sampling(parsing: $0) } ?? defaults.sampling(of: used), seed: seed)
        return Setting(problem: begun, points: collocated, network: network)
    }
}
