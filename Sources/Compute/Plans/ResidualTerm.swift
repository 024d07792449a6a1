import Differentiation
import LinearAlgebra
import Problems

/// Points with the equations or the condition that shall hold there.
public struct ResidualTerm: Sendable {
    public enum Kind: Sendable {
        /// Expressions that shall vanish.
        case equations([Expression])
        /// Derivatives that shall be the same at a point and at the point moved by `period` along an axis.
        case periodic(axis: Int, period: Double, derivatives: [FieldDerivative])
    }

    /// For messages and tables.
    public var name: String
    public var kind: Kind
    public var points: PointSet
    /// > 0; the weight of the mean square in the loss.
    public var weight: Double
    /// How the derivatives are taken.
    public var method: DerivativeMethod
    /// Derivatives that are taken otherwise.
    public var methods: [FieldDerivative: DerivativeMethod]

    public init(
        _ name: String, _ kind: Kind, at points: PointSet, weight: Double = 1, method: DerivativeMethod = .automatic,
        methods: [FieldDerivative: DerivativeMethod] = [:]
    ) {
        self.name = name
        self.kind = kind
        self.points = points
        self.weight = weight
        self.method = method
        self.methods = methods
    }

    /// The number of residuals of a point.
    public var equations: Int {
        switch kind {
        case .equations(let list): list.count
        case .periodic(_, _, let derivatives): derivatives.count
        }
    }
}
