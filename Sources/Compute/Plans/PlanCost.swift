import Differentiation
import Models

/// Arithmetic that a loss with its gradient takes at least, by these algorithms.
///
/// With S channels a place, S_o of them read by the residual, a point costs 6 h h' S operations for each product between hidden layers (forward,
/// weights, inputs), 6 d h for the first layer, 6 h S_o at the output; 12 S operations for a neuron's activations, twice that from order
/// three on, or 22 and 45 where only one hidden layer makes them; and one σ a neuron and place. A stencil point is a place with one channel
/// and costs 4 d h in the first layer.
public struct PlanCost: Sendable, Equatable {
    /// Floating-point operations in products.
    public var products = 0.0
    /// Other floating-point operations.
    public var elementwise = 0.0
    /// Values of σ.
    public var activations = 0.0

    /// The sum over some terms.
    public static func + (a: PlanCost, b: PlanCost) -> PlanCost {
        PlanCost(products: a.products + b.products, elementwise: a.elementwise + b.elementwise, activations: a.activations + b.activations)
    }

    public init(products: Double = 0, elementwise: Double = 0, activations: Double = 0) {
        self.products = products
        self.elementwise = elementwise
        self.activations = activations
    }

    /// Of one term.
    init(_ components: ComponentLayout, points: Int, architecture: NetworkArchitecture) {
        let widths = architecture.widths.map(Double.init)
        let hidden = Array(widths.dropFirst().dropLast())
        let channels = Double(components.jets.channels)
        let places = Double(max(1, components.places.count))
        let isShifted = components.places.count > 1
        let order = components.jets.order
        let readChannels: Double
        if components.sums.isEmpty {
            readChannels = Double(Set(components.channels).count)
        } else {
            readChannels = Double(
                (0..<components.places.count).reduce(0) { total, place in
                    total + (0..<components.jets.channels).count { c in components.sums.contains { $0.weights[place][c] != 0 } }
                })
        }
        var products = (isShifted ? 4 * places : 6) * widths[0] * hidden[0]
        for (h, next) in zip(hidden, hidden.dropFirst()) { products += 6 * h * next * channels * places }
        products += 6 * (hidden.last ?? 0) * readChannels * widths[widths.count - 1]
        let neurons = hidden.reduce(0, +)
        let rate: Double
        if hidden.count == 1, components.jets.channels > 1 {
            rate = order >= 3 ? 45 : 22
        } else {
            rate = 12 * channels * (order >= 3 ? 2 : 1)
        }
        let count = Double(points)
        self.init(products: products * count, elementwise: rate * neurons * places * count, activations: neurons * places * count)
    }
}

extension ResidualPlan {
    /// Of one loss with its gradient.
    public var cost: PlanCost {
        zip(layouts, pointCounts).reduce(PlanCost()) { $0 + PlanCost($1.0.components, points: $1.1, architecture: architecture) }
    }
}
