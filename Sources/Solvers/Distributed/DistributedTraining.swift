import Compute
import Differentiation
import Models

/// Gradient descent at a fixed rate, Adam or AdamW on a loss that the ranks of an MPI run compute together.
///
/// Every rank takes every step by itself from the same sums; parameters have the same bits for any number of ranks.
public struct DistributedTraining {
    public private(set) var state: TrainingState
    private let gradient: ShardedGradient
    private let precision: Precision
    private let ranks: MessagePassing?
    private let rate: Double
    /// nil for gradient descent.
    private var adam: Adam?

    /// - Parameters:
    ///   - settings: of gd with a learning rate, adam or adamw.
    ///   - state: rank 0's is taken on every rank.
    /// - Throws: `SolverError.badArgument` for another optimiser, `MessagePassing.Failure`.
    public init(
        _ gradient: ShardedGradient, optimizer settings: OptimizerSettings, from state: TrainingState, precision: Precision = .f64,
        ranks: MessagePassing? = nil
    ) throws {
        guard ["gd", "adam", "adamw"].contains(settings.name), let rate = settings.learningRate else {
            throw SolverError.badArgument(
                "Over ranks the optimisers are gd with a given learning rate, adam and adamw, and not \(settings.name)"
                    + "\(settings.learningRate == nil ? " with a rate of its own" : ""); choose one of them, or train in one process.")
        }
        guard state.parameters.count == gradient.parameterCount else {
            throw SolverError.shapes("The state has \(state.parameters.count) parameters and the network \(gradient.parameterCount).")
        }
        self.gradient = gradient
        self.precision = precision
        self.ranks = ranks
        self.rate = rate
        adam = settings.make() as? Adam
        self.state = state
        if let ranks { self.state = TrainingState(numbers: try ranks.broadcast(state.numbers)) }
        adam?.memory = self.state.memory
    }

    /// The state with the optimiser's memory, for a checkpoint.
    public var checkpointState: TrainingState {
        var full = state
        full.memory = adam?.memory ?? [:]
        return full
    }

    /// Takes steps until `steps` are done in all; called on every rank with the same numbers.
    ///
    /// - Parameters:
    ///   - tolerance: a loss that is small enough; 0 for none.
    ///   - lookEvery: steps from one call of `look` to the next, counted from 0.
    ///   - isStopped: asked on every rank between steps; one rank that says so ends the training on all.
    ///   - look: sees the state before a step.
    /// - Returns: how it ended, the same on every rank; after divergence the parameters are the best ones.
    public mutating func run(
        steps: Int, tolerance: Double = 0, lookEvery: Int = 100, isStopped: () -> Bool = { false }, look: (DistributedTraining) throws -> Void
    ) throws -> TrainingOutcome {
        while state.step < steps {
            if state.step % max(1, lookEvery) == 0 { try look(self) }
            let (loss, slope, isEnded) = try gradient.value(at: state.parameters, isStopped: isStopped())
            if isEnded { return .interrupted }
            guard loss.isFinite, Vectors.isFinite(slope) else { return diverged() }
            if loss < state.bestLoss {
                state.bestLoss = loss
                state.best = state.parameters
            }
            var after = state.parameters
            if adam != nil {
                adam?.advance(&after, along: slope, precision)
            } else {
                GradientDescent(rate: .fixed(rate)).update(&after, slope, rate, precision)
            }
            guard Vectors.isFinite(after) else { return diverged() }
            state.parameters = after
            state.step += 1
            if tolerance > 0, loss <= tolerance { return .converged }
        }
        return .maxSteps
    }

    private mutating func diverged() -> TrainingOutcome {
        state.parameters = state.best
        return .diverged
    }
}

extension TrainingState {
    /// Everything in a row, for one message; names of the optimiser's arrays as their bytes.
    fileprivate var numbers: [Double] {
        var row = [Double(step), bestLoss, Double(parameters.count)] + parameters + best
        for (name, values) in memory.sorted(by: { $0.key < $1.key }) {
            row += [Double(name.utf8.count)] + name.utf8.map { Double($0) } + [Double(values.count)] + values
        }
        return row
    }

    fileprivate init(numbers row: [Double]) {
        let count = Int(row[2])
        var place = 3
        func next(_ count: Int) -> [Double] {
            defer { place += count }
            return Array(row[place..<(place + count)])
        }
        let (parameters, best) = (next(count), next(count))
        var memory: [String: [Double]] = [:]
        while place < row.count {
            let name = String(decoding: next(Int(next(1)[0])).map { UInt8($0) }, as: UTF8.self)
            memory[name] = next(Int(next(1)[0]))
        }
        self.init(step: Int(row[0]), parameters: parameters, best: best, bestLoss: row[1], memory: memory)
    }
}
