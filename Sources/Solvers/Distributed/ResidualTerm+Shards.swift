import Compute
import LinearAlgebra
import Problems

extension ResidualTerm {
    /// The terms of each of `count` shards, weighted so that the sum of the shards' losses is the loss.
    ///
    /// A term's points are cut in their order into parts that differ by one at most; a term with fewer points than shards is whole in the first.
    static func shards(of terms: [ResidualTerm], count: Int) -> [[ResidualTerm]] {
        (0..<count).map { shard in
            terms.compactMap { term in
                let total = term.points.count
                guard total >= count else { return shard == 0 ? term : nil }
                let places = (shard * total / count)..<((shard + 1) * total / count)
                var part = term
                part.points = PointSet(
                    Matrix(rows: places.map { term.points.points.row($0) }), data: term.points.data.mapValues { Array($0[places]) })
                part.weight = term.weight * Double(places.count) / Double(total)
                return part
            }
        }
    }
}
