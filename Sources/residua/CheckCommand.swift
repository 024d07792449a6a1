import ArgumentParser
import Models
import ProblemFiles
import Problems
import Reports

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Validates a problem file, a sweep's manifest or a model and says what it would do.",
        discussion: """
            Example: residua check poisson2d

            FILE is a problem file in TOML, a catalogue name, a sweep's manifest (`residua sweep --help`), a safetensors file \
            with a network (layers.K.weight), random features (features.weight), points (interior) or a training's checkpoint, or an .npy array. A problem file:

              name = "my-burgers"
              coordinates = { x = [-1, 1], t = [0, 1] }
              parameters = { nu = 0.0031830988618 }
              equation = "u_t + u*u_x = nu*u_xx"
              conditions = [ { on = "t = 0", equation = "u = -sin(pi*x)" }, { on = "x = -1, x = 1", equation = "u = 0", weight = 1 } ]

            Further keys: fields, equations, trainable, domain ("lshape", "disk"), hard = { offset, factor }, exact or reference, exact-parameters. \
            A condition is on faces or the "boundary" (u_n is the derivative along the outward normal), at = [0, 0], on the points of \
            data = "points.npy" (columns x …, value), or periodic = "x".
            """)

    @Argument(help: ArgumentHelp("A problem file, a catalogue name, a manifest, a model or a checkpoint.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("The number of interior points for which the conditions' points are counted.", valueName: "m"))
    var points: Int = 400

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if points < 1 { throw ValidationError("--points \(points): at least one point is needed.") }
    }

    func run() throws {
        let started = ContinuousClock.now
        let (members, lines) = try result()
        if common.json {
            try Terminal.result(common.report(members, device: common.wouldBeDevice, started: started).text)
        } else {
            try Terminal.result(lines.joined(separator: "\n"))
        }
    }

    private func result() throws -> (members: [(key: String, value: JSONValue)], lines: [String]) {
        if Problem.names.contains(file) { return try ProblemCheck(file, points: points).result }
        if file.hasSuffix(".safetensors") || SafeTensors.isBeginning(of: file) { return try ModelCheck(path: file).result }
        if file.hasSuffix(".npy") || NumPyArray.isBeginning(of: file) { return try ModelCheck.array(file) }
        if SweepCheck.isManifest(file) { return try SweepCheck(path: file).result }
        return try ProblemCheck(file, points: points).result
    }
}
