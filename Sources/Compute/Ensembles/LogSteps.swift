#if canImport(Glibc)
    import Glibc
#endif

/// Steps at which a curve over the logarithm of time is recorded.
public enum LogSteps {
    /// 0, the whole numbers next to 10^(i/perDecade), and `last`: ascending, each once.
    public static func upTo(_ last: Int, perDecade: Int = 12) -> [Int] {
        guard last > 0 else { return [0] }
        var steps = [0]
        var index = 0
        while true {
            let step = Int(pow(10, Double(index) / Double(max(1, perDecade))).rounded())
            if step >= last { break }
            if step > steps[steps.count - 1] { steps.append(step) }
            index += 1
        }
        return steps + [last]
    }
}
