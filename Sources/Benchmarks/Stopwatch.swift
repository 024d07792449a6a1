/// Seconds of pieces of work.
enum Stopwatch {
    static func seconds<E: Error>(_ work: () throws(E) -> Void) throws(E) -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        try work()
        let duration = start.duration(to: clock.now).components
        return Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
    }

    /// Seconds of `work`, ascending, repeated until `budget` seconds are spent.
    static func runs<E: Error>(budget: Double = 0.1, _ work: () throws(E) -> Void) throws(E) -> [Double] {
        var runs: [Double] = []
        var spent = 0.0
        repeat {
            let taken = try seconds(work)
            runs.append(taken)
            spent += taken
        } while spent < budget && runs.count < 1000
        return runs.sorted()
    }

    static func median<E: Error>(_ work: () throws(E) -> Void) throws(E) -> Double { Quartiles(try runs(work)).median }
}

/// Median and quartiles of a sample, by linear interpolation.
struct Quartiles {
    let lower: Double
    let median: Double
    let upper: Double

    /// - Precondition: `values` is not empty.
    init(_ values: [Double]) {
        let sorted = values.sorted()
        func at(_ share: Double) -> Double {
            let place = share * Double(sorted.count - 1), below = Int(place)
            guard below + 1 < sorted.count else { return sorted[below] }
            return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
        }
        (lower, median, upper) = (at(0.25), at(0.5), at(0.75))
    }

    /// Distance of the quartiles ÷ median.
    var spread: Double { (upper - lower) / median }
}
