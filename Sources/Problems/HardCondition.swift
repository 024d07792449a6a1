import Differentiation

/// A field that meets conditions by its very form: u(x) = offset(x) + factor(x)·N(x) for whatever network or features N.
///
/// The factor vanishes where the offset alone is to hold.
public struct HardCondition: Sendable, Equatable {
    public let field: String
    /// Over the coordinates and parameters.
    public let offset: Expression
    /// Over the coordinates and parameters.
    public let factor: Expression

    public init(field: String, offset: Expression, factor: Expression) {
        self.field = field
        self.offset = offset
        self.factor = factor
    }
}

extension Problem {
    /// An expression in the fields as one in the bare networks N, which keep the fields' names.
    ///
    /// Every derivative of a field with a hard condition becomes that of offset + factor·N by the product rule, so that ∂^α u needs ∂^β N for β ≤ α.
    /// - Throws: `ProblemError.expression` when a derivative grows too large.
    public func inBareFields(_ expression: Expression) throws(ProblemError) -> Expression {
        var result = expression
        for condition in hard {
            let bare = Field(condition.field, of: coordinates).value
            do {
                result = try result.substituting(condition.offset + condition.factor * bare, for: condition.field)
            } catch {
                throw .expression(error)
            }
        }
        return result
    }
}
