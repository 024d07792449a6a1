/// Reads an expression by recursive descent into a graph.
///
///     equation   = expression [ "=" expression ]
///     expression = product { ("+" | "-") product }
///     product    = signed { ("*" | "/") signed }
///     signed     = { "+" | "-" } power
///     power      = primary [ "^" signed ]
///     primary    = number | name | function "(" expression { "," expression } ")" | "(" expression ")"
struct Parser {
    let text: String
    let vocabulary: Vocabulary
    var graph: ExpressionGraph
    /// Whether a condition on points with data is read, which may bring their normals.
    var isCondition = false
    private var tokens: [Lexer.Token]
    private var position = 0
    private var depth = 0

    /// Parentheses, functions and powers inside each other beyond this are refused, so that no text exhausts the stack.
    private static let largestDepth = 100

    init(_ text: String, from first: Int = 0, in vocabulary: Vocabulary) throws(ExpressionError) {
        self.text = text
        self.vocabulary = vocabulary
        graph = ExpressionGraph(coordinates: vocabulary.coordinates)
        tokens = try Lexer.tokens(of: text, from: first)
        guard tokens.count > 1 else { throw ExpressionError("The expression is empty.", text: text, column: first + 1) }
    }

    var next: Lexer.Token { tokens[position] }

    /// Steps over the next token and returns it; the end mark stays.
    @discardableResult
    mutating func take() -> Lexer.Token {
        let token = tokens[position]
        if position + 1 < tokens.count { position += 1 }
        return token
    }

    /// Steps over a sign if it is next.
    mutating func take(_ sign: Character) -> Bool {
        guard next.kind == .sign(sign) else { return false }
        take()
        return true
    }

    func failure(_ message: String, at token: Lexer.Token) -> ExpressionError {
        ExpressionError(message, text: text, column: token.column)
    }

    // MARK: Grammar

    /// left − right, or the expression that shall vanish.
    mutating func equation() throws(ExpressionError) -> Int {
        let left = try expression()
        guard next.kind == .sign("=") else { return left }
        let sign = take()
        if next.kind == .sign("=") { throw failure("An equation is written with one =.", at: next) }
        let right = try expression()
        if next.kind == .sign("=") { throw failure("An equation has one =, and this is a second one.", at: next) }
        return try apply(.subtract, left, right, at: sign)
    }

    mutating func expression() throws(ExpressionError) -> Int {
        var sum = try product()
        while next.kind == .sign("+") || next.kind == .sign("-") {
            let sign = take()
            let term = try product()
            sum = try apply(sign.kind == .sign("+") ? .add : .subtract, sum, term, at: sign)
        }
        return sum
    }

    private mutating func product() throws(ExpressionError) -> Int {
        var product = try signed()
        while next.kind == .sign("*") || next.kind == .sign("/") {
            let sign = take()
            let factor = try signed()
            product = try apply(sign.kind == .sign("*") ? .multiply : .divide, product, factor, at: sign)
        }
        return product
    }

    private mutating func signed() throws(ExpressionError) -> Int {
        var negative = false
        while next.kind == .sign("-") || next.kind == .sign("+") { negative = (take().kind == .sign("-")) != negative }
        let value = try power()
        return negative ? graph.negate(value) : value
    }

    private mutating func power() throws(ExpressionError) -> Int {
        let base = try primary()
        guard next.kind == .sign("^") else { return base }
        let sign = take()
        try enter(sign)
        let place = next
        let exponent = try signed()
        depth -= 1
        if let value = graph.constantValue(exponent), graph.constantValue(base) == nil, value.magnitude > Double(ExpressionGraph.largestExponent) {
            throw failure("The exponent is too large: at most \(ExpressionGraph.largestExponent) is possible.", at: place)
        }
        return try apply(.power, base, exponent, at: sign)
    }

    private mutating func primary() throws(ExpressionError) -> Int {
        let token = next
        switch token.kind {
        case .number(let value):
            take()
            if case .name(let name) = next.kind, next.column == token.column + token.text.count {
                throw failure("A product is written with *: \(token.text)*\(name).", at: next)
            }
            return graph.constant(value)
        case .name(let name):
            take()
            return next.kind == .sign("(") ? try call(name, token) : try meaning(of: name, token)
        case .sign("("):
            try enter(take())
            let value = try expression()
            try close(token)
            return value
        case .sign(")"): throw failure("This parenthesis closes nothing: an expression is missing before it, or one \")\" is too many.", at: token)
        case .sign(let sign): throw failure("An expression is missing before \"\(sign)\".", at: token)
        case .end: throw failure("The expression ends too early: something is missing here.", at: token)
        }
    }

    // MARK: Parts

    mutating func enter(_ token: Lexer.Token) throws(ExpressionError) {
        depth += 1
        guard depth <= Parser.largestDepth else {
            throw failure("The expression is nested more than \(Parser.largestDepth) deep here: write it with fewer levels.", at: token)
        }
    }

    /// Expects the ")" that belongs to `opening`.
    mutating func close(_ opening: Lexer.Token) throws(ExpressionError) {
        depth -= 1
        if take(")") { return }
        if next.kind == .end { throw failure("This parenthesis is never closed: add a \")\".", at: opening) }
        throw unexpected(next)
    }

    /// The complaint about a token where an operator or the end should be.
    func unexpected(_ token: Lexer.Token) -> ExpressionError {
        switch token.kind {
        case .sign(")"): failure("This parenthesis was never opened: remove it.", at: token)
        case .sign(","): failure("A comma only stands between the arguments of a function.", at: token)
        case .sign("="): failure("An = only stands between the two sides of an equation.", at: token)
        default: failure("An operator is missing before \"\(token.text.prefix(24))\".", at: token)
        }
    }

    /// f(a, b), refusing constants without a finite value and expressions without end.
    private mutating func apply(
        _ function: ExpressionGraph.BinaryFunction, _ a: Int, _ b: Int, at token: Lexer.Token
    ) throws(ExpressionError) -> Int {
        if let left = graph.constantValue(a), let right = graph.constantValue(b), !function.value(left, right).isFinite {
            throw failure("The value of \"\(function.rawValue)\" for the numbers \(left) and \(right) is not a finite number.", at: token)
        }
        if function == .divide, graph.constantValue(b) == 0 { throw failure("This divides by zero.", at: token) }
        let result = graph.apply(function, a, b)
        try checkSize(token)
        return result
    }

    func checkSize(_ token: Lexer.Token) throws(ExpressionError) {
        guard graph.operations.count <= ExpressionGraph.largestCount else {
            throw failure("The expression has grown beyond \(ExpressionGraph.largestCount) terms here: simplify it.", at: token)
        }
    }

    /// A call, the name read and "(" next.
    private mutating func call(_ name: String, _ token: Lexer.Token) throws(ExpressionError) -> Int {
        let unary = name == "-" ? nil : ExpressionGraph.UnaryFunction(rawValue: name)
        let binary = ExpressionGraph.BinaryFunction.callable.first { $0.rawValue == name }
        let isOperator = name == "laplacian" || name == "biharmonic"
        guard unary != nil || binary != nil || isOperator else { throw notAFunction(name, token) }
        let opening = take()
        try enter(opening)
        var arguments: [Int] = []
        if next.kind != .sign(")") {
            repeat { arguments.append(try expression()) } while take(",")
        }
        try close(opening)
        let wanted = binary == nil ? 1 : 2
        guard arguments.count == wanted else {
            throw failure("The function \(name) takes \(wanted) argument\(wanted == 1 ? "" : "s"), not \(arguments.count).", at: token)
        }
        if let unary {
            if let value = graph.constantValue(arguments[0]), !unary.value(value).isFinite {
                throw failure("The value \(name)(\(value)) is not a finite number.", at: token)
            }
            return graph.apply(unary, arguments[0])
        }
        if let binary { return try apply(binary, arguments[0], arguments[1], at: token) }
        var result = try laplacian(of: arguments[0], token)
        if name == "biharmonic" { result = try laplacian(of: result, token) }
        return result
    }

    /// Σ ∂²/∂x_i² over the coordinates of space.
    private mutating func laplacian(of argument: Int, _ token: Lexer.Token) throws(ExpressionError) -> Int {
        let axes = vocabulary.spaceAxes
        guard !axes.isEmpty else { throw failure("There is no coordinate of space for \(token.text) to act on.", at: token) }
        var seconds: [Int] = []
        for axis in axes {
            do {
                let first = try graph.derivative(of: argument, axis: axis)
                seconds.append(try graph.derivative(of: first, axis: axis))
            } catch {
                throw failure(error.message, at: token)
            }
        }
        let sum = graph.sum(of: seconds)
        try checkSize(token)
        for node in graph.reachable(from: [sum]) {
            guard case .derivative(let leaf) = graph.operations[node], leaf.index.order > Parser.largestOrder else { continue }
            throw failure(
                "This needs a derivative of order \(leaf.index.order) of \(leaf.field): at most \(Parser.largestOrder) is possible.", at: token)
        }
        return sum
    }

    /// The highest derivative of a field.
    static let largestOrder = 4
}
