import Compute

/// One trial: its place in the manifest, its identity and its complete settings.
public struct Trial: Sendable {
    /// In the order of the manifest, from 0.
    public let index: Int
    public let id: TrialID
    public let settings: TrialSettings

    public func number(_ key: String) -> Double? { settings[key]?.number }
    public func integer(_ key: String) -> Int? { settings[key]?.integer }
    public func text(_ key: String) -> String? { settings[key]?.text }
    /// The seed of all its random numbers.
    public var seed: UInt64 { UInt64(settings["seed"]?.integer ?? 0) }
}

/// What a trial is run with; never changes its result but, within a tolerance, the device.
public struct TrialContext: Sendable {
    public let files: TrialFiles
    public let device: Device

    public init(files: TrialFiles, device: Device) {
        self.files = files
        self.device = device
    }
}

/// A kind of trials: what its settings are, and how one is run. The engines, stores and reports know nothing more of it.
public protocol TrialKind: Sendable {
    /// As a manifest's `kind` names it.
    var name: String { get }
    /// Part of every identity; raised when the same settings come to mean something else.
    var schema: Int { get }
    /// All keys but `kind` and `schema`; one is `seed`.
    var keys: [TrialKey] { get }
    var rules: [TrialRule] { get }
    /// The metrics that a report shows against each other.
    var shown: (x: String, y: String) { get }
    /// By how much the metrics of one trial may differ between devices, relatively.
    var deviceTolerance: Double { get }

    /// Runs a trial on the calling thread. What is thrown is recorded as the trial's failure.
    func run(_ trial: Trial, in context: TrialContext) throws -> TrialResult

    /// Trials with the same shape may be run together; nil for one that is run by itself.
    func shape(of trial: Trial) -> String?
    /// Most trials that a device gains from running together.
    func largestGroup(on device: Device) -> Int
    /// Runs trials of one shape: a result for each, the same as by itself.
    func run(group trials: [Trial], in context: TrialContext) -> [TrialResult]
    /// What went wrong, as one sentence.
    func sentence(for error: any Error) -> String
}

extension TrialKind {
    public var rules: [TrialRule] { [] }
    public var deviceTolerance: Double { 1e-6 }
    public func largestGroup(on device: Device) -> Int { 1 }
    public func shape(of trial: Trial) -> String? { nil }
    public func sentence(for error: any Error) -> String { "\(error)" }

    public func run(group trials: [Trial], in context: TrialContext) -> [TrialResult] {
        trials.map { trial in
            do { return try run(trial, in: context) } catch { return .failed(error, sentence(for: error)) }
        }
    }

    /// The keys' names, for sentences.
    var names: [String] { keys.map(\.name) }
}

/// The kinds of trials that manifests can name.
public enum TrialKinds {
    public static let all: [any TrialKind] = [SpectrumTrials(), TrainTrials()]
}
