import Glibc
import LinearAlgebra
import Models
import Problems
import TestSupport
import Testing

@Suite struct SafeTensorsTests {
    /// Python's library wrote the file; its values are sin(k + 1) in C order.
    @Test func filesOfThePythonLibraryAreRead() throws {
        let path = reference("types.safetensors")
        let file = try SafeTensors(contentsOf: path)
        #expect(file.metadata.isEmpty)
        #expect(file.tensors["interior"]?.shape == [5, 2])
        let interior = try file.matrix("interior", expected: "[N, d]", path: path)
        for i in 0..<5 {
            for j in 0..<2 { #expect(abs(interior[i, j] - sin(Double(2 * i + j + 1))) < 1e-15) }
        }
        let boundary = try #require(file.tensors["boundary"])
        #expect(boundary.type == .f32)
        #expect(boundary.doubles == (0..<8).map { Double(Float(sin(Double($0 + 1)))) })
        let half = try #require(file.tensors["g"]?.doubles)
        for (k, value) in half.enumerated() { #expect(abs(value - sin(Double(k + 1))) < 0x1p-11) }
        #expect(file.tensors["steps"]?.integers == [3, UInt64(bitPattern: -1)])
        #expect(file.tensors["steps"]?.doubles == nil)
    }

    /// Written again, such a file has the same bytes.
    @Test(arguments: ["data.safetensors", "types.safetensors"])
    func filesAreWrittenAsThePythonLibraryWritesThem(name: String) throws {
        let bytes = try FileBytes.read(reference(name))
        #expect(try SafeTensors(bytes: bytes, path: name).encoded() == bytes)
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let file = SafeTensors(
            tensors: [
                "a": .init([1.5, -0.0, .pi], shape: [3]), "b": .init([Float(1), 2], shape: [1, 2]), "c": .init([Int64(-3)], shape: []),
                "empty": .init([Double](), shape: [0, 4]), "é \"\\\n": .init(Matrix(rows: [[1, 2], [3, 4], [5, 6]])),
            ],
            metadata: ["kind": "a\ttest\u{1}", "": "🙂"])
        let path = temporary("round-trip.safetensors")
        defer { unlink(path) }
        try file.write(to: path)
        #expect(try SafeTensors(contentsOf: path) == file)
        #expect(file.encoded()[0] % 8 == 0)
        let read = try SafeTensors(contentsOf: path)
        #expect(read.tensors["é \"\\\n"]?.doubles == [1, 2, 3, 4, 5, 6])
    }

    @Test func theOldFileStaysWhenWritingFails() throws {
        let folder = temporary("folder")
        mkdir(folder, 0o700)
        defer { rmdir(folder) }
        #expect(throws: ModelError.self) { try SafeTensors().write(to: folder) }
        #expect(throws: ModelError.self) { try SafeTensors().write(to: folder + "/none/file.safetensors") }
        // The folder is still there and nothing lies beside it.
        #expect(throws: ModelError.cannotRead(path: folder, reason: "it is a directory")) { try SafeTensors(contentsOf: folder) }
        #expect(access("\(folder).\(getpid()).partial", F_OK) != 0)
    }

    /// A file cut anywhere is refused, and so is one with more behind it.
    @Test func everyTruncationIsRefused() throws {
        let bytes = try FileBytes.read(reference("model.safetensors"))
        for count in 0..<bytes.count {
            #expect(throws: ModelError.self) { try SafeTensors(bytes: Array(bytes[..<count]), path: "cut") }
        }
        #expect(throws: ModelError.self) { try SafeTensors(bytes: bytes + [0], path: "long") }
        #expect(throws: Never.self) { try SafeTensors(bytes: bytes, path: "whole") }
    }

    /// A changed byte of the header never crashes the reader.
    @Test func noChangedHeaderByteCrashes() throws {
        let bytes = try FileBytes.read(reference("model.safetensors"))
        for position in 0..<272 {
            for value: UInt8 in [0, 0x22, 0x30, 0x39, 0x5B, 0x7B, 0x7D, 0xFF] {
                var changed = bytes
                changed[position] = value
                _ = try? SafeTensors(bytes: changed, path: "changed")
            }
        }
    }

    @Test(arguments: [
        ("", "no length"),
        (#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"a":{"dtype":"F64","shape":[1],"data_offsets":[8,16]}}"#, "twice"),
        (#"{"a":{"dtype":"F64","dtype":"F64","shape":[2],"data_offsets":[0,16]}}"#, "twice"),
        (#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,16]}}"#, "needs 8 bytes"),
        (#"{"a":{"dtype":"F64","shape":[3],"data_offsets":[0,24]}}"#, "only 16"),
        (#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[8,16]}}"#, "hole"),
        (#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#, "cover 8"),
        (#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},"b":{"dtype":"F64","shape":[1],"data_offsets":[8,16]}}"#, "overlaps"),
        (#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[16,0]}}"#, "offsets"),
        (#"{"a":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,16]}}"#, "absurd"),
        (#"{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}"#, "absurd"),
        (#"{"a":{"dtype":"F64","shape":[99999999999999999999],"data_offsets":[0,16]}}"#, "whole numbers"),
        (#"{"a":{"dtype":"F64","shape":[-2],"data_offsets":[0,16]}}"#, "whole numbers"),
        (#"{"a":{"dtype":"F64","shape":[2.0],"data_offsets":[0,16]}}"#, "whole numbers"),
        (#"{"a":{"dtype":"F64","shape":[02],"data_offsets":[0,16]}}"#, "begins with 0"),
        (#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,1.]}}"#, "digit"),
        (#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,1e999]}}"#, "finite"),
        (#"{"a":{"dtype":"F64","shape":[2]}}"#, "data_offsets"),
        (#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,8,16]}}"#, "data_offsets"),
        (#"{"a":{"dtype":"F64","shape":["2"],"data_offsets":[0,16]}}"#, "shape"),
        (#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16],"x":1}}"#, "does not know"),
        (#"{"a":{"dtype":"X64","shape":[2],"data_offsets":[0,16]}}"#, "X64"),
        (#"{"__metadata__":{"kind":1},"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}"#, "no string"),
        (#"{"a":[]}"#, "no object"),
        (#"["a"]"#, "'{'"),
        (#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}} x"#, "follows"),
        (#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}"#, "missing"),
        (#"{"\ud800":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}"#, "surrogate"),
        ("{\"a\":" + String(repeating: "[", count: 64) + String(repeating: "]", count: 64) + "}", "levels"),
    ])
    func lyingHeadersAreRefused(header: String, reason: String) throws {
        do {
            _ = try SafeTensors(bytes: header.isEmpty ? [] : file(header: header, data: 16), path: "lying")
            Issue.record("\(header) was read")
        } catch {
            let text = "\(error)"
            #expect(text.hasPrefix("lying"))
            #expect(header.isEmpty || text.contains(reason), "\(text)")
        }
    }

    @Test func lyingLengthsAreRefused() {
        let header = #"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}"#
        for length: UInt64 in [0, 1, 60, 72, 73, 1 << 40, 1 << 63, .max, .max - 7] {
            #expect(throws: ModelError.self) { try SafeTensors(bytes: file(header: header, data: 16, length: length), path: "lying") }
        }
    }

    @Test func textThatIsNotUTF8IsRefused() {
        var bytes = file(header: #"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}"#, data: 16)
        bytes[10] = 0xC0
        #expect(throws: ModelError.malformed(path: "p", reason: "the header is no JSON object: a text is not UTF-8 at byte 12")) {
            try SafeTensors(bytes: bytes, path: "p")
        }
    }

    @Test func whatIsNotFiniteIsRefusedWithItsPlace() throws {
        let file = SafeTensors(tensors: ["a": .init([1, 2, -.infinity, .nan])])
        #expect(throws: ModelError.notFinite(path: "p", array: "a", index: 2, value: -.infinity)) { try file.numbers("a", path: "p") }
        #expect(throws: ModelError.missing(path: "p", array: "b", present: ["a"])) { try file.numbers("b", path: "p") }
        #expect(throws: ModelError.shape(path: "p", array: "a", expected: "[3]", found: [4])) {
            try SafeTensors(tensors: ["a": .init([1, 2, 3, 4])]).vector("a", count: 3, path: "p")
        }
    }

    @Test func filesThatAreNotThereSaySo() {
        #expect(throws: ModelError.cannotRead(path: "/none", reason: "there is no such file or folder")) { try SafeTensors(contentsOf: "/none") }
        #expect(throws: ModelError.cannotRead(path: "/dev/null", reason: "it is not a regular file")) { try SafeTensors(contentsOf: "/dev/null") }
    }

    /// A sparse file of 2⁶⁰ bytes (or as large as the file system allows) is refused before anything is allocated.
    @Test func aFileLargerThanTheMemoryIsRefused() throws {
        let path = temporary("huge.safetensors")
        defer { unlink(path) }
        let descriptor = open(path, O_CREAT | O_RDWR, 0o600)
        defer { close(descriptor) }
        let size = [1 << 60, 1 << 50, 1 << 43].first { ftruncate(descriptor, $0) == 0 }
        let bytes = try #require(size)
        #expect(throws: ModelError.tooLarge(what: path, bytes: Double(bytes), memory: MachineMemory.bytes)) { try SafeTensors(contentsOf: path) }
    }

    @Test(arguments: [0x0000, 0x0001, 0x0400, 0x3C00, 0x3C01, 0x7BFF, 0x8000, 0xC000] as [UInt16])
    func halfPrecisionNumbersAreExact(bits: UInt16) {
        let values: [UInt16: Double] = [
            0: 0, 1: 0x1p-24, 0x400: 0x1p-14, 0x3C00: 1, 0x3C01: 1 + 0x1p-10, 0x7BFF: 65504, 0x8000: 0, 0xC000: -2,
        ]
        #expect(SafeTensors.Tensor(type: .f16, shape: [1], bytes: littleEndian([bits])).doubles == [values[bits]!])
        #expect(SafeTensors.Tensor(type: .bf16, shape: [1], bytes: [0x80, 0x3F]).doubles == [1])
    }
}

/// A path in the temporary folder that no other test uses.
func temporary(_ name: String) -> String { "/tmp/residua-\(getpid())-\(name)" }
