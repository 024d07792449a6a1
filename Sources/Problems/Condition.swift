import Differentiation

extension Problem {
    /// A boundary or initial condition, a condition at a point, or data to be met.
    public struct Condition: Sendable {
        /// What shall hold.
        public enum Kind: Sendable {
            /// The expression shall vanish at every point of the place.
            case residual(Expression)
            /// Each derivative shall have the same value at a point x of the axis' lower face and at x + period·e_axis.
            ///
            /// Every derivative is a residual of its own, D u(x) − D u(x + period·e_axis); the condition's mean square is the sum of theirs.
            case periodic(axis: Int, period: Double, derivatives: [FieldDerivative])
        }

        /// Its place as it was written, or the name of the array that holds its points.
        public let name: String
        /// As it was written.
        public let text: String
        /// For a periodic condition the lower face.
        public let place: Place
        public let kind: Kind
        /// > 0; the weight of the condition's mean square in the loss.
        public let weight: Double

        public init(name: String, text: String, place: Place, kind: Kind, weight: Double = 1) {
            self.name = name
            self.text = text
            self.place = place
            self.kind = kind
            self.weight = weight
        }

        /// The expression that shall vanish; nil for a periodic condition, which is about two places at once.
        public var residual: Expression? {
            if case .residual(let residual) = kind { residual } else { nil }
        }

        /// The field derivatives it needs.
        public var derivatives: [FieldDerivative] {
            switch kind {
            case .residual(let residual): residual.derivatives
            case .periodic(_, _, let derivatives): derivatives
            }
        }

        /// The data arrays it names.
        public var data: [String] { residual?.data ?? [] }
    }
}
