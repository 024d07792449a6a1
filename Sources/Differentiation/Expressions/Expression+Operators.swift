extension Expression: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    public init(floatLiteral value: Double) { self.init(value) }

    public init(integerLiteral value: Int) { self.init(Double(value)) }

    private func combined(_ function: ExpressionGraph.BinaryFunction, _ other: Expression) -> Expression {
        var graph = graph
        let right = graph.insert(other.root, of: other.graph)
        let root = graph.apply(function, root, right)
        return Expression(graph: graph, root: root)
    }

    private func applied(_ function: ExpressionGraph.UnaryFunction) -> Expression {
        var graph = graph
        let root = graph.apply(function, root)
        return Expression(graph: graph, root: root)
    }

    public static func + (a: Expression, b: Expression) -> Expression { a.combined(.add, b) }
    public static func - (a: Expression, b: Expression) -> Expression { a.combined(.subtract, b) }
    public static func * (a: Expression, b: Expression) -> Expression { a.combined(.multiply, b) }
    public static func / (a: Expression, b: Expression) -> Expression { a.combined(.divide, b) }
    public static prefix func - (a: Expression) -> Expression { a.applied(.negate) }

    /// The formula to a power.
    public func power(_ exponent: Expression) -> Expression { combined(.power, exponent) }

    /// f of the formula.
    public func applying(_ function: ExpressionGraph.UnaryFunction) -> Expression { applied(function) }

    /// f of two formulas.
    public static func applying(_ function: ExpressionGraph.BinaryFunction, _ a: Expression, _ b: Expression) -> Expression {
        a.combined(function, b)
    }
}

public func sin(_ a: Expression) -> Expression { a.applying(.sin) }
public func cos(_ a: Expression) -> Expression { a.applying(.cos) }
public func tan(_ a: Expression) -> Expression { a.applying(.tan) }
public func tanh(_ a: Expression) -> Expression { a.applying(.tanh) }
public func sinh(_ a: Expression) -> Expression { a.applying(.sinh) }
public func cosh(_ a: Expression) -> Expression { a.applying(.cosh) }
public func exp(_ a: Expression) -> Expression { a.applying(.exp) }
public func log(_ a: Expression) -> Expression { a.applying(.log) }
public func sqrt(_ a: Expression) -> Expression { a.applying(.sqrt) }
public func abs(_ a: Expression) -> Expression { a.applying(.abs) }

/// An unknown function of the coordinates, from which equations are written: `u.xx + u.yy - f`.
@dynamicMemberLookup
public struct Field: Hashable, Sendable {
    public let name: String
    public let coordinates: [String]

    public init(_ name: String, of coordinates: [String]) {
        self.name = name
        self.coordinates = coordinates
    }

    /// The field itself.
    public var value: Expression { self[MultiIndex(Array(repeating: 0, count: coordinates.count))] }

    /// ∂^α of the field.
    public subscript(index: MultiIndex) -> Expression {
        var graph = ExpressionGraph(coordinates: coordinates)
        let root = graph.derivative(FieldDerivative(name, index))
        return Expression(graph: graph, root: root)
    }

    /// A derivative by the names of its coordinates: `u.xx`, `u.xy`, `u.t`.
    ///
    /// - Precondition: the member is a sequence of coordinates.
    public subscript(dynamicMember coordinates: String) -> Expression {
        guard let index = MultiIndex(spelled: coordinates, coordinates: self.coordinates) else {
            preconditionFailure("\(coordinates) is no sequence of the coordinates \(self.coordinates)")
        }
        return self[index]
    }

    /// Σ ∂²/∂x_i² over the coordinates of space, all but `t`.
    public var laplacian: Expression {
        Field.sum(Vocabulary.spaceAxes(of: coordinates).map { axis in self[MultiIndex(axis: axis, of: coordinates.count, 2)] })
    }

    /// Δ² over the coordinates of space.
    public var biharmonic: Expression {
        let axes = Vocabulary.spaceAxes(of: coordinates)
        return Field.sum(
            axes.flatMap { i in
                axes.map { j in
                    var exponents = Array(repeating: 0, count: coordinates.count)
                    exponents[i] += 2
                    exponents[j] += 2
                    return self[MultiIndex(exponents)]
                }
            })
    }

    private static func sum(_ terms: [Expression]) -> Expression {
        guard var graph = terms.first?.graph else { return Expression(0) }
        let roots = terms.map { graph.insert($0.root, of: $0.graph) }
        let root = graph.sum(of: roots)
        return Expression(graph: graph, root: root)
    }
}

extension MultiIndex {
    /// ∂ⁿ/∂x_axisⁿ
    package init(axis: Int, of dimension: Int, _ order: Int) {
        var exponents = Array(repeating: 0, count: dimension)
        exponents[axis] = order
        self.init(exponents)
    }

    /// A derivative by the names of its coordinates one after another, such as `xxy` or `x1x2`; nil if the text cannot be read so.
    ///
    /// Where several readings exist the one with longer names first is taken.
    package init?(spelled text: String, coordinates: [String]) {
        let letters = Array(text)
        let names = coordinates.enumerated().map { (axis: $0.offset, letters: Array($0.element)) }.sorted { $0.letters.count > $1.letters.count }
        // readable[i]: the axis with which a reading of letters[i...] begins.
        var readable = [Int?](repeating: nil, count: letters.count + 1)
        for start in letters.indices.reversed() {
            readable[start] =
                names.first { name in
                    let end = start + name.letters.count
                    return !name.letters.isEmpty && end <= letters.count && Array(letters[start..<end]) == name.letters
                        && (end == letters.count || readable[end] != nil)
                }?.axis
        }
        guard !letters.isEmpty, readable[0] != nil else { return nil }
        var exponents = [Int](repeating: 0, count: coordinates.count)
        var position = 0
        while let axis = readable[position] {
            exponents[axis] += 1
            position += coordinates[axis].count
        }
        self.init(exponents)
    }
}
