import Compute
import LinearAlgebra
import Problems

extension ResidualTerm {
    /// The term cut into slices of equally many points along an axis, weighted so that their sum is the term.
    ///
    /// - Parameters:
    ///   - count: of slices, no more than points.
    ///   - axis: the coordinate by which points are ordered.
    func inSlices(_ count: Int, along axis: Int) -> [ResidualTerm] {
        let total = points.count
        let order = (0..<total).sorted { (points.points[$0, axis], $0) < (points.points[$1, axis], $1) }
        let slices = min(count, total)
        return (0..<slices).map { slice in
            let places = order[(slice * total / slices)..<((slice + 1) * total / slices)]
            var part = self
            part.name = "\(name) \(slice + 1)"
            part.points = PointSet(
                Matrix(rows: places.map { points.points.row($0) }), data: points.data.mapValues { values in places.map { values[$0] } })
            part.weight = weight * Double(places.count) / Double(total)
            return part
        }
    }
}
