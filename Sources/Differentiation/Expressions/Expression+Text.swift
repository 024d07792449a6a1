extension Expression {
    /// Reads a formula.
    ///
    /// It is written with the vocabulary's names, derivatives such as `u_xx` or `u_x1x2` up to order 4, `laplacian(…)` and `biharmonic(…)` over the
    /// coordinates of space, numbers, `pi`, `+ - * / ^` (powers first and from the right, then signs), and
    /// `sin cos tan tanh sinh cosh exp log sqrt abs sign atan2 min max`.
    ///
    /// - Throws: `ExpressionError` with the column of the mistake.
    public init(parsing text: String, in vocabulary: Vocabulary) throws(ExpressionError) {
        var parser = try Parser(text, in: vocabulary)
        let root = try parser.expression()
        guard parser.next.kind == .end else { throw parser.unexpected(parser.next) }
        self.init(graph: parser.graph, root: root)
    }

    /// Reads an equation, `left = right` or an expression that shall vanish, as its residual left − right.
    ///
    /// - Throws: `ExpressionError` with the column of the mistake.
    public init(equation text: String, in vocabulary: Vocabulary) throws(ExpressionError) {
        var parser = try Parser(text, in: vocabulary)
        let root = try parser.equation()
        guard parser.next.kind == .end else { throw parser.unexpected(parser.next) }
        self.init(graph: parser.graph, root: root)
    }
}

/// A condition as it is written on the command line: `boundary: u - g, weight 1`.
public struct ConditionStatement: Sendable, Equatable {
    /// What stands before the colon, `boundary` without one: the name of the array of points.
    public let name: String
    /// The expression that shall vanish.
    public let residual: Expression
    /// > 0; 1 if none is given.
    public let weight: Double

    public init(name: String, residual: Expression, weight: Double) {
        self.name = name
        self.residual = residual
        self.weight = weight
    }

    /// Reads `[NAME:] EQUATION [, weight W]`.
    ///
    /// - Throws: `ExpressionError` with the column of the mistake.
    public init(parsing text: String, in vocabulary: Vocabulary) throws(ExpressionError) {
        let characters = Array(text)
        var first = 0
        var name = "boundary"
        if let colon = characters.firstIndex(of: ":") {
            let words = String(characters[..<colon]).split(whereSeparator: \.isWhitespace)
            guard words.count == 1 else {
                throw ExpressionError("The name of a condition is one word before the colon.", text: text, column: words.isEmpty ? colon + 1 : 1)
            }
            name = String(words[0])
            first = colon + 1
        }
        var parser = try Parser(text, from: first, in: vocabulary)
        parser.isCondition = true
        let root = try parser.equation()
        var weight = 1.0
        if parser.take(",") {
            let word = parser.take()
            guard word.kind == .name("weight") else {
                throw ExpressionError("After the comma of a condition stands its weight: \", weight 1\".", text: text, column: word.column)
            }
            let token = parser.take()
            guard case .number(let value) = token.kind, value > 0 else {
                throw ExpressionError("The weight of a condition is a positive number.", text: text, column: token.column)
            }
            weight = value
        }
        guard parser.next.kind == .end else { throw parser.unexpected(parser.next) }
        self.init(name: name, residual: Expression(graph: parser.graph, root: root), weight: weight)
    }
}
