/// The part of a sweep that a process does: trials whose identity modulo `count` is `index`.
public struct Shard: Sendable, Hashable {
    /// 0…count − 1.
    public let index: Int
    public let count: Int

    public static let whole = Shard(index: 0, count: 1)!

    public static let most = 100_000

    public init?(index: Int, count: Int) {
        guard (1...Shard.most).contains(count), (0..<count).contains(index) else { return nil }
        self.index = index
        self.count = count
    }

    /// `K/N`, K from 0; `1/1` is the whole sweep as `0/1` is.
    ///
    /// - Throws: `SweepError.usage`.
    public init(parsing text: String) throws(SweepError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let index = parts[0], let count = parts[1] else {
            throw .usage("--shard \(text): write K/N, such as 0/4 for the first of four shards.")
        }
        if index == 1, count == 1 {
            self = .whole
            return
        }
        guard let shard = Shard(index: index, count: count) else {
            throw .usage("--shard \(text): shards are numbered from 0, so that of N shards the last is (N-1)/N; N is at most \(Shard.most).")
        }
        self = shard
    }

    func contains(_ id: TrialID) -> Bool { count == 1 || id.shard(of: count) == index }
}

extension Shard: CustomStringConvertible {
    public var description: String { "\(index)/\(count)" }
}
