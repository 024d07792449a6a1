import ArgumentParser
import Models
import ProblemFiles
import Problems

/// What is solved, and on which points: a named problem, or an equation's circumstances.
struct EquationSource: ParsableArguments {
    @Argument(help: "A problem of the catalogue, or a problem file.")
    var problem: String?

    @Option(help: ArgumentHelp("Points from a safetensors file: interior [N, d], an array a condition, data by name.", valueName: "file"))
    var data: String?

    @Option(name: .customLong("condition"), help: "A condition such as \"boundary: u - g, weight 1\"; may be repeated.")
    var conditions: [String] = []

    @Option(help: "Names of the coordinates, such as x,t.")
    var coordinates: String?

    @Option(name: .customLong("parameter"), help: ArgumentHelp("A parameter of the equation; may be repeated.", valueName: "name=value"))
    var parameters: [String] = []

    /// Refuses options that contradict each other.
    ///
    /// - Parameters:
    ///   - hasEquation: whether --equation is given.
    ///   - further: options that go with --equation, and whether they are given.
    func check(hasEquation: Bool, further: [(name: String, isGiven: Bool)] = []) throws {
        if hasEquation && data == nil {
            throw ValidationError("--equation needs points: give --data with a safetensors file that has an array \"interior\".")
        }
        if !hasEquation && !conditions.isEmpty {
            throw ValidationError("--condition goes with --equation; a catalogue problem has its own conditions.")
        }
        if !hasEquation {
            for (name, isGiven) in [("--parameter", !parameters.isEmpty), ("--coordinates", coordinates != nil)] + further where isGiven {
                throw ValidationError("\(name) goes with --equation; a named problem has its own: write a problem file to change them.")
            }
        }
        for text in conditions where text.prefix(while: { $0 != ":" }).allSatisfy({ $0 == " " }) || !text.contains(":") {
            throw ValidationError("--condition \(text.debugDescription): write NAME: EQUATION, such as \"boundary: u - g, weight 1\".")
        }
        _ = try values()
    }

    /// The names in a list separated by commas.
    static func names(_ list: String) -> [String] { list.split(separator: ",").map { String($0.filter { $0 != " " }) } }

    var coordinateNames: [String]? { coordinates.map(EquationSource.names) }

    /// The parameters' values by name.
    func values() throws -> [String: Double] {
        var values: [String: Double] = [:]
        for text in parameters {
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let value = Double(parts[1]), value.isFinite else {
                throw ValidationError("--parameter \(text): write NAME=NUMBER, such as nu=0.01.")
            }
            values[String(parts[0])] = value
        }
        return values
    }

    /// The points of --data, with an array a condition: those named before the colons of --condition.
    func collocationData() throws -> CollocationData? {
        var names: [String] = []
        for text in conditions {
            let name = String(text.prefix { $0 != ":" }.filter { $0 != " " })
            if !names.contains(name) { names.append(name) }
        }
        return try data.map { try CollocationData(contentsOf: $0, conditions: names) }
    }
}
