import Problems

extension CollocationData {
    /// The points of a problem, with the data that its expressions name: conditions without an array of their own take "boundary", and every array of
    /// the interior's length goes along.
    ///
    /// - Throws: `ModelError` where an array is missing or has the wrong shape.
    package func collocation(of problem: Problem, path: String) throws(ModelError) -> CollocationPoints {
        let points = try points(for: problem, path: path, standIn: "boundary")
        return CollocationPoints(
            interior: PointSet(interior, data: arrays.filter { $0.value.count == interior.rows }), conditions: points.conditions)
    }
}
