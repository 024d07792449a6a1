extension ExpressionGraph {
    /// How tightly an operation binds; operands that bind less tightly stand in parentheses.
    private enum Binding: Int {
        case sum, product, sign, power, atom
    }

    /// More text than this is cut short: written out, a graph can be exponentially longer than itself.
    private static let largestText = 20_000

    /// The expression in the language it can be read from, at most 20,000 characters of it.
    public func description(of root: Int) -> String {
        enum Piece {
            case text(String)
            case node(Int, Binding)
        }
        var text = ""
        var pending: [Piece] = [.node(root, .sum)]
        while let piece = pending.popLast() {
            guard text.utf8.count < ExpressionGraph.largestText else { return text + "…" }
            switch piece {
            case .text(let string): text += string
            case .node(let node, let required):
                let (binding, pieces): (Binding, [Piece])
                switch operations[node] {
                case .constant(let value): (binding, pieces) = (value < 0 ? .sign : .atom, [.text(ExpressionGraph.text(of: value))])
                case .coordinate(let axis): (binding, pieces) = (.atom, [.text(coordinates[axis])])
                case .parameter(let name), .data(let name): (binding, pieces) = (.atom, [.text(name)])
                case .derivative(let derivative): (binding, pieces) = (.atom, [.text(self.text(of: derivative))])
                case .unary(.negate, let a): (binding, pieces) = (.sign, [.text("-"), .node(a, .power)])
                case .unary(let function, let a): (binding, pieces) = (.atom, [.text(function.rawValue + "("), .node(a, .sum), .text(")")])
                case .power(let a, let exponent):
                    (binding, pieces) = (.power, [.node(a, .atom), .text(exponent < 0 ? "^(\(exponent))" : "^\(exponent)")])
                case .binary(let function, let a, let b):
                    switch function {
                    case .add: (binding, pieces) = (.sum, [.node(a, .sum), .text(" + "), .node(b, .product)])
                    case .subtract: (binding, pieces) = (.sum, [.node(a, .sum), .text(" - "), .node(b, .product)])
                    case .multiply: (binding, pieces) = (.product, [.node(a, .product), .text("*"), .node(b, .sign)])
                    case .divide: (binding, pieces) = (.product, [.node(a, .product), .text("/"), .node(b, .sign)])
                    case .power: (binding, pieces) = (.power, [.node(a, .atom), .text("^"), .node(b, .atom)])
                    case .atan2, .min, .max:
                        (binding, pieces) = (.atom, [.text(function.rawValue + "("), .node(a, .sum), .text(", "), .node(b, .sum), .text(")")])
                    }
                }
                if binding.rawValue < required.rawValue {
                    pending += [.text(")")] + pieces.reversed() + [.text("(")]
                } else {
                    pending += pieces.reversed()
                }
            }
        }
        return text
    }

    /// `u`, or `u_` and the coordinates in order.
    package func text(of derivative: FieldDerivative) -> String {
        guard derivative.index.order > 0 else { return derivative.field }
        return derivative.field + "_" + zip(coordinates, derivative.index.exponents).map { String(repeating: $0, count: $1) }.joined()
    }

    /// The shortest number that reads back the same; `pi` by its name.
    private static func text(of value: Double) -> String {
        if value == .pi { return "pi" }
        if value == -.pi { return "-pi" }
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
