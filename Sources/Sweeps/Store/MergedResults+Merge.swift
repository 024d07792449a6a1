import LinearAlgebra
import Models

extension MergedResults {
    /// How far a shard has been taken in.
    private struct Taken {
        var bytes = 0
        /// Of the lines up to there.
        var digest: UInt64 = 0
        /// Lines, headers included; results among them; and those of trials that are not in the manifest.
        var lines = 0
        var results = 0
        var strangers = 0
    }

    /// Takes in all results of the shards, in their order; the first result of a trial is kept, a failure only until there is another.
    ///
    /// A shard only grows: of one that was taken in before and whose beginning is still the same, what follows alone is taken in.
    /// - Parameter threads: on which lines are read and checksums compared.
    /// - Throws: `.changed` if a shard belongs to another version of the manifest and that is not accepted, `.damaged` or `.disk`. What was taken in
    ///   before stays.
    public func merge(_ paths: [String], acceptsChanges: Bool = false, threads: Int = 1) throws(SweepError) -> Summary {
        var summary = Summary()
        if try isEmpty() {
            var refusal: SweepError?
            let isBuilt = try database.build { () throws(SweepError) in
                let isFirst = try isEmpty()
                if isFirst { try database.execute("DROP TABLE results; " + MergedResults.resultsTable) }
                do throws(SweepError) {
                    try takeIn(paths, acceptsChanges, ResultWriter(database, list, isFirst: isFirst), &summary, threads)
                } catch {
                    // What stands before a flaw of a shard stays.
                    guard error.isOfShards else { throw error }
                    refusal = error
                }
                // Of all rows at once: an identity at a time stands anywhere in its index.
                try makeIndices()
            }
            if let refusal { throw refusal }
            if isBuilt { return summary }
        }
        try takeIn(paths, acceptsChanges, ResultWriter(database, list), &summary, threads)
        try database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return summary
    }

    private func takeIn(
        _ paths: [String], _ acceptsChanges: Bool, _ writer: ResultWriter, _ summary: inout Summary, _ threads: Int
    ) throws(SweepError) {
        for path in paths {
            let file = try MappedFile(path)
            let end = file.wholeLines
            if end < file.bytes.count { summary.torn.append(path) }
            guard end > 0 else { continue }
            try file.requireManifest(of: list, acceptsChanges, threads: threads)
            try merge(file, end, writer, &summary, threads)
        }
    }

    private func merge(_ file: MappedFile, _ end: Int, _ writer: ResultWriter, _ summary: inout Summary, _ threads: Int) throws(SweepError) {
        let name = MappedFile.absolute(file.path)
        var taken = try unchanged(file, name, end, threads) ?? Taken()
        var conflicts: [Conflict] = []
        if taken.bytes > 0 {
            summary.lines += taken.results
            summary.foreign += taken.strangers
            summary.repeated += taken.results - taken.strangers
            conflicts = try self.conflicts(of: name, file.path)
            summary.repeated -= conflicts.count
        }
        let list = self.list
        let chunks = file.chunks(of: MergedResults.chunk, in: taken.bytes..<end)
        // Of one that is taken in from its beginning, the digest comes with the chunks.
        var digest: ShardDigest? = taken.bytes == 0 ? ShardDigest() : nil
        // The next chunks are read while the tables take the last.
        try inTurn(chunks, threads: threads) { chunk in
            PreparedChunk(file, chunk, of: list)
        } consume: { range, chunk throws(SweepError) in
            if let flaw = chunk.flaw { throw .damaged(path: file.path, line: taken.lines + flaw.line, reason: flaw.reason) }
            try database.transaction { () throws(SweepError) in
                for (line, result) in chunk.results {
                    do throws(JSONText.Mistake) {
                        switch try writer.take(result, of: chunk) {
                        case .added: summary.added += 1
                        case .repeated: summary.repeated += 1
                        case .replaced: summary.replaced += 1
                        case .conflict(let difference):
                            conflicts.append(Conflict(id: result.id, path: file.path, line: taken.lines + line, difference: difference))
                        case .failed(let error): writer.failure = error
                        }
                    } catch { throw .damaged(path: file.path, line: taken.lines + line, reason: ResultLine.unreadable(error)) }
                    if let failure = writer.failure { throw failure }
                }
            }
            taken.lines += chunk.lines
            taken.results += chunk.results.count + chunk.strangers
            taken.strangers += chunk.strangers
            summary.lines += chunk.results.count + chunk.strangers
            summary.foreign += chunk.strangers
            digest?.add(chunk.digest)
            file.release(range)
        }
        summary.conflicts += conflicts
        guard taken.bytes < end else { return }
        taken.bytes = end
        taken.digest = digest?.value ?? MergedResults.digest(file, end, threads) ?? 0
        try record(taken, conflicts, name)
    }

    private static let chunk = 4 << 20

    /// Of the whole lines up to `end`, by their checksums; nil where one is not as it was written or `end` is within one.
    private static func digest(_ file: MappedFile, _ end: Int, _ threads: Int) -> UInt64? {
        guard end > 0, end <= file.bytes.count, file.bytes[end - 1] == 0x0A else { return nil }
        let parts: [ShardDigest?] = concurrently(file.chunks(of: chunk, in: 0..<end), threads: threads) { chunk in
            defer { file.release(chunk) }
            var digest: ShardDigest? = ShardDigest()
            file.lines(chunk) { line in
                if digest != nil, ResultLine.flaw(line) == nil { digest?.add(line) } else { digest = nil }
            }
            return digest
        }
        var digest = ShardDigest()
        for part in parts {
            guard let part else { return nil }
            digest.add(part)
        }
        return digest.value
    }

    /// How far a shard was taken in, if everything up to there is as it was; nil for one that is new, changed or taken in for another manifest.
    private func unchanged(_ file: MappedFile, _ name: String, _ end: Int, _ threads: Int) throws(SweepError) -> Taken? {
        let find = try database.prepare("SELECT bytes, digest, lines, results, strangers FROM shards WHERE path = ? AND manifest = ?")
        find.bind(1, name)
        find.bind(2, list.expansion.manifest.digest)
        guard try find.step(), let bytes = find.integer(0), let digest = find.integer(1), bytes <= end else { return nil }
        let taken = Taken(
            bytes: bytes, digest: UInt64(bitPattern: Int64(digest)), lines: find.integer(2) ?? 0, results: find.integer(3) ?? 0,
            strangers: find.integer(4) ?? 0)
        return MergedResults.digest(file, bytes, threads) == taken.digest ? taken : nil
    }

    private func record(_ taken: Taken, _ conflicts: [Conflict], _ name: String) throws(SweepError) {
        try database.transaction { () throws(SweepError) in
            let shard = try database.prepare("INSERT OR REPLACE INTO shards VALUES (?, ?, ?, ?, ?, ?, ?)")
            shard.bind(1, name)
            shard.bind(2, list.expansion.manifest.digest)
            shard.bind(3, taken.bytes)
            shard.bind(4, Int(truncatingIfNeeded: taken.digest))
            shard.bind(5, taken.lines)
            shard.bind(6, taken.results)
            shard.bind(7, taken.strangers)
            try shard.run()
            let remove = try database.prepare("DELETE FROM conflicts WHERE path = ?")
            remove.bind(1, name)
            try remove.run()
            let insert = try database.prepare("INSERT INTO conflicts VALUES (?, ?, ?, ?)")
            for conflict in conflicts {
                insert.bind(1, conflict.id.text)
                insert.bind(2, name)
                insert.bind(3, conflict.line)
                insert.bind(4, conflict.difference)
                try insert.run()
            }
        }
    }

    /// The conflicts that a shard's results were found to have, under the path by which it is named now.
    private func conflicts(of name: String, _ path: String) throws(SweepError) -> [Conflict] {
        let rows = try database.prepare("SELECT id, line, difference FROM conflicts WHERE path = ? ORDER BY line")
        rows.bind(1, name)
        var conflicts: [Conflict] = []
        while try rows.step() {
            guard let id = rows.text(0).flatMap({ TrialID($0) }) else { continue }
            conflicts.append(Conflict(id: id, path: path, line: rows.integer(1) ?? 0, difference: rows.text(2) ?? ""))
        }
        return conflicts
    }
}

/// Of many lines, by their checksums.
struct ShardDigest {
    private(set) var value: UInt64 = 0

    /// - Parameter line: with its checksum at its end.
    mutating func add(_ line: UnsafeRawBufferPointer) {
        let tail = UnsafeRawBufferPointer(rebasing: line[(line.count - ResultLine.tailLength)...])
        value = (value ^ ResultLine.checksum(tail)) &* 0x9e37_79b9_7f4a_7c15
    }

    /// The lines of the next chunk.
    mutating func add(_ chunk: ShardDigest) { value = (value ^ chunk.value) &* 0xff51_afd7_ed55_8ccd }
}

extension MappedFile {
    /// Refuses a shard that was made from another version of the manifest, unless that is accepted.
    func requireManifest(of list: TrialList, _ acceptsChanges: Bool, threads: Int = 1) throws(SweepError) {
        let manifest = list.expansion.manifest
        let header = try ShardFile.header(of: self, threads: threads)
        guard header?.digest != manifest.digest, !acceptsChanges else { return }
        throw .changed(store: path, difference: header?.difference(to: manifest) ?? ShardHeader.missing)
    }
}
