/// Times of repeated runs of the same work.
public struct Timing: Sendable {
    /// Seconds of each run, ascending.
    public let seconds: [Double]

    public var median: Double {
        let n = seconds.count
        return n % 2 == 1 ? seconds[n / 2] : (seconds[n / 2 - 1] + seconds[n / 2]) / 2
    }

    public var best: Double { seconds[0] }

    /// Runs `work` once to warm up and then until `budget` seconds are spent, at least `least` times and at most 1000.
    public static func measure<E: Error>(budget: Double = 1, least: Int = 3, _ work: () throws(E) -> Void) throws(E) -> Timing {
        try work()
        let clock = ContinuousClock()
        var seconds: [Double] = []
        var spent = 0.0
        while seconds.count < least || (spent < budget && seconds.count < 1000) {
            let start = clock.now
            try work()
            let duration = start.duration(to: clock.now).components
            let elapsed = Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
            seconds.append(elapsed)
            spent += elapsed
        }
        return Timing(seconds: seconds.sorted())
    }
}
