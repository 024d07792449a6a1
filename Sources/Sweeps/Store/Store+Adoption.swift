import Models

extension Store {
    /// The shard with the results that came from other stores: the last by its name, so that what was recorded here comes first.
    var adoptedPath: String { folder + "/shard-taken-over-from-other-stores.jsonl" }

    /// Copies the results of other stores' shards that this one lacks into a shard of its own, as they were written; a failure is lacking nothing but
    /// another result.
    ///
    /// - Parameters:
    ///   - paths: shards, in their order.
    ///   - acceptsChanges: whether they may be those of another version of the manifest.
    /// - Returns: the number of results.
    /// - Throws: `.changed`, `.damaged`, `.busy` or `.disk`; whatever was copied before stays.
    @discardableResult
    public func adopt(_ paths: [String], of list: TrialList, acceptsChanges: Bool = false, threads: Int = 1) throws(SweepError) -> Int {
        let own = try shardPaths()
        let names = Set(own.map(MappedFile.absolute))
        let others = paths.filter { !names.contains(MappedFile.absolute($0)) }
        guard !others.isEmpty else { return 0 }
        var statuses = try StoreScan(own, of: list, threads: threads).statuses
        var shard: ShardFile?
        var lines: [UInt8] = []
        var count = 0
        func write() throws(SweepError) {
            guard !lines.isEmpty else { return }
            if shard == nil {
                try make()
                shard = try ShardFile(adoptedPath, manifest: list.expansion.manifest, acceptsChanges: acceptsChanges)
            }
            try shard?.append(lines)
            lines.removeAll(keepingCapacity: true)
        }
        for path in others {
            let file = try MappedFile(path)
            guard file.wholeLines > 0 else { continue }
            try file.requireManifest(of: list, acceptsChanges, threads: threads)
            var number = 0
            for chunk in file.chunks(of: 1 << 20) {
                try file.lines(chunk) { line throws(SweepError) in
                    number += 1
                    func damaged(_ reason: String) -> SweepError { .damaged(path: path, line: number, reason: reason) }
                    if let flaw = ResultLine.flaw(line) { throw damaged(flaw) }
                    if ShardHeader.isHeader(line) { return }
                    guard let (id, status) = ResultLine.head(line) else { throw damaged("this is neither a result nor a header") }
                    guard let place = list.place(of: id) else { return }
                    if let known = statuses[place], known != .failed || status == .failed { return }
                    var (series, numbers): ([PreparedSeries], [UInt64]) = ([], [])
                    do throws(JSONText.Mistake) { _ = try PreparedResult(id, place, status, line, &series, &numbers) } catch {
                        throw damaged(ResultLine.unreadable(error))
                    }
                    statuses[place] = status
                    lines += line
                    lines.append(0x0A)
                    count += 1
                }
                try write()
                file.release(chunk)
            }
        }
        try shard?.synchronize()
        return count
    }
}
