import Glibc
import LinearAlgebra
import Models
import Testing

@Suite struct NumPyArrayTests {
    private func sines(_ count: Int) -> [Double] { (0..<count).map { sin(Double($0 + 1)) } }

    private func agree(_ a: [Double], _ b: [Double], within tolerance: Double) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
    }

    @Test func filesOfNumPyAreRead() throws {
        for name in ["c8.npy", "f8.npy"] {
            let array = try NumPyArray(contentsOf: reference(name))
            #expect(array.shape == [3, 2])
            #expect(agree(array.values, sines(6), within: 1e-15))
            #expect(array.matrix?[2, 1] == array.values[5])
            #expect(array.matrix?[0, 1] == array.values[1])
        }
        #expect(agree(try NumPyArray(contentsOf: reference("c4.npy")).values, sines(6), within: 6e-8))
        let cube = try NumPyArray(contentsOf: reference("f8cube.npy"))
        #expect(cube.shape == [2, 3, 4] && agree(cube.values, sines(24), within: 1e-15) && cube.matrix == nil)
        let vector = try NumPyArray(contentsOf: reference("vector.npy"))
        #expect(vector.shape == [4] && vector.matrix?.rows == 4 && vector.matrix?.columns == 1)
    }

    @Test func otherElementsAreRefused() {
        #expect(throws: ModelError.elementType(path: reference("big-endian.npy"), array: "array", found: ">f8")) {
            try NumPyArray(contentsOf: reference("big-endian.npy"))
        }
        #expect(throws: ModelError.self) { try NumPyArray(contentsOf: reference("integers.npy")) }
        #expect(throws: ModelError.self) { try NumPyArray(contentsOf: reference("model.safetensors")) }
    }

    /// The writer's bytes are those of NumPy.
    @Test func filesAreWrittenAsNumPyWritesThem() throws {
        for (name, type) in [("c8.npy", NumPyArray.ElementType.f8), ("c4.npy", .f4), ("vector.npy", .f8)] {
            let bytes = try FileBytes.read(reference(name))
            #expect(try NumPyArray(bytes: bytes, path: name).encoded(as: type) == bytes)
        }
        let path = temporary("array.npy")
        defer { unlink(path) }
        let array = NumPyArray(Matrix(rows: [[1, 2, 3], [4, 5, 6]]))
        try array.write(to: path)
        #expect(try NumPyArray(contentsOf: path) == array)
        let scalar = NumPyArray([3], shape: [])
        #expect(try NumPyArray(bytes: scalar.encoded(as: .f8), path: "scalar") == scalar)
    }

    @Test func everyTruncationIsRefused() throws {
        let bytes = try FileBytes.read(reference("c8.npy"))
        for count in 0..<bytes.count {
            #expect(throws: ModelError.self) { try NumPyArray(bytes: Array(bytes[..<count]), path: "cut") }
        }
        #expect(throws: ModelError.self) { try NumPyArray(bytes: bytes + [0], path: "long") }
    }

    @Test(arguments: [
        "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999, 99999999999), }", "{'descr': '<f8', 'fortran_order': False}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", "{'descr': '<f8', 'fortran_order': False, 'shape': (2), }",
        "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", "{'descr': '<f8', 'fortran_order': 0, 'shape': (2,), }",
        "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,), }", "", "{", "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), } x", "{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807,), }",
    ])
    func lyingHeadersAreRefused(header: String) {
        let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0] + littleEndian([UInt16(header.utf8.count)]) + Array(header.utf8)
        #expect(throws: ModelError.self) { try NumPyArray(bytes: bytes + Array(repeating: 0, count: 16), path: "lying") }
    }

    @Test func whatIsNotFiniteIsFound() {
        #expect(throws: ModelError.self) { try NumPyArray([1, .nan], shape: [2]).requireFinite(path: "p") }
        #expect(throws: Never.self) { try NumPyArray([1, 2], shape: [2]).requireFinite(path: "p") }
    }
}
