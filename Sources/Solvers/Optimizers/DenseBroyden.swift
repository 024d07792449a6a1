import Compute
import LinearAlgebra

#if canImport(Glibc)
    import Glibc
#endif

/// Quasi-Newton methods with a dense inverse Hessian H: BFGS, and self-scaled Broyden (Al-Baali, 1998; for such networks Urbán, Stefanou and Pons, 2025).
///
/// H ← (H − Hy(Hy)ᵀ/h̃ + φ v vᵀ)/τ + s sᵀ/(y·s) with h̃ = y·Hy and v = √h̃ (s/(y·s) − Hy/h̃), in one sweep over H; strong Wolfe search. With
/// b = −η g·s/(y·s), h = h̃/(y·s), a = bh − 1: ρ = min(1, h(1 − √(a/(a + 1)))), θ between (ρ − 1)/a and 1/ρ nearest to (1 − b)/b,
/// φ = (1 − θ)/(1 + aθ), and τ scales H down. BFGS is φ = τ = 1.
public struct DenseBroyden: Optimizer, Sendable {
    public enum Kind: String, Sendable { case bfgs, selfScaled }

    public let kind: Kind
    private var inverse: [Double] = []
    private var loss: ResidualPlan.Loss?
    private var gradient: [Double] = []
    private var isFresh = true
    private var resets = 0

    /// Parameters beyond which a dense matrix is refused.
    public static let largestCount = 20_000

    public init(_ kind: Kind) { self.kind = kind }

    public var memory: [String: [Double]] {
        get { ["inverse": inverse, "fresh": [isFresh ? 1 : 0], "resets": [Double(resets)]] }
        set {
            inverse = newValue["inverse"] ?? []
            isFresh = newValue["fresh"]?.first != 0
            resets = newValue["resets"]?.first.flatMap { Int(exactly: $0) } ?? 0
            loss = nil
        }
    }

    public func requireSize(residuals: Int, parameters: Int) throws(SolverError) {
        guard parameters <= Self.largestCount else {
            throw .badArgument("The network has \(parameters) parameters, and a dense method takes at most \(Self.largestCount): use lbfgs or adam.")
        }
    }

    /// A product with the inverse Hessian and its update of rank two.
    public func work(residuals: Int, parameters: Int) -> OptimizerWork { OptimizerWork(passes: 3 * Double(parameters) * Double(parameters)) }

    public mutating func step(_ plan: ResidualPlan, _ parameters: inout [Double]) throws(SolverError) -> OptimizerStep {
        let n = parameters.count
        try requireSize(residuals: plan.residualCount, parameters: n)
        let point = parameters
        if loss == nil {
            let start = try computing { () throws(ComputeError) in try plan.gradient(at: point) }
            loss = start.loss
            gradient = start.gradient
        }
        if inverse.count != n * n { reset(n) }
        guard let loss, loss.total.isFinite, Vectors.isFinite(gradient) else {
            return OptimizerStep(self.loss ?? ResidualPlan.Loss(total: .nan, terms: []), .diverged)
        }
        let size = Vectors.norm(gradient)
        if size == 0 { return OptimizerStep(loss, .converged) }
        while true {
            let direction = try applied(to: gradient).map { -$0 }
            let found = try StrongWolfe().search(
                plan, from: point, loss: loss, gradient: gradient, direction: direction, first: isFresh ? min(1, 1 / size) : 1)
            guard let found else {
                if isFresh || resets >= 3 { return OptimizerStep(loss, .converged) }
                resets += 1
                reset(n)
                continue
            }
            let s = zip(found.parameters, point).map { $0 - $1 }
            let y = zip(found.gradient, gradient).map { $0 - $1 }
            try update(s, y, step: found.step)
            parameters = found.parameters
            self.loss = found.loss
            gradient = found.gradient
            return OptimizerStep(loss)
        }
    }

    private mutating func reset(_ n: Int) {
        inverse = Array(repeating: 0, count: n * n)
        for index in 0..<n { inverse[index * n + index] = 1 }
        isFresh = true
    }

    /// H x.
    private func applied(to x: [Double]) throws(SolverError) -> [Double] {
        try linear { () throws(LinearAlgebraError) in try DenseSymmetric.product(inverse, x) }
    }

    private mutating func update(_ s: [Double], _ y: [Double], step: Double) throws(SolverError) {
        let n = s.count
        let ys = Vectors.dot(y, s)
        guard ys > 1e-300, ys > 1e-16 * Vectors.norm(s) * Vectors.norm(y) else { return }
        if isFresh {
            let scale = ys / Vectors.dot(y, y)
            for index in 0..<n { inverse[index * n + index] = scale }
            isFresh = false
        }
        let hy = try applied(to: y)
        let yhy = Vectors.dot(y, hy)
        guard yhy > 0 else { return }
        var (tau, phi) = (1.0, 1.0)
        if kind == .selfScaled {
            let b = -step * Vectors.dot(gradient, s) / ys
            let h = yhy / ys
            let a = b * h - 1
            if a > 1e-14, b > 0 {
                let rho = min(1, h * (1 - (a / (a + 1)).squareRoot()))
                let theta = max((rho - 1) / a, min(1 / rho, (1 - b) / b))
                let sigma = 1 + a * theta
                phi = (1 - theta) / sigma
                let first = min(1, 1 / b)
                let root = pow(sigma, -1 / Double(max(1, n - 1)))
                tau = theta > 0 ? first * min(root, 1 / theta) : min(first * root, sigma)
                if !(tau > 0 && tau.isFinite && phi.isFinite) { (tau, phi) = (1, 1) }
            }
        }
        // One sweep: every element is scaled and gets both terms of rank one and two.
        let root = yhy.squareRoot()
        let v = (0..<n).map { root * (s[$0] / ys - hy[$0] / yhy) }
        let right = hy.map { -$0 / (yhy * tau) } + v.map { phi * $0 / tau } + s.map { $0 / ys }
        try linear { () throws(LinearAlgebraError) in try DenseSymmetric.update(&inverse, scale: 1 / tau, left: hy + v + s, right: right) }
    }
}
