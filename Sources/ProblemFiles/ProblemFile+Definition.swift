import Models
import Problems

extension ProblemFile {
    /// What the file says.
    ///
    /// - Throws: `ProblemFileError`.
    func definition() throws(ProblemFileError) -> ProblemDefinition {
        try requireKnown(root, ProblemFile.keys, at: "")
        let shape = try shape()
        let coordinates = try coordinates(shape)
        let fields = try root["fields"].map { node throws(ProblemFileError) in try strings(node, "fields") } ?? ["u"]
        let file = path.split(separator: "/").last.map(String.init) ?? path
        var definition = ProblemDefinition(
            name: try root["name"].map { node throws(ProblemFileError) in try string(node, "name") }
                ?? (file.hasSuffix(".toml") ? String(file.dropLast(5)) : file),
            coordinates: coordinates, shape: shape, fields: fields, parameters: try numberTable("parameters"), equations: try equations(),
            conditions: [])
        definition.summary =
            try root["summary"].map { node throws(ProblemFileError) in try string(node, "summary") } ?? definition.equations.joined(separator: "; ")
        if let node = root["trainable"] { definition.trainable = try strings(node, "trainable") }
        definition.exactParameters = try numberTable("exact-parameters")
        definition.hard = try hard(fields)
        definition.exact = try exact(fields)
        definition.conditions = try conditions(dimension: coordinates.count)
        if let node = root["reference"] {
            definition.reference = .tabulated(try reference(try string(node, "reference"), dimension: coordinates.count, fields: fields))
        }
        return definition
    }

    private func shape() throws(ProblemFileError) -> Shape {
        guard let node = root["domain"] else { return .box }
        let name = try string(node, "domain")
        guard let shape = Shape(rawValue: name) else {
            throw failure("domain", "there is no domain \"\(name)\"; choose one of \(Shape.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return shape
    }

    /// In the order of the text, which is that of the points' columns.
    private func coordinates(_ shape: Shape) throws(ProblemFileError) -> [ProblemDefinition.Coordinate] {
        guard let node = root["coordinates"] else {
            if shape != .box { return [.init("x", -1, 1), .init("y", -1, 1)] }
            throw failure("coordinates", "the coordinates are missing; write for example coordinates = { x = [-1, 1], t = [0, 1] }")
        }
        let members = try table(node, "coordinates")
        let order = places.keys(of: "coordinates")
        let names = members.keys.sorted { (order.firstIndex(of: $0) ?? .max, $0) < (order.firstIndex(of: $1) ?? .max, $1) }
        var coordinates: [ProblemDefinition.Coordinate] = []
        for name in names {
            let key = "coordinates.\(name)"
            let ends = try numbers(members[name] ?? .other, key)
            guard ends.count == 2 else { throw failure(key, "an interval has two ends, such as [-1, 1], not \(ends.count)") }
            coordinates.append(.init(name, ends[0], ends[1]))
        }
        return coordinates
    }

    private func equations() throws(ProblemFileError) -> [String] {
        switch (root["equation"], root["equations"]) {
        case (let node?, nil): return [try string(node, "equation")]
        case (nil, let node?): return try strings(node, "equations")
        case (nil, nil): throw failure("equation", "the equation is missing; write for example equation = \"laplacian(u) = 1\"")
        case (_?, _?): throw failure("equations", "there is an \"equation\" too; give one of them")
        }
    }

    private func exact(_ fields: [String]) throws(ProblemFileError) -> [String] {
        switch root["exact"] {
        case nil: return []
        case .string(let text): return [text]
        case .table(let members):
            try requireKnown(members, fields, at: "exact")
            var formulas: [String] = []
            for field in fields {
                guard let node = members[field] else { throw failure("exact", "the formula for \(field) is missing") }
                formulas.append(try string(node, "exact.\(field)"))
            }
            return formulas
        case .some(let node): return try strings(node, "exact")
        }
    }

    /// `{ offset, factor }` for a single field, or a table of these by field.
    private func hard(_ fields: [String]) throws(ProblemFileError) -> [String: ProblemDefinition.Hard] {
        guard let node = root["hard"] else { return [:] }
        let members = try table(node, "hard")
        let isSingle = members.isEmpty || members.values.contains { if case .table = $0 { false } else { true } }
        if isSingle {
            guard fields.count == 1 else {
                throw failure("hard", "the problem has several fields; write hard = { \(fields[0]) = { offset = \"…\", factor = \"…\" } }")
            }
            return [fields[0]: try form(members, "hard")]
        }
        try requireKnown(members, fields, at: "hard")
        var forms: [String: ProblemDefinition.Hard] = [:]
        for (field, node) in members.sorted(by: { $0.key < $1.key }) { forms[field] = try form(try table(node, "hard.\(field)"), "hard.\(field)") }
        return forms
    }

    private func form(_ members: [String: TOMLNode], _ key: String) throws(ProblemFileError) -> ProblemDefinition.Hard {
        try requireKnown(members, ["offset", "factor"], at: key)
        guard !members.isEmpty else { throw failure(key, "an offset or a factor is missing; write { offset = \"…\", factor = \"…\" }") }
        var form = ProblemDefinition.Hard()
        if let node = members["offset"] { form.offset = try string(node, key + ".offset") }
        if let node = members["factor"] { form.factor = try string(node, key + ".factor") }
        return form
    }

    private func conditions(dimension: Int) throws(ProblemFileError) -> [ProblemDefinition.Condition] {
        guard let node = root["conditions"] else { return [] }
        var conditions: [ProblemDefinition.Condition] = []
        for (index, node) in try array(node, "conditions").enumerated() {
            let key = "conditions[\(index)]"
            let members = try table(node, key)
            try requireKnown(members, ["on", "at", "data", "periodic", "equation", "weight"], at: key)
            var condition = try condition(members, key, dimension: dimension)
            if let node = members["weight"] { condition.weight = try number(node, key + ".weight") }
            conditions.append(condition)
        }
        return conditions
    }

    private func condition(_ members: [String: TOMLNode], _ key: String, dimension: Int) throws(ProblemFileError) -> ProblemDefinition.Condition {
        let given = ["on", "at", "data"].filter { members[$0] != nil }
        guard given.count <= 1 else { throw failure("\(key).\(given[1])", "there is \"\(given[0])\" too; a condition has one place") }
        if let node = members["periodic"] {
            guard members["equation"] == nil else { throw failure("\(key).equation", "a periodic condition has no equation; leave one of them out") }
            switch node {
            case .string(let coordinate):
                guard given.isEmpty else {
                    throw failure("\(key).periodic", "write periodic = \"\(coordinate)\" without \"\(given[0])\", or periodic = true")
                }
                return .init(.ends(of: coordinate), .periodic)
            case .boolean(true):
                guard let node = members["on"] else {
                    throw failure("\(key).periodic", "the faces are missing; write on = \"x = -1, x = 1\", or periodic = \"x\"")
                }
                return .init(.boundary(try string(node, key + ".on")), .periodic)
            case .boolean(false): break
            default: throw failure("\(key).periodic", "a coordinate's name or true is needed here, not \(node.kind)")
            }
        }
        guard let equation = members["equation"] else {
            throw failure(key, "its equation is missing; write for example { on = \"boundary\", equation = \"u = 0\" }")
        }
        let statement = ProblemDefinition.Condition.Statement.equation(try string(equation, key + ".equation"))
        if let node = members["at"] { return .init(.point(try numbers(node, key + ".at")), statement) }
        if let node = members["data"] {
            let name = try string(node, key + ".data")
            return .init(.points(try points(name, dimension: dimension, key: key + ".data"), name: name), statement)
        }
        guard let node = members["on"] else {
            throw failure(key, "its place is missing; write on = \"boundary\", on = \"x = -1\", at = [0, 0] or data = \"points.npy\"")
        }
        return .init(.boundary(try string(node, key + ".on")), statement)
    }
}
