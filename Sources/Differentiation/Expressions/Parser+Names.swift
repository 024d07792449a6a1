extension Parser {
    /// What a name that is not called stands for.
    mutating func meaning(of name: String, _ token: Lexer.Token) throws(ExpressionError) -> Int {
        let dimension = vocabulary.coordinates.count
        if let axis = vocabulary.coordinates.firstIndex(of: name) { return graph.coordinate(axis) }
        if vocabulary.fields.contains(name) { return graph.derivative(FieldDerivative(name, MultiIndex(Array(repeating: 0, count: dimension)))) }
        if vocabulary.parameters.contains(name) { return graph.parameter(name) }
        if name == "pi" { return graph.constant(.pi) }
        if vocabulary.data.contains(name), !Vocabulary.reserved.contains(name) { return graph.data(name) }
        if Vocabulary.reserved.contains(name), name != "weight" {
            throw failure("The function \(name) needs its argument in parentheses: \(name)(…).", at: token)
        }
        if let normal = try normalDerivative(name, token) { return normal }
        if let derivative = try fieldDerivative(name, token) { return graph.derivative(derivative) }
        throw unknown(name, token)
    }

    /// A name of the form field_n, field_nn, …: the derivative along the outward normal, Σ n_i ∂_i again and again with the normal held fast.
    private mutating func normalDerivative(_ name: String, _ token: Lexer.Token) throws(ExpressionError) -> Int? {
        guard !vocabulary.coordinates.contains("n"),
            let field = vocabulary.fields.filter({ name.hasPrefix($0 + "_n") }).max(by: { $0.count < $1.count })
        else { return nil }
        let order = name.count - field.count - 1
        guard name.dropFirst(field.count + 1).allSatisfy({ $0 == "n" }) else { return nil }
        guard vocabulary.hasNormal else {
            guard isCondition else { throw failure("The normal derivative \(name) only stands in a condition on a boundary.", at: token) }
            let arrays = vocabulary.coordinates.map { Vocabulary.normalPrefix + $0 }.joined(separator: ", ")
            throw failure(
                "The normal derivative \(name) needs the outward normal: give it with the points as \(arrays), an array with one number a point for "
                    + "each coordinate.", at: token)
        }
        guard order <= Parser.largestOrder else {
            throw failure("The derivative \(name) has order \(order): at most \(Parser.largestOrder) is possible.", at: token)
        }
        var terms: [(factor: Int, exponents: [Int])] = [(graph.constant(1), Array(repeating: 0, count: vocabulary.coordinates.count))]
        for _ in 0..<order {
            var next: [(factor: Int, exponents: [Int])] = []
            for (factor, exponents) in terms {
                for (axis, coordinate) in vocabulary.coordinates.enumerated() {
                    var raised = exponents
                    raised[axis] += 1
                    next.append((graph.apply(.multiply, factor, graph.data(Vocabulary.normalPrefix + coordinate)), raised))
                }
            }
            terms = next
            guard terms.count <= 20_000 else { throw failure("The derivative \(name) has too many terms in so many coordinates.", at: token) }
        }
        var sum = graph.constant(0)
        for (factor, exponents) in terms {
            let leaf = graph.derivative(FieldDerivative(field, MultiIndex(exponents)))
            sum = graph.apply(.add, sum, graph.apply(.multiply, factor, leaf))
        }
        try checkSize(token)
        return sum
    }

    /// A name of the form field_coordinates, nil if no field begins it.
    private func fieldDerivative(_ name: String, _ token: Lexer.Token) throws(ExpressionError) -> FieldDerivative? {
        // The longest field first: a field's own name may hold underscores.
        guard let field = vocabulary.fields.filter({ name.hasPrefix($0 + "_") }).max(by: { $0.count < $1.count }) else { return nil }
        let spelled = String(name.dropFirst(field.count + 1))
        guard let index = MultiIndex(spelled: spelled, coordinates: vocabulary.coordinates) else {
            let known = vocabulary.coordinates.joined(separator: ", ")
            throw failure(
                spelled.isEmpty
                    ? "The derivative \(name) names no coordinate: write for example \(field)_\(vocabulary.coordinates.first ?? "x")."
                    : "\"\(spelled)\" in \(name) is not a sequence of the coordinates \(known).", at: token)
        }
        guard index.order <= Parser.largestOrder else {
            throw failure("The derivative \(name) has order \(index.order): at most \(Parser.largestOrder) is possible.", at: token)
        }
        return FieldDerivative(field, index)
    }

    /// The complaint about a call of something that is no function.
    func notAFunction(_ name: String, _ token: Lexer.Token) -> ExpressionError {
        let kind =
            vocabulary.coordinates.contains(name)
            ? "coordinate"
            : vocabulary.fields.contains(name) ? "field" : vocabulary.parameters.contains(name) ? "parameter" : name == "pi" ? "number" : nil
        if let kind { return failure("The \(kind) \(name) is not a function: write \(name)*(…) for a product.", at: token) }
        let functions = Vocabulary.reserved.subtracting(["pi", "weight", "-"])
        return failure("There is no function \(name)" + (NearestName.of(name, among: functions).map { ": \($0) is near it." } ?? "."), at: token)
    }

    private func unknown(_ name: String, _ token: Lexer.Token) -> ExpressionError {
        var known = Set(vocabulary.coordinates + vocabulary.fields + vocabulary.parameters + vocabulary.data)
        known.formUnion(Vocabulary.reserved.subtracting(["weight", "-"]))
        let near = NearestName.of(name, among: known)
        let listed = (vocabulary.coordinates + vocabulary.fields + vocabulary.parameters + vocabulary.data).prefix(12).joined(separator: ", ")
        return failure("The name \(name.prefix(40)) is unknown" + (near.map { ": \($0) is near it." } ?? ": known are \(listed)."), at: token)
    }
}
