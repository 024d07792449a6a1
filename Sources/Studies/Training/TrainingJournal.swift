import Models
import Reports
import Solvers
import Spectra
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Trainings done, a line of JSON each in a file that is appended to: an interrupted study goes on where it stopped.
///
/// Numbers are kept as the integers of their bits, the last bit by itself, so a training read back is the training that was written. Lines of another version of
/// the program, and a last line that was cut off, are passed over.
public final class TrainingJournal: Sendable {
    public let path: String
    private let version: String
    private let known: [String: [[Double]]]
    private let descriptor: Mutex<Int32>

    /// How many trainings the file held.
    public var count: Int { known.count }

    /// Reads the file if there is one, and opens it to append.
    ///
    /// - Parameter version: of the program; trainings of another are done again.
    /// - Throws: `StudyError.journal` where it can be neither read nor made.
    public init(_ path: String, version: String) throws(StudyError) {
        self.path = path
        self.version = version
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .journal(path: path, reason: String(cString: strerror(errno))) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let got = Glibc.read(descriptor, &block, block.count)
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw .journal(path: path, reason: String(cString: strerror(errno))) }
            if got == 0 { break }
            bytes += block[..<got]
        }
        // A line that was cut off is ended, so that the next one starts afresh.
        if let last = bytes.last, last != 10 { _ = Glibc.write(descriptor, "\n", 1) }
        var known: [String: [[Double]]] = [:]
        for line in bytes.split(separator: 10) {
            guard let (key, lists) = Self.entry(line) else { continue }
            known[key] = lists
        }
        self.known = known
        self.descriptor = Mutex(descriptor)
    }

    deinit { descriptor.withLock { _ = close($0) } }

    /// Removes the file; what was read from it stays known.
    public func remove() { unlink(path) }

    func trial(_ setting: TrainingSetting, seed: UInt64) -> TrainingTrial? {
        guard let lists = known[key(setting, seed)] else { return nil }
        return TrainingTrial(setting: setting, lists: lists)
    }

    func note(_ trial: TrainingTrial, seed: UInt64) throws(StudyError) {
        let lists = trial.lists.map { list in "[" + list.map { "\($0.bitPattern >> 1),\($0.bitPattern & 1)" }.joined(separator: ",") + "]" }
        let line = "{\"training\":\(JSONText.quoted(key(trial.setting, seed))),\"numbers\":[\(lists.joined(separator: ","))]}\n"
        let failure: Int32 = descriptor.withLock { descriptor in
            var text = line
            return text.withUTF8 { bytes in
                var place = 0
                while place < bytes.count {
                    let put = Glibc.write(descriptor, bytes.baseAddress! + place, bytes.count - place)
                    if put < 0 && errno == EINTR { continue }
                    if put < 0 { return errno }
                    place += put
                }
                return 0
            }
        }
        guard failure == 0 else { throw .journal(path: path, reason: String(cString: strerror(failure))) }
    }

    private func key(_ setting: TrainingSetting, _ seed: UInt64) -> String {
        "\(version); \(setting); \(setting.steps) steps, \(setting.points) points; seed \(seed)"
    }

    private static func entry(_ line: ArraySlice<UInt8>) -> (String, [[Double]])? {
        guard let value = try? JSONText.parse(line), case .object(let members) = value, members.count == 2,
            case .string(let key) = members[0].value, case .array(let lists) = members[1].value
        else { return nil }
        var result: [[Double]] = []
        for list in lists {
            guard case .array(let items) = list, items.count.isMultiple(of: 2) else { return nil }
            var numbers: [Double] = []
            for place in stride(from: 0, to: items.count, by: 2) {
                guard case .integer(let high) = items[place], case .integer(let low) = items[place + 1], high >= 0, low >= 0 else { return nil }
                numbers.append(Double(bitPattern: UInt64(high) << 1 | UInt64(low)))
            }
            result.append(numbers)
        }
        return (key, result)
    }
}

extension TrainingTrial {
    /// Everything measured, as lists of numbers.
    var lists: [[Double]] {
        [steps, loss, trueResidual, error, [Double(Self.outcomes.firstIndex(of: outcome) ?? 0)]]
            + spectra.flatMap { [[Double($0.step), Double($0.spectrum.largestDimension)], $0.spectrum.singularValues] }
    }

    init?(setting: TrainingSetting, lists: [[Double]]) {
        guard lists.count >= 5, lists.count % 2 == 1, let code = lists[4].first, Self.outcomes.indices.contains(Int(code)) else { return nil }
        var snapshots: [Snapshot] = []
        for place in stride(from: 5, to: lists.count, by: 2) {
            guard lists[place].count == 2,
                let spectrum = try? Spectrum(singularValues: lists[place + 1], largestDimension: Int(lists[place][1])),
                let snapshot = try? Snapshot(step: Int(lists[place][0]), spectrum: spectrum, cut: setting.cut)
            else { return nil }
            snapshots.append(snapshot)
        }
        self.init(
            setting: setting, steps: lists[0], loss: lists[1], trueResidual: lists[2], error: lists[3], spectra: snapshots,
            outcome: Self.outcomes[Int(code)])
    }

    private static let outcomes: [TrainingOutcome] = [.maxSteps, .converged, .diverged, .interrupted]
}
