import CCompute

extension ResidualPlan {
    /// A descent on its way: what its next step depends on, and the best that it has seen.
    public struct Descent: Sendable, Equatable {
        /// Steps taken.
        public var step: Int
        public var parameters: [Double]
        /// Adam's memory; empty before the first step, and for gradient descent.
        public var moments: [Double]
        public var squares: [Double]
        /// The parameters with the smallest loss at the begin of a step, and that loss.
        public var best: [Double]
        public var bestLoss: Double

        public init(
            step: Int = 0, parameters: [Double], moments: [Double] = [], squares: [Double] = [], best: [Double]? = nil, bestLoss: Double = .infinity
        ) {
            self.step = step
            self.parameters = parameters
            self.moments = moments
            self.squares = squares
            self.best = best ?? parameters
            self.bestLoss = bestLoss
        }
    }

    /// Most steps of a call of `descend`.
    public static let mostSteps = cc_most_steps

    /// What a call of `descend` came to.
    public struct Descended: Sendable, Equatable {
        /// Where each step began, that which failed included.
        public let losses: [Double]
        public let taken: Int
        /// Whether a loss, a gradient or parameters were not finite; the descent is left before that step.
        public let isDiverged: Bool
    }

    /// Takes one step after another where the plan computes: parameters and the optimiser's memory go there once and come back once.
    ///
    /// Steps have the same bits at once and in parts, every operation of the optimiser rounded in the plan's precision, as by `AdamKernel` but on
    /// devices whose quotients and roots are not correctly rounded.
    /// - Parameters:
    ///   - descent: P parameters; rounded to the plan's precision.
    ///   - rates: a learning rate a step, 1 to `mostSteps`; as many steps are taken at most.
    ///   - enough: the last step is the one that began at a loss of at most this; negative: there is none.
    public func descend(_ descent: inout Descent, by optimizer: Ensemble.Optimizer, rates: [Double], enough: Double = -1) throws(ComputeError)
        -> Descended
    {
        let (count, isAdam) = (parameterCount, optimizer.code.kind == CC_ADAM)
        for row in [descent.parameters, descent.best] where row.count != count {
            throw .shape("There are \(row.count) parameters, and the plan has \(count); give as many.")
        }
        guard (1...ResidualPlan.mostSteps).contains(rates.count) else {
            throw .shape("A descent takes 1 to \(ResidualPlan.mostSteps) steps at once, not \(rates.count).")
        }
        if isAdam, descent.moments.count != count || descent.squares.count != count {
            descent.moments = Array(repeating: 0, count: count)
            descent.squares = descent.moments
        }
        var (parameters, best) = (descent.parameters, descent.best)
        var (moments, squares) = (descent.moments, descent.squares)
        var losses = Array(repeating: Double.nan, count: rates.count)
        var code = cc_descent()
        code.optimizer = optimizer.code
        code.first = Int64(descent.step)
        code.steps = Int64(rates.count)
        code.enough = enough
        code.best_loss = descent.bestLoss
        try checked { error in
            rates.withUnsafeBufferPointer { rates in
                parameters.withUnsafeMutableBufferPointer { parameters in
                    best.withUnsafeMutableBufferPointer { best in
                        moments.withUnsafeMutableBufferPointer { moments in
                            squares.withUnsafeMutableBufferPointer { squares in
                                losses.withUnsafeMutableBufferPointer { losses in
                                    code.rates = rates.baseAddress
                                    code.parameters = parameters.baseAddress
                                    code.best = best.baseAddress
                                    code.moments = isAdam ? moments.baseAddress : nil
                                    code.squares = isAdam ? squares.baseAddress : nil
                                    code.losses = losses.baseAddress
                                    return cc_plan_descend(self.plan, &code, &error)
                                }
                            }
                        }
                    }
                }
            }
        }
        let taken = Int(code.taken)
        descent = Descent(
            step: descent.step + taken, parameters: parameters, moments: moments, squares: squares, best: best, bestLoss: code.best_loss)
        return Descended(losses: Array(losses.prefix(taken + (code.diverged ? 1 : 0))), taken: taken, isDiverged: code.diverged)
    }
}
