// A field stands for itself in a formula: `u.t + u * u.x - nu * u.xx`.

extension Field {
    public static prefix func - (a: Field) -> Expression { -a.value }

    public static func + (a: Field, b: Field) -> Expression { a.value + b.value }
    public static func - (a: Field, b: Field) -> Expression { a.value - b.value }
    public static func * (a: Field, b: Field) -> Expression { a.value * b.value }
    public static func / (a: Field, b: Field) -> Expression { a.value / b.value }

    public static func + (a: Field, b: Expression) -> Expression { a.value + b }
    public static func - (a: Field, b: Expression) -> Expression { a.value - b }
    public static func * (a: Field, b: Expression) -> Expression { a.value * b }
    public static func / (a: Field, b: Expression) -> Expression { a.value / b }

    public static func + (a: Expression, b: Field) -> Expression { a + b.value }
    public static func - (a: Expression, b: Field) -> Expression { a - b.value }
    public static func * (a: Expression, b: Field) -> Expression { a * b.value }
    public static func / (a: Expression, b: Field) -> Expression { a / b.value }
}

extension Expression {
    /// π
    public static var pi: Expression { Expression(.pi) }
}
