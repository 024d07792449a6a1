import Differentiation
import Models

/// What all members of an ensemble share.
struct EnsembleShape {
    let architecture: NetworkArchitecture
    let fields: [String]
    let parameters: [String: Double]
    let trainable: [String]
    let precision: Precision

    /// The same in float64.
    var exact: EnsembleShape {
        EnsembleShape(architecture: architecture, fields: fields, parameters: parameters, trainable: trainable, precision: .f64)
    }
}

/// Members sorted into groups that a device can train in one call: derivatives carried alike, but for the places of stencils and their scales.
struct EnsembleSorting {
    /// Terms with their layouts.
    struct Plan {
        let terms: [ResidualTerm]
        let layouts: [TermLayout]

        init(shape: EnsembleShape, terms: [ResidualTerm], member: Ensemble.Member) throws(ComputeError) {
            self.terms = terms
            let network = Network(shape.architecture, parameters: Array(member.parameters[..<shape.architecture.parameterCount]))
            var layouts: [TermLayout] = []
            for term in terms {
                layouts.append(
                    try TermLayout(
                        term, fields: shape.fields, network: network, parameters: shape.parameters, trainable: shape.trainable,
                        precision: shape.precision))
            }
            self.layouts = layouts
        }

        /// Whether steps or quadratures depend on the network.
        var dependsOnNetwork: Bool {
            terms.contains { term in
                ([term.method] + term.methods.values).contains { method in
                    switch method {
                    case .automatic, .finiteDifference(_, .fixed, _): false
                    case .finiteDifference, .exactDifference: true
                    }
                }
            }
        }

        func isAlike(_ other: Plan) -> Bool {
            terms.count == other.terms.count
                && zip(terms, other.terms).allSatisfy { $0.points == $1.points && $0.weight == $1.weight }
                && zip(layouts, other.layouts).allSatisfy { a, b in
                    let (x, y) = (a.components, b.components)
                    return a.program == b.program && a.equations == b.equations && x.jets == y.jets && x.channels == y.channels
                        && x.arithmetic == y.arithmetic && x.places.count == y.places.count && x.sums.map(\.weights) == y.sums.map(\.weights)
                }
        }
    }

    struct Part {
        let plan: Plan
        /// Members, and the plan of each.
        var members: [Int]
        var plans: [Plan]
    }

    private(set) var parts: [Part] = []
    private(set) var places: [(group: Int, index: Int)] = []

    init(
        _ members: [Ensemble.Member], shape: EnsembleShape, terms: (DerivativeMethod) throws(ComputeError) -> [ResidualTerm]
    ) throws(ComputeError) {
        // Methods that do not look at the network have one plan for all members.
        var known: [DerivativeMethod: (plan: Plan, part: Int)] = [:]
        for (index, member) in members.enumerated() {
            let place: Int
            if let found = known[member.method] {
                place = found.part
                parts[place].plans.append(found.plan)
            } else {
                let plan = try Plan(shape: shape, terms: try terms(member.method), member: member)
                if let same = parts.firstIndex(where: { $0.plan.isAlike(plan) }) {
                    place = same
                    parts[place].plans.append(plan)
                } else {
                    place = parts.count
                    parts.append(Part(plan: plan, members: [], plans: [plan]))
                }
                if !plan.dependsOnNetwork { known[member.method] = (plan, place) }
            }
            places.append((place, parts[place].members.count))
            parts[place].members.append(index)
        }
    }
}
