/// What a sweep consists of.
///
/// ```toml
/// name = "entropy"                        # of the store and the report; the file's name otherwise
/// kind = "spectrum"                       # or "train"
/// seed = 0                                # all trials' seeds follow from it and from the replicate
/// replicates = 5
/// series = true                           # false: keep the metrics alone
///
/// [fixed]                                 # the same in all trials
/// problem = "poisson1d"                   # a catalogue name or a problem file
///
/// [axes]                                  # every value with every other
/// derivative = ["ad", "fd:2:1e-3"]
/// features = { from = 50, to = 200, step = 50 }
/// range = { from = 1, to = 100, count = 5, scale = "log" }
///
/// [[zip]]                                 # lists of one length that vary together
/// cut = [1e-13, 1e-10]
/// precision = ["f64", "f32"]
/// ```
///
/// The keys are those of the kind. Without `replicates` a `seed` may stand among them; it is then used as it is.
public struct Manifest: Sendable {
    public let path: String
    public let name: String
    public let kind: any TrialKind
    public let seed: UInt64
    public let replicates: Int
    /// Whether arrays of numbers are kept beside the metrics.
    public let keepsSeries: Bool
    public let fixed: TrialSettings
    /// The first varies slowest; replicates, the last, fastest.
    public let axes: [SweepAxis]
    public let files: TrialFiles
    let places: [String: SweepError.Place]

    /// Whether the last axis are the seeds that follow from the replicates.
    let hasDerivedSeeds: Bool
    /// Of the definition: 32 hexadecimal digits.
    public let digest: String

    /// What decides which trials there are, as a value: two manifests with equal ones differ in nothing but their writing.
    var definition: TrialValue { Manifest.definition(kind, seed, replicates, keepsSeries, fixed, axes, hasDerivedSeeds) }

    static func definition(
        _ kind: any TrialKind, _ seed: UInt64, _ replicates: Int, _ keepsSeries: Bool, _ fixed: TrialSettings, _ axes: [SweepAxis],
        _ hasDerivedSeeds: Bool
    ) -> TrialValue {
        .table([
            "kind": .text(kind.name), "schema": .number(Double(kind.schema)), "seed": .number(Double(seed)),
            "replicates": .number(Double(replicates)), "series": .boolean(keepsSeries), "fixed": .table(fixed),
            "axes": .list(
                axes.dropLast(hasDerivedSeeds ? 1 : 0).map { axis in
                    .table(Dictionary(uniqueKeysWithValues: zip(axis.keys, axis.columns.map(TrialValue.list))))
                }),
        ])
    }

    static func digest(of definition: TrialValue) -> String {
        var bytes: [UInt8] = []
        definition.append(to: &bytes)
        return String(Digest.hexadecimal(of: bytes).prefix(32))
    }

    func failure(_ key: String, _ reason: String) -> SweepError { Manifest.failure(path, places, key, reason) }

    static func failure(_ path: String, _ places: [String: SweepError.Place], _ key: String, _ reason: String) -> SweepError {
        var above = Substring(key)
        var place = places[key]
        while place == nil, let cut = above.lastIndex(where: { $0 == "." || $0 == "[" }) {
            above = above[..<cut]
            place = places[String(above)]
        }
        return .manifest(path: path, place: place, key: key, reason: reason)
    }

    /// The seeds of replicates: 48 bits of a digest each, so that sweeps with neighbouring seeds share none.
    static func seeds(_ seed: UInt64, replicates: Int) -> [TrialValue] {
        var digest = Digest()
        return (0..<replicates).map { .number(Double(digest.id(of: Array("seed \(seed) replicate \($0)".utf8)).high >> 16)) }
    }
}
