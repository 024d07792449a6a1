import LinearAlgebra
import Models
import Problems

extension ProblemFile {
    /// Points with data: of an .npy array [N, d + k] the last k columns are `value`, or `value1` … `valuek`; a safetensors file has `points` [N, d]
    /// and arrays [N] by name.
    func points(_ name: String, dimension: Int, key: String) throws(ProblemFileError) -> PointSet {
        do throws(ModelError) {
            if let table = try npy(name) {
                guard table.columns > dimension else {
                    throw ModelError.shape(
                        path: name, array: "array", expected: "[N, \(dimension) + k], the points and k ≥ 1 columns of values,",
                        found: [table.rows, table.columns])
                }
                let count = table.columns - dimension
                var data: [String: [Double]] = [:]
                for k in 0..<count { data[count == 1 ? "value" : "value\(k + 1)"] = table.column(dimension + k) }
                return PointSet(ProblemFile.columns(table, 0..<dimension), data: data)
            }
            let file = try SafeTensors(contentsOf: beside(name))
            let points = try file.matrix("points", columns: dimension, expected: "[N, \(dimension)] with N ≥ 1", path: name)
            var data: [String: [Double]] = [:]
            for array in file.tensors.keys.sorted() where array != "points" {
                data[array] = try file.vector(array, count: points.rows, path: name)
            }
            return PointSet(points, data: data)
        } catch {
            throw .data(path: path, line: places.line(of: key), key: key, error)
        }
    }

    /// A solution's values: an .npy array [N, d + fields], or a safetensors file with `points` and an array a field.
    func reference(_ name: String, dimension: Int, fields: [String]) throws(ProblemFileError) -> Solution {
        do throws(ModelError) {
            if let table = try npy(name) {
                guard table.columns == dimension + fields.count else {
                    throw ModelError.shape(
                        path: name, array: "array", expected: "[N, \(dimension + fields.count)], the points and \(fields.joined(separator: ", ")),",
                        found: [table.rows, table.columns])
                }
                return Solution(
                    points: ProblemFile.columns(table, 0..<dimension), values: fields.indices.map { table.column(dimension + $0) })
            }
            let file = try SafeTensors(contentsOf: beside(name))
            let points = try file.matrix("points", columns: dimension, expected: "[N, \(dimension)] with N ≥ 1", path: name)
            var values: [[Double]] = []
            for field in fields { values.append(try file.vector(field, count: points.rows, path: name)) }
            return Solution(points: points, values: values)
        } catch {
            throw .data(path: path, line: places.line(of: "reference"), key: "reference", error)
        }
    }

    /// The finite numbers of an .npy file [N, columns]; nil for a name that does not end so.
    private func npy(_ name: String) throws(ModelError) -> Matrix<Double>? {
        guard name.hasSuffix(".npy") else { return nil }
        let array = try NumPyArray(contentsOf: beside(name))
        try array.requireFinite(path: name)
        guard array.shape.count == 2, array.shape[0] > 0, let matrix = array.matrix else {
            throw .shape(path: name, array: "array", expected: "[N, columns] with N ≥ 1", found: array.shape)
        }
        return matrix
    }

    /// A name as a path beside the problem file.
    private func beside(_ name: String) -> String {
        guard !name.hasPrefix("/"), let cut = path.lastIndex(of: "/") else { return name }
        return path[...cut] + name
    }

    private static func columns(_ table: Matrix<Double>, _ range: Range<Int>) -> Matrix<Double> {
        Matrix(rows: (0..<table.rows).map { row in range.map { table[row, $0] } })
    }
}
