import Differentiation
import LinearAlgebra

/// What a plan does, for people.
public struct PlanExplanation: Sendable, Equatable, CustomStringConvertible {
    public struct Term: Sendable, Equatable {
        public let name: String
        public let points: Int
        public let equations: Int
        /// The derivatives that the residual reads.
        public let components: [String]
        /// How they are carried.
        public let jets: String
        /// S
        public let channels: Int
        /// Places at which the network is evaluated for each point.
        public let places: Int
        /// Operations of the residual and its derivatives a point.
        public let instructions: Int
        public let cost: PlanCost
    }

    public let terms: [Term]
    public let parameters: Int
    public let residuals: Int
    public let memoryBytes: UInt64

    public var description: String {
        var lines = [
            "\(parameters) parameters, \(residuals) residuals, \(memoryBytes / 1024) KiB"
        ]
        for term in terms {
            lines.append("\(term.name): \(Wording.count(term.points, "point")), \(Wording.count(term.equations, "residual")) each")
            lines.append("  reads \(term.components.joined(separator: ", ")); \(term.instructions) operations a point")
            lines.append(
                "  carries \(term.jets): \(term.channels) \(term.channels == 1 ? "channel" : "channels")"
                    + (term.places > 1 ? " at \(term.places) places a point" : ""))
            lines.append(
                "  loss and gradient: \(PlanExplanation.count(term.cost.products)) operations in products, "
                    + "\(PlanExplanation.count(term.cost.elementwise)) others, \(PlanExplanation.count(term.cost.activations)) activations")
        }
        return lines.joined(separator: "\n")
    }

    private static func count(_ value: Double) -> String {
        for (unit, name) in [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")] where value >= unit {
            return "\((value / unit * 100).rounded() / 100) \(name)"
        }
        return "\(Int(value))"
    }
}

extension ResidualPlan {
    /// What the plan does.
    public var explanation: PlanExplanation {
        let terms = zip(layouts, pointCounts).map { layout, points in
            PlanExplanation.Term(
                name: layout.name, points: points, equations: layout.equations,
                components: layout.operators.map {
                    $0.text(coordinates: (0..<$0.dimension).map { axis in coordinateName(axis) }, field: fields.joined(separator: "|"))
                },
                jets: layout.components.jets.text(coordinates: (0..<architecture.dimension).map { coordinateName($0) }),
                channels: layout.components.jets.channels, places: max(1, layout.components.places.count),
                instructions: layout.program.code.count,
                cost: PlanCost(layout.components, points: points, architecture: architecture))
        }
        return PlanExplanation(terms: terms, parameters: parameterCount, residuals: residualCount, memoryBytes: memoryBytes)
    }

    private func coordinateName(_ axis: Int) -> String {
        coordinates.indices.contains(axis) ? coordinates[axis] : Vocabulary.standardCoordinates(architecture.dimension)[axis]
    }
}

extension LinearOperator {
    /// Such as "u_xx + 2 u_xxyy", "u" for the identity.
    fileprivate func text(coordinates: [String], field: String) -> String {
        if terms.count > 6 { return "\(terms.count) derivatives of order \(order) summed" }
        return terms.map { term in
            let name = term.derivative.exponents.enumerated().map { String(repeating: coordinates[$0.offset], count: $0.element) }.joined()
            let factor = term.coefficient == 1 ? "" : "\(term.coefficient) "
            return factor + (name.isEmpty ? field : "\(field)_\(name)")
        }.joined(separator: " + ")
    }
}

extension JetLayout {
    fileprivate func text(coordinates: [String]) -> String {
        switch shape {
        case .biharmonic(let axes): return "the nine-channel biharmonic jet in \(axes.map { coordinates[$0] }.joined(separator: ", "))"
        case .directions(let directions, let tops):
            if directions.isEmpty { return "the value alone" }
            let orders = Dictionary(grouping: directions, by: \.order).sorted { $0.key < $1.key }
            let parts = orders.map { "\($0.value.count) \($0.value.count == 1 ? "direction" : "directions") of order \($0.key)" }
            return parts.joined(separator: " and ") + (tops.isEmpty ? "" : ", \(tops.count) summed \(tops.count == 1 ? "top" : "tops")")
        }
    }
}
