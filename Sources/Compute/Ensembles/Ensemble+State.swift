extension Ensemble {
    /// Everything that a member's further steps depend on.
    public struct MemberState: Sendable, Equatable {
        /// Steps done; fewer than the ensemble's where the member diverged.
        public var step: Int
        public var parameters: [Double]
        /// Those with the smallest loss so far, and that loss.
        public var best: [Double]
        public var bestLoss: Double
        /// m and v of Adam.
        public var firstMoments: [Double]
        public var secondMoments: [Double]

        public init(step: Int, parameters: [Double], best: [Double], bestLoss: Double, firstMoments: [Double], secondMoments: [Double]) {
            self.step = step
            self.parameters = parameters
            self.best = best
            self.bestLoss = bestLoss
            self.firstMoments = firstMoments
            self.secondMoments = secondMoments
        }
    }

    /// - Precondition: 0 ≤ member < `count`.
    public func state(ofMember member: Int) -> MemberState { groups[places[member].group].state(places[member].index) }

    /// Whether the member's loss, gradient or parameters became infinite or no numbers; its parameters are those before that step.
    public func isDiverged(_ member: Int) -> Bool { state(ofMember: member).step < step }

    /// Goes on from states taken at one step.
    ///
    /// - Parameter states: one for each member.
    /// - Throws: `ComputeError.shape`.
    public func resume(_ states: [MemberState]) throws(ComputeError) {
        guard states.count == count else { throw .shape("There are \(states.count) states for \(count) members; give one for each.") }
        for (index, state) in states.enumerated() {
            for values in [state.parameters, state.best, state.firstMoments, state.secondMoments] where values.count != parameterCount {
                throw .shape("The state of member \(index) has \(values.count) numbers where the network has \(parameterCount) parameters.")
            }
        }
        for (state, place) in zip(states, places) { groups[place.group].restore(state, place.index) }
        step = states.map(\.step).max() ?? 0
    }
}
