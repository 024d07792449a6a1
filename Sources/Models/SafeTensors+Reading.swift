import LinearAlgebra

extension SafeTensors {
    /// The finite floating-point numbers of an array and its shape.
    ///
    /// - Parameters:
    ///   - name: The array.
    ///   - path: The file, as errors shall name it.
    /// - Throws: `ModelError.missing`, `elementType`, or `notFinite` with the index of the first such element.
    public func numbers(_ name: String, path: String) throws(ModelError) -> (values: [Double], shape: [Int]) {
        guard let tensor = tensors[name] else { throw .missing(path: path, array: name, present: Array(tensors.keys)) }
        guard let values = tensor.doubles else { throw .elementType(path: path, array: name, found: tensor.type.rawValue) }
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite(path: path, array: name, index: index, value: values[index])
        }
        return (values, tensor.shape)
    }

    /// A 2-D array of at least one row and column as a matrix; `columns` fixes how many.
    ///
    /// - Throws: As `numbers`, and `ModelError.shape`.
    public func matrix(_ name: String, columns: Int? = nil, expected: String, path: String) throws(ModelError) -> Matrix<Double> {
        let (values, shape) = try numbers(name, path: path)
        guard shape.count == 2, shape[0] > 0, shape[1] > 0, columns == nil || shape[1] == columns else {
            throw .shape(path: path, array: name, expected: expected, found: shape)
        }
        return Matrix(rows: shape[1], columns: shape[0], elements: values).transposed
    }

    /// A 1-D array of the given length.
    ///
    /// - Throws: As `numbers`, and `ModelError.shape`.
    public func vector(_ name: String, count: Int, path: String) throws(ModelError) -> [Double] {
        let (values, shape) = try numbers(name, path: path)
        guard shape == [count] else { throw .shape(path: path, array: name, expected: "[\(count)]", found: shape) }
        return values
    }
}
