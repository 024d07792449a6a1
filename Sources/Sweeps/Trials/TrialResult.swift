import Compute
import Solvers

/// What became of a trial.
public enum TrialStatus: String, Sendable, CaseIterable {
    case done
    /// Its numbers ceased to be finite, which is a result.
    case diverged
    /// It could not be run.
    case failed
}

/// What a trial found.
public struct TrialResult: Sendable, Equatable {
    public var status: TrialStatus
    /// Why, of one that failed; one sentence.
    public var reason: String?
    /// Numbers and words by name, in this order; NaN where nothing is known.
    public var metrics: [(name: String, value: TrialValue)]
    /// Arrays of numbers by name, in this order.
    public var series: [(name: String, values: [Double])]

    /// Whether the device is at fault; no part of the record.
    var isOfDevice = false

    public init(
        status: TrialStatus = .done, reason: String? = nil, metrics: [(name: String, value: TrialValue)] = [],
        series: [(name: String, values: [Double])] = []
    ) {
        self.status = status
        self.reason = reason
        self.metrics = metrics
        self.series = series
    }

    public static func failed(_ reason: String) -> TrialResult { TrialResult(status: .failed, reason: reason) }

    /// A failure by what was thrown; that of a device may be none on another.
    static func failed(_ error: any Error, _ sentence: String) -> TrialResult {
        var result = failed(sentence)
        result.isOfDevice = ComputeError(behind: error)?.isOfDevice ?? false
        return result
    }

    public static func == (a: TrialResult, b: TrialResult) -> Bool {
        a.status == b.status && a.reason == b.reason && a.metrics.map(\.name) == b.metrics.map(\.name)
            && a.metrics.map(\.value.canonical) == b.metrics.map(\.value.canonical) && a.series.map(\.name) == b.series.map(\.name)
            && a.series.map { $0.values.map(\.bitPattern) } == b.series.map { $0.values.map(\.bitPattern) }
    }
}
