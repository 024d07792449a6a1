import Foundation
import Testing

@Suite struct BadFileTests {
    private let model = reference("line-model.safetensors")
    private let data = reference("line-data.safetensors")
    private let equation = ["--equation", "laplacian(u) - f", "--condition", "boundary: u - g, weight 4"]

    private func spectrum(model: String? = nil, data: String? = nil) -> [String] {
        ["spectrum", "--model", model ?? self.model, "--data", data ?? self.data] + equation
    }

    private static func features(
        weights: [Int] = [2, 1], biases: [Double] = [0.5, 1], activation: String = "tanh"
    ) -> Data {
        Files.safetensors(
            [
                ("features.weight", weights, (0..<weights.reduce(1, *)).map { Double($0 + 1) }),
                ("features.bias", [biases.count], biases),
            ], metadata: "{\"activation\":\"\(activation)\"}")
    }

    @Test func modelFilesAreRefused() throws {
        let folder = try Folder()
        let good = BadFileTests.features()
        let arrays = "\"features.bias\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[16,32]}"
        func lying(_ shape: String, _ offsets: String) -> Data {
            Files.raw(
                header: "{\"features.weight\":{\"dtype\":\"F64\",\"shape\":\(shape),\"data_offsets\":\(offsets)},\(arrays)}", body: Data(count: 32))
        }
        let cases: [(Data, String)] = [
            (BadFileTests.features(activation: "wobble"), "no activation \"wobble\""),
            (BadFileTests.features(biases: [1]), "features.bias"),
            (BadFileTests.features(biases: [1, .nan]), "is nan"),
            (BadFileTests.features(weights: [2, 2]), "[N, 1] is needed"),
            (Data(), "0"), (good.prefix(5), "8 bytes"), (good.prefix(40), "header"), (good.dropLast(8), "ends at byte"),
            (Files.raw(header: "{}", body: Data(), length: 1 << 62), "header"),
            (Files.raw(header: "{}", body: Data(), length: .max), "header"),
            (Files.raw(header: "{\"a\":1}", body: Data(), length: 3), "header"),
            (lying("[2,1]", "[0,1000000000000000]"), "offsets"), (lying("[2,1]", "[20,4]"), "offsets"),
            (lying("[4611686018427387904,8]", "[0,16]"), "shape"), (lying("[-2,1]", "[0,16]"), "shape that is no list of whole numbers"),
            (lying("[2,1]", "[9223372036854775808,18446744073709551616]"), "offsets that is no list of whole numbers"),
        ]
        for (index, (bytes, words)) in cases.enumerated() {
            let name = "model\(index).safetensors"
            try expectRefusal(spectrum(model: try folder.write(bytes, name)), 65, words)
            try expectRefusal(spectrum(model: folder.path(name)), 65, name)
        }
        try expectRefusal(spectrum(model: "missing.safetensors"), 65, "error: missing.safetensors cannot be read")
    }

    @Test func pointFilesAreRefused() throws {
        let folder = try Folder()
        typealias Arrays = [(name: String, shape: [Int], values: [Double])]
        let interior: Arrays = [("interior", [3, 1], [-0.5, 0, 0.5])]
        let ends: Arrays = [("boundary", [2, 1], [-1, 1]), ("g", [2], [0, 0])]
        let cases: [(Arrays, String)] = [
            (interior + ends + [("f", [3], [1, .nan, 1])], "is nan"),
            ([("interior", [3, 1], [0, .infinity, 1])] + ends + [("f", [3], [1, 1, 1])], "is inf"),
            (interior + [("f", [3], [1, 1, 1])], "no array \"boundary\""),
            (ends + [("f", [3], [1, 1, 1])], "no array \"interior\""),
            (interior + ends + [("f", [4], [1, 1, 1, 1])], "\"f\" has the shape [4]"),
            ([("interior", [3], [-0.5, 0, 0.5])] + ends + [("f", [3], [1, 1, 1])], "[N, d]"),
            (interior + ends + [("f", [2], [1, 1])], "[3] is needed"),
        ]
        for (index, (arrays, words)) in cases.enumerated() {
            try expectRefusal(spectrum(data: try folder.write(Files.safetensors(arrays), "data\(index).safetensors")), 65, words)
        }
        try expectRefusal(spectrum(data: "missing.safetensors"), 65, "error: missing.safetensors cannot be read")
        try expectRefusal(["spectrum", "poisson2d", "--data", data], 65, "interior")
        try expectRefusal(["spectrum", "poisson1d", "--model", reference("plane-model.safetensors")], 65, "features.weight")
    }

    @Test func matrixFilesAreRefused() throws {
        let folder = try Folder()
        let good = Files.npy([2, 2], [1, 2, 3, 4])
        let cases: [(Data, String, String)] = [
            (Files.npy([2, 2], [1, .nan, 3, 4]), "--matrix", "is nan"), (good.dropLast(3), "--matrix", "bytes"),
            (good.prefix(7), "--matrix", "begin"), (Data("XX".utf8) + good.dropFirst(2), "--matrix", "begin"),
            (good.prefix(20), "--matrix", "header"),
            (Files.npy([0, 4], []), "--matrix", "0 rows"), (Files.npy([4], [1, 2, 3, 4]), "--matrix", "[rows, columns]"),
            (Files.npy([4], [1, 2, 3, 4], type: "<i8"), "--matrix", "<i8"), (good, "--singular-values", "[n]"),
            (Files.npy([0], []), "--singular-values", "no singular values"), (Files.npy([2], [1, -2]), "--singular-values", "not negative"),
            (Files.npy([2], [1, .infinity]), "--singular-values", "is inf"),
        ]
        for (index, (bytes, option, words)) in cases.enumerated() {
            try expectRefusal(["spectrum", option, try folder.write(bytes, "a\(index).npy")], 65, words)
        }
        try expectRefusal(["spectrum", "--matrix", "missing.npy"], 65, "error: missing.npy cannot be read")
        try expectRefusal(["spectrum", "--matrix", folder.url.path], 65, "directory")
    }

    @Test func aZeroMatrixHasNoSpectrumToSpeakOf() throws {
        let folder = try Folder()
        let zero = try folder.write(Files.npy([5, 4], Array(repeating: 0, count: 20)), "zero.npy")
        let object = try Program(["spectrum", "--matrix", zero, "--json"]).json()
        let record = try #require((object["spectra"] as? [[String: Any]])?.first)
        #expect(record["singularValues"] as? [Double] == [0, 0, 0, 0])
        #expect(record["rank"] as? Int == 0)
        let cut = try #require((record["cuts"] as? [[String: Any]])?.first)
        #expect(cut["count"] as? Int == 0 && cut["entropy"] as? Double == 0)
    }

    @Test func productsWriteNothingByHalves() throws {
        let folder = try Folder()
        let a = try folder.write(Files.npy([2, 3], [1, 2, 3, 4, 5, 6]), "a.npy")
        let bad = try folder.write(Files.npy([3, 1], [1, .nan, 3]), "bad.npy")
        let out = folder.path("c.npy")
        try expectRefusal(["matmul", a, bad, "--out", out], 65, "is nan")
        try expectRefusal(["matmul", a, a, "--out", out], 64, "inner sizes")
        try expectRefusal(["matmul", a, a, "--transpose-b", "--out", folder.path("none/c.npy")], 70, "cannot be written")
        #expect(folder.contents.sorted() == ["a.npy", "bad.npy"])
        #expect(try Program(["matmul", a, a, "--transpose-b", "--device", "native", "--out", out]).status == 0)
        #expect(try Data(contentsOf: URL(fileURLWithPath: out)).suffix(32) == Files.npy([2, 2], [14, 32, 32, 77]).suffix(32))
    }
}
