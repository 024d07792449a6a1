extension Optimizer where Self == LevenbergMarquardt {
    /// Levenberg–Marquardt with geodesic acceleration.
    public static func levenbergMarquardt(acceleration: Bool = true) -> LevenbergMarquardt { LevenbergMarquardt(acceleration: acceleration) }
}

extension Optimizer where Self == GaussNewton {
    /// Gauss–Newton with singular values cut off, the natural gradient.
    public static func gaussNewton(cut: Double = 1e-4) -> GaussNewton { GaussNewton(cut: cut) }
}

extension Optimizer where Self == DenseBroyden {
    /// BFGS with a dense inverse Hessian.
    public static var bfgs: DenseBroyden { DenseBroyden(.bfgs) }
    /// Self-scaled Broyden with a dense inverse Hessian.
    public static var selfScaledBroyden: DenseBroyden { DenseBroyden(.selfScaled) }
}

extension Optimizer where Self == LimitedMemoryBFGS {
    /// L-BFGS with the last `history` pairs.
    public static func lbfgs(history: Int = 50) -> LimitedMemoryBFGS { LimitedMemoryBFGS(history: history) }
}

extension Optimizer where Self == Adam {
    /// Adam at a constant rate.
    public static func adam(rate: Double = 1e-3) -> Adam { Adam(.constant(rate)) }
}

extension Optimizer where Self == GradientDescent {
    /// Gradient descent.
    public static func gradientDescent(rate: GradientDescent.Rate = .fixed(1e-3)) -> GradientDescent { GradientDescent(rate: rate) }
}
