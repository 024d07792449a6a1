/// What a mistyped name may have been meant to be.
package enum NearestName {
    /// The nearest of some names, capitals aside; nil where none is like it: at most a third of the letters, but at least one,
    /// may be wrong, or only the end be missing.
    package static func of(_ name: String, among known: some Sequence<String>) -> String? {
        let letters = Array(name.lowercased())
        guard letters.count <= 40 else { return nil }
        let ranked = known.map { (distance: distance(letters, Array($0.lowercased())), name: $0) }
        let near = ranked.filter { distance, candidate in
            // A name of one letter is near to any other.
            distance <= max(1, letters.count / 3) && distance < letters.count
                || letters.count >= 3 && candidate.lowercased().hasPrefix(String(letters))
        }
        return near.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
    }

    /// How many letters must be inserted, deleted, replaced or swapped with a neighbour to turn one word into the other.
    static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var rows = [Array(0...b.count)]
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var best = min(rows[i][j] + (a[i] == b[j] ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, rows[i - 1][j - 1] + 1) }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
