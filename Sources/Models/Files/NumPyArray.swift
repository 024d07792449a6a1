import LinearAlgebra

/// An array of an .npy file with elements of 4- or 8-byte floating-point type.
///
/// Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays", and numpy.lib.format.
public struct NumPyArray: Sendable, Equatable {
    /// The type of the elements in the file.
    public enum ElementType: String, Sendable {
        case f4 = "<f4"
        case f8 = "<f8"

        var size: Int { self == .f4 ? 4 : 8 }
    }

    public let shape: [Int]
    /// The elements in C order, whatever the file's order.
    public let values: [Double]

    /// - Precondition: as many values as the shape says.
    public init(_ values: [Double], shape: [Int]) {
        precondition(values.count == shape.reduce(1, *), "an array of shape \(shape) has \(shape.reduce(1, *)) elements")
        self.values = values
        self.shape = shape
    }

    public init(_ matrix: Matrix<Double>) {
        self.init(matrix.transposed.elements, shape: [matrix.rows, matrix.columns])
    }

    /// Whether a file begins as one of this format does.
    package static func isBeginning(of path: String) -> Bool { FileBytes.beginning(of: path, count: 6) == [0x93] + Array("NUMPY".utf8) }

    /// The array as a matrix, a 1-D array as one column; nil for other shapes.
    public var matrix: Matrix<Double>? {
        switch shape.count {
        case 1: Matrix(rows: shape[0], columns: 1, elements: values)
        case 2: Matrix(rows: shape[1], columns: shape[0], elements: values).transposed
        default: nil
        }
    }

    /// Throws `ModelError.notFinite` at the first element that is NaN or infinite.
    public func requireFinite(path: String) throws(ModelError) {
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite(path: path, array: "array", index: index, value: values[index])
        }
    }
}
