import Differentiation
import LinearAlgebra
import Problems

/// Collocation points and data given in a file.
public struct CollocationData: Sendable, Equatable {
    /// The interior points, N × d.
    public let interior: Matrix<Double>
    /// The points of each condition, Nb × d, by its name.
    public let conditions: [String: Matrix<Double>]
    /// Data on these points by name: as many numbers as there are interior points, or points of a condition.
    public let arrays: [String: [Double]]

    /// - Precondition: all points have the same number of coordinates.
    public init(interior: Matrix<Double>, conditions: [String: Matrix<Double>] = [:], arrays: [String: [Double]] = [:]) {
        precondition(conditions.values.allSatisfy { $0.columns == interior.columns }, "all points have \(interior.columns) coordinates")
        self.interior = interior
        self.conditions = conditions
        self.arrays = arrays
    }

    /// The number of coordinates d.
    public var dimension: Int { interior.columns }

    /// Reads a safetensors file with `interior` [N, d], one [Nb, d] array a condition, and data [N] or [Nb].
    ///
    /// Every 2-D array besides `interior` holds a condition's points, every 1-D array data.
    /// - Parameters:
    ///   - path: The file.
    ///   - names: The conditions whose points have to be there.
    /// - Throws: `ModelError.missing`, `shape`, `elementType`, `notFinite`, or what reading the file throws.
    public init(contentsOf path: String, conditions names: [String] = []) throws(ModelError) {
        let file = try SafeTensors(contentsOf: path)
        let interior = try file.matrix("interior", expected: "[N, d] with N, d ≥ 1", path: path)
        let d = interior.columns
        var conditions: [String: Matrix<Double>] = [:]
        for name in names {
            conditions[name] = try file.matrix(name, columns: d, expected: "[Nb, \(d)] with Nb ≥ 1", path: path)
        }
        for (name, tensor) in file.tensors.sorted(by: { $0.key < $1.key })
        where tensor.shape.count == 2 && name != "interior" && conditions[name] == nil {
            conditions[name] = try file.matrix(name, columns: d, expected: "[Nb, \(d)] with Nb ≥ 1", path: path)
        }
        let counts = [interior.rows] + conditions.values.map(\.rows)
        var arrays: [String: [Double]] = [:]
        for (name, tensor) in file.tensors.sorted(by: { $0.key < $1.key }) where tensor.shape.count != 2 {
            guard tensor.shape.count == 1, counts.contains(tensor.shape[0]) else {
                throw .shape(
                    path: path, array: name, expected: "[\(Set(counts).sorted().map(String.init).joined(separator: "] or ["))]", found: tensor.shape)
            }
            arrays[name] = try file.vector(name, count: tensor.shape[0], path: path)
        }
        self.init(interior: interior, conditions: conditions, arrays: arrays)
    }

    /// The points of a problem's equation and conditions, each with the data its formula names; normals are those of the problem's domain.
    ///
    /// - Parameter path: The file, as errors shall name it.
    /// - Throws: `ModelError.missing` for points or data that are not there, `shape` for points or data that do not fit, `points` for points
    ///   off their condition's part of the domain's boundary by more than 1e-6 of its size.
    public func points(for problem: Problem, path: String) throws(ModelError) -> CollocationPoints {
        try points(for: problem, path: path, standIn: nil)
    }

    /// - Parameter standIn: the array of conditions that have none of their own.
    func points(for problem: Problem, path: String, standIn: String?) throws(ModelError) -> CollocationPoints {
        guard problem.dimension == dimension else {
            throw .shape(path: path, array: "interior", expected: "[N, \(problem.dimension)]", found: [interior.rows, dimension])
        }
        let names = Set(problem.equations.flatMap { $0.residual.data })
        let inside = PointSet(interior, data: try data(names, on: interior, path: path))
        var sets: [PointSet] = []
        for condition in problem.conditions {
            switch condition.place {
            case .point(let point): sets.append(PointSet(Matrix(rows: [point])))
            case .points(let set): sets.append(set)
            case .boundary:
                let array = conditions[condition.name] == nil ? standIn ?? condition.name : condition.name
                guard let points = conditions[array] else { throw .missing(path: path, array: condition.name, present: present) }
                try requirePlace(of: points, array, condition, problem, path: path)
                var given: [String: [Double]] = [:]
                do {
                    given = try problem.normals(at: points, for: condition, tolerance: 1e-6)
                } catch {
                    throw .points(path: path, array: array, reason: "\(error)")
                }
                let names = Set(condition.data).subtracting(given.keys)
                given.merge(try data(names, on: points, path: path)) { normal, _ in normal }
                sets.append(PointSet(points, data: given))
            }
        }
        return CollocationPoints(interior: inside, conditions: sets)
    }

    /// Refuses points that are not where their condition holds, where the problem says where that is.
    private func requirePlace(
        of points: Matrix<Double>, _ array: String, _ condition: Problem.Condition, _ problem: Problem, path: String
    ) throws(ModelError) {
        guard let domain = problem.domain, case .boundary(let part) = condition.place else { return }
        for row in 0..<points.rows {
            guard let fault = domain.misplacement(of: points.row(row), on: part, coordinates: problem.coordinates) else { continue }
            var remedy = "put it there or leave it out"
            if array != condition.name { remedy = "give the points of this condition in an array of its own, \"\(condition.name)\"" }
            if case .periodic = condition.kind { remedy += "; those at the other end follow from them" }
            throw .points(
                path: path, array: array,
                reason: "row \(row) (counted from 0) does not belong to the condition on \"\(condition.name)\": \(fault); \(remedy)")
        }
    }

    /// The arrays of these names, each with one number a point.
    private func data(_ names: Set<String>, on points: Matrix<Double>, path: String) throws(ModelError) -> [String: [Double]] {
        var result: [String: [Double]] = [:]
        for name in names.sorted() {
            guard let values = arrays[name] else { throw .missing(path: path, array: name, present: present) }
            guard values.count == points.rows else { throw .shape(path: path, array: name, expected: "[\(points.rows)]", found: [values.count]) }
            result[name] = values
        }
        return result
    }

    /// The names of all arrays.
    private var present: [String] { ["interior"] + conditions.keys + arrays.keys }

    /// The points as a file.
    public var safeTensors: SafeTensors {
        var tensors = conditions.mapValues { SafeTensors.Tensor($0) }
        tensors["interior"] = SafeTensors.Tensor(interior)
        for (name, values) in arrays { tensors[name] = SafeTensors.Tensor(values) }
        return SafeTensors(tensors: tensors)
    }
}
