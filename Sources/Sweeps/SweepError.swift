import ProblemFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What a sweep refuses, or could not do; each is one sentence with the remedy.
public enum SweepError: Error, Sendable, Equatable {
    /// A key of a manifest that is not known, missing or wrong.
    case manifest(path: String, place: Place?, key: String, reason: String)
    /// A manifest that is no TOML or JSON, or cannot be read.
    case unreadable(path: String, place: Place?, reason: String)
    /// The store holds results of another version of the manifest.
    case changed(store: String, difference: String)
    /// A line of a store that is no result, or not as it was written.
    case damaged(path: String, line: Int, reason: String)
    /// Another process writes the same shard.
    case busy(path: String, holder: String)
    /// The system refused to read or write.
    case disk(path: String, reason: String)
    /// SQLite refused.
    case database(path: String, reason: String)
    /// An option or a name that cannot be used.
    case usage(String)

    /// Line and column, from 1.
    public struct Place: Sendable, Equatable {
        public let line: Int
        public let column: Int

        public init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }
}

extension SweepError {
    /// About what is read, not about what is written.
    var isOfShards: Bool {
        switch self {
        case .damaged, .changed, .unreadable: true
        default: false
        }
    }
}

extension SweepError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .manifest(let path, let place, let key, let reason): "\(SweepError.text(path, place)): \(key): \(reason)"
        case .unreadable(let path, let place, let reason): "\(SweepError.text(path, place)): \(reason)"
        case .changed(let store, let difference):
            (difference == ShardHeader.missing
                ? "\(store): \(difference)" : "\(store): the manifest is not the one that this store was made from: \(difference)")
                + "; give --accept-changes to keep the results that still belong to it, or another --store"
        case .damaged(let path, let line, ShardHeader.foreign): "\(path):\(line): \(ShardHeader.foreign)"
        case .damaged(let path, 1, let reason): "\(path):1: \(reason); remove the line and give --accept-changes, and `sweep run` writes it anew"
        case .damaged(let path, let line, let reason): "\(path):\(line): \(reason); remove the line, and its trial is run again"
        case .busy(let path, let holder):
            "\(path) is being written by \(holder); wait for its end, or give each process its own --shard"
        case .disk(let path, let reason):
            "\(path) cannot be written: \(reason); all results before it are kept: \(SweepError.isAboutRoom(reason) ? "make room" : "mend that") and give "
                + "the same command again"
        case .database(let path, let reason): "\(path): \(reason); remove this file and merge again: the shards hold everything"
        case .usage(let text): text
        }
    }

    private static func isAboutRoom(_ reason: String) -> Bool { [ENOSPC, EFBIG].contains { SystemText.text(of: $0) == reason } }

    private static func text(_ path: String, _ place: Place?) -> String { place.map { "\(path):\($0.line):\($0.column)" } ?? path }
}
