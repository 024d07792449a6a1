import Compute
import Dispatch
import Synchronization

/// Runs a shard's trials on workers of this process; the calling thread alone writes.
///
/// Each trial runs on one thread, so that a result does not depend on the number of workers.
public struct LocalEngine: Sendable {
    public struct Options: Sendable {
        /// Trials at once.
        public var workers = 1
        public var failFast = false
        /// Runs again what failed before.
        public var retriesFailed = false
        public var acceptsChanges = false
        /// Of the program, for the record.
        public var version = ""
        /// What runs a trial again whose device failed; nil where such a trial has failed.
        public var fallback: Device?

        public init() {}
    }

    /// A result that is on its way to the disk, or there.
    public struct Recorded: Sendable {
        public let place: Int
        public let id: TrialID
        public let result: TrialResult
        public let seconds: Double
        /// Why its device could not run it, where another one did.
        public let deviceFailure: String?
    }

    public struct Progress: Sendable {
        public let done: Int
        public let total: Int
        public let failed: Int
        public let diverged: Int
    }

    public struct Summary: Sendable, Equatable {
        /// Trials of this shard, and how many of them had a result before.
        public var trials = 0
        public var before = 0
        /// What this run added.
        public var done = 0
        public var failed = 0
        public var diverged = 0
        /// Stopped from outside or by a failure before all trials were run.
        public var isStopped = false
        /// Bytes of a torn last line that were cut off.
        public var torn = 0
        /// Trials of this shard that have failed, in this run or before.
        public var failedInAll = 0

        public var missing: Int { trials - before - done - failed - diverged }
    }

    public let list: TrialList
    public let store: Store
    public let shard: Shard
    public let options: Options
    /// Worker i has device i modulo their number.
    public let devices: [Device]

    /// - Precondition: at least one device.
    public init(_ list: TrialList, store: Store, shard: Shard = .whole, devices: [Device], options: Options = Options()) {
        precondition(!devices.isEmpty, "an engine needs a device")
        self.list = list
        self.store = store
        self.shard = shard
        self.devices = devices
        self.options = options
    }

    /// What workers and the writer share.
    private final class Desk: Sendable {
        struct State {
            var next = 0
            var lines: [UInt8] = []
            var records: [Recorded] = []
            var atWork = 0
            var mayGoOn = true
        }

        let state = Mutex(State())
        /// Signalled when something waits for the writer.
        let bell = DispatchSemaphore(value: 0)
        /// Lines that workers may leave before they wait for the writer.
        static let mostBytes = 64 << 20
    }

    /// Runs what is missing.
    ///
    /// - Parameters:
    ///   - isStopped: asked all the while; once true, trials in hand are finished and no more begun.
    ///   - recorded: gets results after they were written.
    ///   - progress: called about fifty times a second.
    /// - Throws: `SweepError`; whatever was recorded before stays.
    public func run(
        isStopped: () -> Bool = { false }, recorded: ([Recorded]) throws -> Void = { _ in }, progress: (Progress) -> Void = { _ in }
    ) throws -> Summary {
        try store.make()
        let file = try ShardFile(store.shardPath(shard), manifest: list.expansion.manifest, acceptsChanges: options.acceptsChanges)
        let scan = try StoreScan(store.shardPaths(), of: list, threads: options.workers)
        var summary = Summary()
        summary.torn = file.torn
        var pending: [Int] = []
        for place in 0..<list.count where shard.contains(list.ids[place]) {
            summary.trials += 1
            switch scan.statuses[place] {
            case nil: pending.append(place)
            case .failed where options.retriesFailed: pending.append(place)
            case .failed:
                summary.before += 1
                summary.failedInAll += 1
            default: summary.before += 1
            }
        }
        let groups = groups(of: pending)
        guard !groups.isEmpty else { return summary }
        let threads = Device.threads
        Device.threads = 1
        defer { Device.threads = threads }
        let desk = Desk()
        let workers = min(max(options.workers, 1), groups.count)
        desk.state.withLock { $0.atWork = workers }
        guard let pool = WorkerThreads(count: workers, { index in work(desk, groups, index) }) else {
            throw SweepError.usage("The system gives no threads for the workers; ask for fewer with --workers.")
        }
        if pool.count < workers { desk.state.withLock { $0.atWork -= workers - pool.count } }
        defer {
            desk.state.withLock { $0.mayGoOn = false }
            pool.join()
        }
        var written = 0
        var isOver = false
        while !isOver {
            _ = desk.bell.wait(timeout: .now() + .milliseconds(20))
            if isStopped() { desk.state.withLock { $0.mayGoOn = false } }
            let (lines, records, left) = desk.state.withLock { state in
                defer {
                    state.lines.removeAll(keepingCapacity: state.lines.count < 1 << 20)
                    state.records.removeAll()
                }
                return (state.lines, state.records, state.atWork)
            }
            isOver = left == 0
            if !records.isEmpty {
                try file.append(lines)
                for record in records {
                    switch record.result.status {
                    case .done: summary.done += 1
                    case .failed: summary.failed += 1
                    case .diverged: summary.diverged += 1
                    }
                }
                written += records.count
                try recorded(records)
            }
            progress(
                Progress(
                    done: summary.before + written, total: summary.trials, failed: summary.failedInAll + summary.failed, diverged: summary.diverged))
        }
        try file.synchronize()
        summary.failedInAll += summary.failed
        summary.isStopped = written < pending.count
        return summary
    }

    /// Trials of one shape together, in the order of their first; others by themselves.
    private func groups(of places: [Int]) -> [[Int]] {
        let kind = list.expansion.manifest.kind
        let largest = devices.map { kind.largestGroup(on: $0) }.max() ?? 1
        guard largest > 1 else { return places.map { [$0] } }
        var groups: [[Int]] = []
        var open: [String: Int] = [:]
        for place in places {
            guard let shape = kind.shape(of: list[place]) else {
                groups.append([place])
                continue
            }
            if let group = open[shape], groups[group].count < largest {
                groups[group].append(place)
            } else {
                open[shape] = groups.count
                groups.append([place])
            }
        }
        return groups
    }

    private func work(_ desk: Desk, _ groups: [[Int]], _ worker: Int) {
        let manifest = list.expansion.manifest
        let device = devices[worker % devices.count]
        let context = TrialContext(files: manifest.files, device: device)
        let circumstances = ResultLine.Circumstances(version: options.version, host: SystemText.host, device: device.info.name)
        var canonical: [UInt8] = []
        while true {
            let taken: Int? = desk.state.withLock { state in
                guard state.mayGoOn, state.next < groups.count else { return nil }
                defer { state.next += 1 }
                return state.next
            }
            guard let taken else { break }
            let trials = groups[taken].map { list[$0] }
            let clock = ContinuousClock.now
            var results = manifest.kind.run(group: trials, in: context)
            var failures = [String?](repeating: nil, count: trials.count)
            if let fallback = options.fallback {
                for place in trials.indices where results[place].isOfDevice {
                    failures[place] = results[place].reason
                    results[place] = manifest.kind.run(group: [trials[place]], in: TrialContext(files: manifest.files, device: fallback))[0]
                }
            }
            let duration = clock.duration(to: ContinuousClock.now).components
            let seconds = (Double(duration.seconds) + Double(duration.attoseconds) * 1e-18) / Double(trials.count)
            var lines: [UInt8] = []
            var records: [Recorded] = []
            for (place, (trial, result)) in zip(trials, results).enumerated() {
                var circumstances = circumstances
                if failures[place] != nil, let fallback = options.fallback { circumstances.device = fallback.info.name }
                list.canonical(trial.index, into: &canonical)
                lines += ResultLine.encode(
                    id: trial.id, canonical: canonical, result, keepsSeries: manifest.keepsSeries, circumstances, seconds: seconds)
                records.append(Recorded(place: trial.index, id: trial.id, result: result, seconds: seconds, deviceFailure: failures[place]))
            }
            let mustStop = options.failFast && records.contains { $0.result.status == .failed }
            var waiting = desk.state.withLock { state in
                state.lines += lines
                state.records += records
                if mustStop { state.mayGoOn = false }
                return state.lines.count
            }
            if waiting > 1 << 20 { desk.bell.signal() }
            while waiting > Desk.mostBytes {
                Thread.pause()
                waiting = desk.state.withLock { $0.mayGoOn ? $0.lines.count : 0 }
            }
        }
        desk.state.withLock { $0.atWork -= 1 }
        desk.bell.signal()
    }
}

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

private enum Thread {
    static func pause() { usleep(1000) }
}
