import Differentiation
import LinearAlgebra
import Models
import ProblemFiles
import Problems

/// What trials are about: a problem of the catalogue or of a file, or equations on the points of a file.
enum TrialProblem {
    static let isSampled = TrialKey.Condition(on: ["data"], "no points are laid where data brings them; leave out one of them") { $0["data"] == nil }

    /// The keys that say it.
    ///
    /// - Parameters:
    ///   - equation: the name of the key with the equation, `equation` or `equations`.
    ///   - sampling: how points are laid unless that is given.
    static func keys(equations: Bool, sampling: TrialKey.Fallback = .value(.text("grid"))) -> [TrialKey] {
        let isEquation = TrialKey.Condition(
            on: ["problem"],
            "it goes with \(equations ? "equations" : "equation"), and a problem has its own: leave out one of them, or write a problem file to change it"
        ) { $0["problem"] == nil }
        let statements: [TrialKey] =
            equations
            ? [
                texts("equations", "equations, with data", when: isEquation),
                texts("unknowns", "names of the network's outputs where equations are given", .value(.list([.text("u")])), when: isEquation),
                texts("trainable", "parameters of the equations that are trained", when: isEquation),
            ]
            : [
                text("equation", "a linear equation, with data", when: isEquation),
                text("exact", "the exact solution of the equation", when: isEquation),
            ]
        return [
            TrialKey("problem", "a problem of the catalogue or a problem file", .absent, check: problem),
            file("data", "points from a safetensors file"),
        ] + statements + [
            texts("conditions", "conditions such as \"boundary: u - g, weight 1\"", when: isEquation),
            texts("coordinates", "names of the coordinates", when: isEquation),
            .number("parameters.*", "a parameter of the equation", .absent, "a finite number", when: isEquation) { $0.isFinite },
            .choice("sampling", "how points are laid", sampling, of: Sampling.allCases.map(\.rawValue), when: isSampled),
            .integer("seed", "the seed of all random numbers", .absent, in: 0...9_007_199_254_740_992),
            .choice("precision", "working precision", .value(.text("f64")), of: ["f32", "f64"]),
            TrialKey("derivative", "ad, fd:ACCURACY:STEP or fd-exact:ACCURACY:STEP", .value(.text("ad"))) { value, _ throws(TrialRefusal) in
                guard let text = value.text else { throw TrialRefusal("a text such as \"fd:2:1e-3\" is needed here, not \(value.kind)") }
                do { return .text("\(try DerivativeMethod(parsing: text))") } catch { throw TrialRefusal("\(error)") }
            },
        ]
    }

    static func rules(equations key: String) -> [TrialRule] {
        [
            TrialRule(about: ["problem", key, "data"]) { settings, _ throws(TrialRefusal) in
                if settings["problem"] == nil && settings[key] == nil {
                    throw TrialRefusal("a problem is needed, of the catalogue or of a file, or \(key) with data")
                }
                if settings["problem"] == nil && settings["data"] == nil {
                    throw TrialRefusal("\(key) need points: give data, a safetensors file with an array \"interior\"")
                }
            }
        ]
    }

    // MARK: Forms of keys

    static func text(_ name: String, _ help: String, when condition: TrialKey.Condition? = nil) -> TrialKey {
        TrialKey(name, help, .absent, when: condition) { value, _ throws(TrialRefusal) in
            guard value.text != nil else { throw TrialRefusal("a text in quotation marks is needed here, not \(value.kind)") }
            return value
        }
    }

    /// Texts; one that stands alone is a list of one.
    static func texts(
        _ name: String, _ help: String, _ fallback: TrialKey.Fallback = .absent, when condition: TrialKey.Condition? = nil
    ) -> TrialKey {
        TrialKey(name, help, fallback, when: condition) { value, _ throws(TrialRefusal) in
            if value.text != nil { return .list([value]) }
            guard let list = value.list, list.allSatisfy({ $0.text != nil }) else { throw TrialRefusal("texts in brackets are needed here") }
            return value
        }
    }

    /// A file, known by what it holds.
    static func file(_ name: String, _ help: String) -> TrialKey {
        TrialKey(name, help, .absent) { value, files throws(TrialRefusal) in
            guard let path = value.text else { throw TrialRefusal("the name of a file in quotation marks is needed here, not \(value.kind)") }
            return try files.reference(to: path)
        }
    }

    static func activation(_ fallback: TrialKey.Fallback, when condition: TrialKey.Condition? = nil) -> TrialKey {
        .choice("activation", "the activation", fallback, of: Activation.allNames, when: condition)
    }

    /// A catalogue name stays; a file is read, and known by its contents and those of the files it names.
    private static func problem(_ value: TrialValue, _ files: TrialFiles) throws(TrialRefusal) -> TrialValue {
        guard let name = value.text else { throw TrialRefusal("a problem's name in quotation marks is needed here, not \(value.kind)") }
        if Problem.names.contains(name) { return value }
        guard files.holds(name) else {
            throw TrialRefusal(
                "there is no problem \"\(name)\" in the catalogue and no file of that name; "
                    + (NearestName.of(name, among: Problem.names).map { "the nearest name is \"\($0)\"" } ?? "`residua problems` lists all"))
        }
        do { _ = try files.problem(files.path(named: name)) } catch { throw TrialRefusal("\(error)") }
        return try files.reference(to: name, with: ProblemDependencies.files)
    }

    // MARK: A trial's problem

    /// The problem that the settings name; nil for equations, and for one that cannot be read.
    static func named(_ settings: TrialSettings, _ files: TrialFiles) -> Problem? {
        settings["problem"]?.text.flatMap { try? files.problem(files.path(of: $0)) }
    }

    /// The number of coordinates of the problem that the settings name, or of their data; nil where neither can be read.
    static func dimension(_ settings: TrialSettings, _ files: TrialFiles) -> Int? {
        if settings["problem"] != nil { return named(settings, files)?.dimension }
        return settings["data"]?.text.flatMap { try? CollocationData(contentsOf: files.path(of: $0)).dimension }
    }

    /// The problem and, where its points come from a file, those.
    static func read(
        _ trial: Trial, _ context: TrialContext, equations: [String], fields: [String], dimension: Int?
    ) throws -> (problem: Problem, points: CollocationPoints?) {
        let path = trial.text("data").map(context.files.path(of:))
        let conditions = trial.settings["conditions"]?.list?.compactMap(\.text) ?? []
        var names: [String] = []
        for text in conditions {
            let name = String(text.prefix { $0 != ":" }.filter { $0 != " " })
            guard !name.isEmpty, text.contains(":") else {
                throw TrialRefusal("the condition \"\(text)\" has no name; write NAME: EQUATION, such as \"boundary: u - g, weight 1\"")
            }
            if !names.contains(name) { names.append(name) }
        }
        let data = try path.map { try CollocationData(contentsOf: $0, conditions: names) }
        let problem: Problem
        if let name = trial.text("problem") {
            problem = try context.files.problem(context.files.path(of: name))
        } else {
            var parameters: [String: Double] = [:]
            for (key, value) in trial.settings where key.hasPrefix("parameters.") {
                parameters[String(key.dropFirst("parameters.".count))] = value.number
            }
            problem = try Problem(
                equations: equations, conditions: conditions, fields: fields,
                coordinates: trial.settings["coordinates"]?.list?.compactMap(\.text), parameters: parameters,
                trainable: trial.settings["trainable"]?.list?.compactMap(\.text) ?? [], dimension: data?.dimension ?? dimension ?? 1,
                data: data.map { Array($0.arrays.keys) } ?? [])
        }
        return (problem, try data.map { try $0.collocation(of: problem, path: path ?? "") })
    }
}
