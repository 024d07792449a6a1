import ArgumentParser
import Compute
import Differentiation
import LinearAlgebra
import Models
import Problems
import Reports

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Loss, residuals and gradient of a given network in an equation, by any derivative method.",
        discussion: """
            Example: residua evaluate poisson2d --model network.safetensors --points 400 --derivative fd:2:1e-3 --explain

            The loss is the mean of the squared residuals plus, for each condition, its weight times the mean of its squares. --out writes residual, \
            residual.K.NAME for condition K, gradient.layers.K.weight and gradient.layers.K.bias, with --jacobian the derivatives of the scaled \
            residual vector, with --fields the values asked for. Conditions use ad unless --condition-derivative says otherwise.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var source: NetworkSource

    @Option(
        name: .customLong("derivative"),
        help: ArgumentHelp("ad, fd:ACCURACY:STEP or fd-exact:ACCURACY:STEP, with /f32 or /f64 behind.", valueName: "method"))
    var derivative: String = "ad"

    @Option(help: ArgumentHelp("The same for the conditions.", valueName: "method"))
    var conditionDerivative: String = "ad"

    @Flag(help: "Write the gradient to --out (it is written anyway).")
    var gradient = false

    @Flag(help: "Write the Jacobian of the scaled residual vector to --out: jacobian [rows, parameters].")
    var jacobian = false

    @Option(help: ArgumentHelp("Write fields and derivatives at the interior points to --out, such as u,u_x,u_xx.", valueName: "list"))
    var fields: String?

    @Option(help: ArgumentHelp("A safetensors file to write.", valueName: "file"))
    var out: String?

    @Flag(help: "Print what the plan carries and costs.")
    var explain = false

    func validate() throws {
        try source.check()
        try source.checkRange()
        if let fields, EvaluateCommand.parts(fields).isEmpty { throw ValidationError("--fields names nothing: write for example u,u_x.") }
        if out == nil, jacobian || fields != nil || gradient {
            throw ValidationError("--\(jacobian ? "jacobian" : fields != nil ? "fields" : "gradient") is written to a file: give --out.")
        }
    }

    func run() throws {
        if let out { try TrainCommand.requirePlace(out) }
        common.applyThreads()
        let started = ContinuousClock.now
        let method = try DerivativeMethod(parsing: derivative)
        let conditionMethod = try DerivativeMethod(parsing: conditionDerivative)
        let selection = try DeviceSelection(common.deviceText)
        let precision: Precision = common.precision == .f32 ? .f32 : .f64
        let setting = try source.setting(seed: common.seed)
        if !common.quiet { setting.noteKinks() }
        let wanted = try formulas(for: setting)
        let parameters = setting.network.parameters + setting.problem.trainable.map { setting.problem.parameters[$0] ?? 0 }
        let (device, plan, loss, gradient) = try selection.open { device in
            let plan = try ResidualPlan(
                problem: setting.problem, points: setting.points, network: setting.network, method: method, conditionMethod: conditionMethod,
                precision: precision, device: device)
            let (loss, gradient) = try plan.gradient(at: parameters)
            return (device, plan, loss, gradient)
        }
        guard loss.total.isFinite else {
            let term = loss.terms.first { !$0.meanSquare.isFinite }?.name ?? "the equation"
            throw Failure(.badInput, "The residual of \(term) is not finite at these points with this network: look for poles and overflow.")
        }
        if let out {
            try results(setting, plan: plan, at: parameters, gradient: gradient, wanted: wanted, method: method, precision: precision, device: device)
                .write(to: out)
        }
        let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let explanation = plan.explanation
        guard !common.json else {
            var members: [(key: String, value: JSONValue)] = [
                ("problem", .string(setting.problem.name)), ("derivative", .string("\(method)")), ("loss", .number(loss.total)),
                ("terms", .array(loss.terms.map(EvaluateCommand.json))), ("gradientNorm", .number(norm)),
                ("parameters", .integer(plan.parameterCount)), ("residuals", .integer(plan.residualCount)),
            ]
            if explain { members.append(("plan", EvaluateCommand.json(explanation))) }
            if let out { members.append(("out", .string(out))) }
            try Terminal.result(common.report(members, device: device.info.name, started: started).text)
            return
        }
        var table = TextTable(["term", "weight", "mean square"])
        table.rows = loss.terms.map { [$0.name, Display.number($0.weight), Display.number($0.meanSquare, digits: 6)] }
        var lines = [table.text]
        lines.append(
            "loss \(Display.number(loss.total, digits: 10)), gradient norm \(Display.number(norm, digits: 10)), by \(method) on \(device.info.name)")
        if explain { lines.append("\(explanation)") }
        if let out { lines.append("written: \(out)") }
        try Terminal.result(lines.joined(separator: "\n"))
    }

    /// A list cut at the commas that stand in no parentheses.
    private static func parts(_ list: String) -> [String] {
        var (parts, depth) = ([""], 0)
        for character in list {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character == ",", depth <= 0 {
                parts.append("")
            } else if character != " " || parts[parts.count - 1] != "" {
                parts[parts.count - 1].append(character)
            }
        }
        return parts.filter { !$0.isEmpty }
    }

    /// What --fields asks for.
    private func formulas(for setting: NetworkSource.Setting) throws -> [(name: String, formula: Differentiation.Expression)] {
        guard let fields else { return [] }
        let problem = setting.problem
        let vocabulary = try Vocabulary(
            coordinates: problem.coordinates, fields: problem.fields, parameters: problem.parameters.keys.sorted(),
            data: setting.points.interior.data.keys.sorted())
        return try EvaluateCommand.parts(fields).map { name in
            (name, try problem.inBareFields(Differentiation.Expression(parsing: name, in: vocabulary)))
        }
    }

    private func results(
        _ setting: NetworkSource.Setting, plan: ResidualPlan, at parameters: [Double], gradient: [Double],
        wanted: [(name: String, formula: Differentiation.Expression)],
        method: DerivativeMethod, precision: Precision, device: Device
    ) throws -> SafeTensors {
        let network = setting.network
        var tensors = network.tensors(of: Array(gradient[..<network.architecture.parameterCount]), prefix: "gradient.")
        for (place, name) in plan.trainable.enumerated() {
            tensors["gradient.\(name)"] = SafeTensors.Tensor([gradient[network.architecture.parameterCount + place]])
        }
        let parts = try plan.unscaledResiduals(at: parameters)
        for (index, part) in parts.enumerated() {
            let name = index == 0 ? "residual" : "residual.\(index - 1).\(part.name)"
            tensors[name] = SafeTensors.Tensor(
                part.values, shape: part.equations == 1 ? [part.values.count] : [part.values.count / part.equations, part.equations])
        }
        if jacobian { tensors["jacobian"] = SafeTensors.Tensor(try plan.jacobian(at: parameters)) }
        if !wanted.isEmpty {
            let values = try network.values(
                of: wanted.map(\.formula), fields: setting.problem.fields, at: setting.points.interior, method: method,
                parameters: setting.problem.parameters, precision: precision, device: device)
            for (field, list) in zip(wanted, values) { tensors[field.name] = SafeTensors.Tensor(list) }
        }
        return SafeTensors(tensors: tensors, metadata: ["derivative": "\(method)", "precision": precision.rawValue, "problem": setting.problem.name])
    }

    private static func json(_ term: ResidualPlan.Loss.Term) -> JSONValue {
        .object([("name", .string(term.name)), ("weight", .number(term.weight)), ("meanSquare", .number(term.meanSquare))])
    }

    private static func json(_ explanation: PlanExplanation) -> JSONValue {
        .object([
            ("memoryBytes", .integer(Int(explanation.memoryBytes))),
            (
                "terms",
                .array(
                    explanation.terms.map { term in
                        .object([
                            ("name", .string(term.name)), ("points", .integer(term.points)),
                            ("components", .array(term.components.map { .string($0) })), ("jets", .string(term.jets)),
                            ("channels", .integer(term.channels)), ("places", .integer(term.places)),
                            ("instructions", .integer(term.instructions)), ("products", .number(term.cost.products)),
                            ("elementwise", .number(term.cost.elementwise)), ("activations", .number(term.cost.activations)),
                        ])
                    })
            ),
        ])
    }
}
