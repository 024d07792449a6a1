import Compute
import LinearAlgebra
import Models
import Problems

/// Points and weights that change as a training goes on.
extension Trainer {
    /// Lets the loss's weights and the interior points change as the training goes on; before `resume`.
    ///
    /// `trueResidual` stays that of the problem's own weights at the first points. The best state is kept by the loss of its time, taken anew
    /// whenever the loss changes.
    ///
    /// - Throws: `SolverError.badArgument` where the problem has no time for a causal weighting, or no domain to take points from.
    public mutating func use(weighting: (any LossWeighting)? = nil, schedule: (any PointSchedule)? = nil) throws(SolverError) {
        try weighting?.requireFit(problem)
        if schedule != nil, problem.domain == nil || !points.interior.data.isEmpty {
            throw .badArgument("The points of \(problem.name) come from a file, so that no others can be taken; leave out --resample.")
        }
        self.weighting = weighting
        self.schedule = schedule
        factors = []
        if weighting != nil { plan = try planned() }
    }

    /// A plan of the present points and factors.
    mutating func planned() throws(SolverError) -> ResidualPlan {
        var terms: [ResidualTerm]
        do throws(ProblemError) { terms = try problem.residualTerms(at: points, method: method) } catch { throw .problem(error) }
        if let slices = weighting?.timeSlices, slices > 1, let time = problem.coordinates.firstIndex(of: "t") {
            terms = terms[0].inSlices(slices, along: time) + terms[1...]
        }
        if factors.count != terms.count { factors = Array(repeating: 1, count: terms.count) }
        for index in terms.indices { terms[index].weight *= factors[index] }
        let ready = terms
        return try computing { () throws(ComputeError) in
            try ResidualPlan(
                network: firstNetwork, fields: problem.fields, terms: ready, parameters: problem.parameters, trainable: problem.trainable,
                precision: precision, device: device)
        }
    }

    /// Changes points and weights where it is time, before step `state.step`.
    mutating func adapt() throws(SolverError) {
        let (step, parameters) = (state.step, state.parameters)
        var changed = false
        if let schedule, step > 0, step % schedule.interval == 0, let domain = problem.domain {
            let present = self
            let view = PointState(
                domain: domain, current: points.interior.points, firstCount: firstCount,
                stream: RandomStream(seed: seed, name: "points of step \(step)"),
                residual: { places throws(SolverError) in try present.residuals(at: places) })
            points = CollocationPoints(interior: PointSet(try schedule.interior(view)), conditions: points.conditions)
            plan = try planned()
            changed = true
        }
        if var current = weighting, step == 0 || current.interval > 0 && step % current.interval == 0 {
            let wished = try current.factors(plan, at: parameters, current: factors)
            weighting = current
            if wished != factors {
                factors = wished
                plan = try planned()
                changed = true
            }
        }
        guard changed else { return }
        // What was kept of the old loss is forgotten.
        optimizer.memory = optimizer.memory
        if state.bestLoss.isFinite {
            let best = state.best
            state.bestLoss = try computing { () throws(ComputeError) in try plan.loss(at: best).total }
        }
    }

    /// Lengths of the equations' residuals at points, by exact derivatives in float64.
    private func residuals(at places: Matrix<Double>) throws(SolverError) -> [Double] {
        let all: [ResidualTerm]
        do throws(ProblemError) { all = try problem.residualTerms(at: points) } catch { throw .problem(error) }
        var term = all[0]
        term.points = PointSet(places)
        // With the number of points for a weight, residuals are what they are.
        term.weight = Double(places.rows)
        let (single, parameters) = (term, state.parameters)
        let values = try computing { () throws(ComputeError) in
            let plan = try ResidualPlan(
                network: network, fields: problem.fields, terms: [single], parameters: problem.parameters, trainable: problem.trainable)
            return try plan.residuals(at: parameters)
        }
        let equations = max(1, problem.equations.count)
        return (0..<places.rows).map { row in Vectors.norm(Array(values[(row * equations)..<((row + 1) * equations)])) }
    }

    /// The loss without the factors that change as the training goes on: small factors make no problem solved.
    func unfactored(_ loss: ResidualPlan.Loss) -> Double {
        guard let weighting, weighting.interval > 0, factors.count == loss.terms.count else { return loss.total }
        return zip(loss.terms, factors).reduce(0) { $0 + $1.0.weight / $1.1 * $1.0.meanSquare }
    }
}
