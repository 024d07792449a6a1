import Differentiation
import LinearAlgebra
import Models

/// A term made ready for a device: components, and the residual as a program over them.
struct TermLayout {
    let name: String
    let components: ComponentLayout
    let program: ResidualProgram
    /// What each component is, [use]; the residual reads them for every field.
    let operators: [LinearOperator]
    let weight: Double
    let equations: Int

    /// - Throws: `ComputeError.method` or `.equation`.
    init(
        _ term: ResidualTerm, fields: [String], network: Network, parameters: [String: Double], trainable: [String], precision: Precision
    ) throws(ComputeError) {
        let d = network.architecture.dimension
        name = term.name
        weight = term.weight
        equations = term.equations
        guard term.points.points.columns == d else {
            throw .shape(
                "The points of \(term.name) have \(Wording.count(term.points.points.columns, "coordinate")) and the network takes \(d); "
                    + "give points and a network of the same dimension.")
        }
        guard term.points.count > 0 else { throw .shape("\(term.name) has no points; give at least one.") }
        guard weight > 0, weight.isFinite else { throw .equation("The weight \(Wording.number(weight)) of \(term.name) is not a positive number.") }
        switch term.kind {
        case .equations(let residuals):
            for leaf in residuals.flatMap(\.derivatives) where !fields.contains(leaf.field) {
                throw .equation(
                    "The equation \(term.name) contains the field \(leaf.field), and the network's fields are \(fields.joined(separator: ", ")).")
            }
            let methods = term.methods
            let grouped = DerivativeGroups(residuals, dimension: d) { methods[$0] != nil }
            var wishes: [ComponentLayout.Wish] = []
            var carriers: [[FieldDerivative]] = []
            for group in grouped.groups {
                let wish = ComponentLayout.Wish(group.operators, method: methods[group.carrier] ?? term.method)
                let place = wishes.indices.first { use in
                    wishes[use] == wish && carriers[use].allSatisfy { $0.field != group.carrier.field }
                }
                if let place {
                    carriers[place].append(group.carrier)
                } else {
                    wishes.append(wish)
                    carriers.append([group.carrier])
                }
            }
            if wishes.isEmpty {
                // A residual without the unknown still has a value; the network's is then read and not used.
                wishes = [ComponentLayout.Wish(.identity(dimension: d), method: .automatic)]
                carriers = [[]]
            }
            do throws(MethodError) {
                components = try ComponentLayout(
                    wishes, dimension: d, activation: network.architecture.activation, largestWeights: network.largestSlopes, precision: precision,
                    hiddenLayers: network.architecture.widths.count - 2 + (network.architecture.embedding == nil ? 0 : 1))
            } catch { throw .method(error) }
            operators = wishes.map(\.operators)
            // [field][use]; where a field does not use a component, a derivative that no residual has.
            let list = fields.flatMap { field in
                carriers.indices.map { use in
                    carriers[use].first { $0.field == field } ?? TermLayout.unread(use, field: fields.firstIndex(of: field) ?? 0, dimension: d)
                }
            }
            do throws(ExpressionError) {
                program = try ResidualProgram(grouped.residuals, components: list, parameters: parameters, trainable: trainable)
            } catch { throw .equation("\(error)") }
        case .periodic(let axis, let period, let derivatives):
            let indices = derivatives.map(\.index).reduce(into: [MultiIndex]()) { if !$0.contains($1) { $0.append($1) } }
            operators = indices.map { LinearOperator(dimension: d, terms: [.init(1, $0)]) }
            do throws(MethodError) { components = try ComponentLayout(jumpsOf: operators, dimension: d, axis: axis, period: period) } catch {
                throw .method(error)
            }
            let list = fields.flatMap { field in indices.map { FieldDerivative(field, $0) } }
            do throws(ExpressionError) {
                var residuals: [Expression] = []
                for derivative in derivatives {
                    var graph = ExpressionGraph(coordinates: Vocabulary.standardCoordinates(d))
                    let root = graph.derivative(derivative)
                    residuals.append(Expression(graph: graph, root: root))
                }
                program = try ResidualProgram(residuals, components: list, trainable: trainable)
            } catch { throw .equation("\(error)") }
        }
    }

    /// A derivative that stands in no residual, a different one for every place.
    private static func unread(_ use: Int, field: Int, dimension: Int) -> FieldDerivative {
        var exponents = Array(repeating: 0, count: dimension)
        exponents[0] = 1000 + use * NetworkArchitecture.largestFields + field
        return FieldDerivative("", MultiIndex(exponents))
    }
}
