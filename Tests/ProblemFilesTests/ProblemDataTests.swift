import LinearAlgebra
import Models
import ProblemFiles
import Problems
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// A folder of one's own, removed with the value that holds it.
final class Folder {
    let path: String

    init() throws {
        var template = Array("/tmp/residua-problems-XXXXXX".utf8CString)
        _ = try #require(mkdtemp(&template))
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    private var names: [String] = []

    func write(_ bytes: [UInt8], _ name: String) throws -> String {
        names.append(name)
        let file = try #require(fopen("\(path)/\(name)", "w"))
        defer { fclose(file) }
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
        return "\(path)/\(name)"
    }

    func write(_ array: NumPyArray, _ name: String) throws {
        names.append(name)
        try array.write(to: "\(path)/\(name)")
    }

    func write(_ file: SafeTensors, _ name: String) throws {
        names.append(name)
        try file.write(to: "\(path)/\(name)")
    }
}

@Suite struct ProblemDataTests {
    private func problem(_ folder: Folder, _ last: String) throws -> Problem {
        let text = "coordinates = { x = [-1, 1], t = [0, 1] }\nequation = \"u_t = u_xx\"\n" + last
        return try Problem(contentsOf: try folder.write(Array(text.utf8), "p.toml"))
    }

    private func data(_ name: String, _ equation: String) -> String {
        "conditions = [{ data = \"\(name)\", equation = \"\(equation)\", weight = 3 }]"
    }

    private func refused(_ words: String, _ body: () throws -> Problem) {
        do {
            _ = try body()
            Issue.record("\(words): accepted")
        } catch {
            #expect("\(error)".contains(words), "\(error)")
            #expect("\(error)".contains("p.toml:3: "), "\(error)")
        }
    }

    @Test func pointsComeFromFiles() throws {
        let folder = try Folder()
        try folder.write(NumPyArray([0, 0.5, 7, 0.25, 1, 8], shape: [2, 3]), "one.npy")
        let one = try problem(folder, data("one.npy", "u - value"))
        #expect(one.conditions[0].place == .points(PointSet(Matrix(rows: [[0, 0.5], [0.25, 1]]), data: ["value": [7, 8]])))
        #expect(one.conditions[0].name == "one.npy" && one.conditions[0].weight == 3)
        try folder.write(NumPyArray([0, 0.5, 7, 9], shape: [1, 4]), "two.npy")
        #expect(try problem(folder, data("two.npy", "u*value1 - value2")).conditions[0].data.sorted() == ["value1", "value2"])
        try folder.write(
            SafeTensors(tensors: ["points": .init(Matrix(rows: [[0, 0.5]])), "flow": .init([4.0])]), "three.safetensors")
        #expect(try problem(folder, data("three.safetensors", "u_x = flow")).conditions[0].data == ["flow"])
    }

    @Test func wrongFilesAreRefused() throws {
        let folder = try Folder()
        try folder.write(NumPyArray([0, 0.5, .nan], shape: [1, 3]), "nan.npy")
        refused("conditions[0].data: nan.npy: element 2 of the array \"array\" is nan") { try problem(folder, data("nan.npy", "u - value")) }
        try folder.write(NumPyArray([0, 0.5], shape: [1, 2]), "narrow.npy")
        refused("the shape [1, 2]") { try problem(folder, data("narrow.npy", "u")) }
        try folder.write(NumPyArray([0, 0.5, 1], shape: [3]), "flat.npy")
        refused("the shape [3]") { try problem(folder, data("flat.npy", "u")) }
        try folder.write(NumPyArray([0, 3, 1], shape: [1, 3]), "outside.npy")
        refused("point 0 of outside.npy, [0.0, 3.0], lies outside the domain") { try problem(folder, data("outside.npy", "u")) }
        try folder.write(SafeTensors(tensors: ["points": .init(Matrix(rows: [[0, 0.5]])), "flow": .init([4.0, 5])]), "long.safetensors")
        refused("the array \"flow\" has the shape [2], but [1] is needed") { try problem(folder, data("long.safetensors", "u - flow")) }
        try folder.write(SafeTensors(tensors: ["flow": .init([4.0, 5])]), "none.safetensors")
        refused("has no array \"points\"") { try problem(folder, data("none.safetensors", "u - flow")) }
        try folder.write(NumPyArray([0, 0.5, 7], shape: [1, 3]), "good.npy")
        refused("conditions[0].equation: The name values is unknown: value is near it.") { try problem(folder, data("good.npy", "u - values")) }
    }

    @Test func referencesComeFromFiles() throws {
        let folder = try Folder()
        let condition = "conditions = [{ on = \"t = 0\", equation = \"u = 0\" }]"
        try folder.write(NumPyArray([0, 0.5, 7, 0.25, 1, 8], shape: [2, 3]), "u.npy")
        let given = try problem(folder, "reference = \"u.npy\"\n" + condition)
        #expect(try given.solution(seed: 0) == Solution(points: Matrix(rows: [[0, 0.5], [0.25, 1]]), values: [[7, 8]]))
        try folder.write(SafeTensors(tensors: ["points": .init(Matrix(rows: [[0, 0.5]])), "u": .init([4.0])]), "u.safetensors")
        #expect(try problem(folder, "reference = \"u.safetensors\"\n" + condition).solution(seed: 0)?.values == [[4]])
        try folder.write(NumPyArray([0, 0.5, 7, 0.25], shape: [1, 4]), "wide.npy")
        refused("reference: wide.npy: the array \"array\" has the shape [1, 4]") { try problem(folder, "reference = \"wide.npy\"\n" + condition) }
    }
}
