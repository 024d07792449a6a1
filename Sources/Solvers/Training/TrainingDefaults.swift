import Problems

/// What a training takes where nothing is given, by its optimiser; the verbs and the trials of sweeps both ask here.
public struct TrainingDefaults: Sendable, Hashable {
    /// One of `OptimizerSettings.names`.
    public let optimizer: String

    public init(optimizer: String = "adam") { self.optimizer = optimizer }

    /// Methods with a model of the curvature that is good enough to reach the floor of float64.
    public var isSecondOrder: Bool { ["lm", "gn", "bfgs", "ssbroyden"].contains(optimizer) }

    /// Methods that solve with the residual Jacobian itself.
    public var usesLeastSquares: Bool { ["lm", "gn"].contains(optimizer) }

    /// The name of the law by which a network is drawn.
    public var initialization: String { isSecondOrder ? "spread" : "glorot-normal" }

    /// How points are laid: a tensor product in up to three dimensions, for lbfgs and methods of second order, which come so near to interpolation
    /// that the error between the points counts, by Chebyshev's points; in time for those of second order by Sobol's sequence.
    public func sampling(of problem: Problem) -> Sampling {
        guard problem.dimension <= 3 else { return .uniform }
        if problem.isEvolution { return isSecondOrder ? .sobol : .grid }
        return isSecondOrder || optimizer == "lbfgs" ? .chebyshev : .grid
    }

    /// Number of interior points: 400, for methods of second order one and a half a parameter if that is more, and on a line 100 at least.
    ///
    /// - Parameter parameters: of the network.
    public func points(dimension: Int, parameters: Int) -> Int {
        isSecondOrder ? max(dimension == 1 ? 100 : 400, 3 * parameters / 2) : 400
    }

    /// The rule of new points, as `PointRule` reads it.
    ///
    /// - Parameter pointsAreGiven: whether they come from a file, so that no others can be taken.
    public func resampling(of problem: Problem, pointsAreGiven: Bool) -> String {
        usesLeastSquares && problem.isEvolution && !pointsAreGiven && problem.domain != nil ? "rar:10" : "never"
    }

    /// Steps from one record to the next: 100, or those between spectra where these are no multiple of it.
    public static func logEvery(spectrumEvery: Int?) -> Int {
        guard let spectrumEvery, spectrumEvery > 0, !spectrumEvery.isMultiple(of: 100) else { return 100 }
        return spectrumEvery
    }
}
