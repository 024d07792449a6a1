import Foundation
import Testing

/// `evaluate` on models and points from files, against the 50-digit references of Tests/Reference/networks.py.
@Suite struct EvaluateTests {
    struct Case: Sendable, CustomStringConvertible {
        let description: String
        let activation: String
        let widths: [Int]
        let equation: String
        let parameters: [Double]
        let points: [[[Double]]]
        let sources: [[Double]]
        let loss: Double
        let gradient: [Double]

        /// The file's numbers have 40 digits; the nearest double is what is compared with.
        static let all: [Case] = {
            let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("Reference/networks.json")
            guard let data = try? Data(contentsOf: url), let list = try? JSONSerialization.jsonObject(with: data) as? [[String: Any]] else {
                return []
            }
            return list.compactMap { entry in
                guard let terms = entry["terms"] as? [[String: Any]], terms.count == 2 else { return nil }
                return Case(
                    description: entry["name"] as? String ?? "", activation: entry["activation"] as? String ?? "",
                    widths: entry["widths"] as? [Int] ?? [], equation: terms[0]["equation"] as? String ?? "",
                    parameters: entry["parameters"] as? [Double] ?? [], points: terms.map { $0["points"] as? [[Double]] ?? [] },
                    sources: terms.map { $0["source"] as? [Double] ?? [] }, loss: Double(entry["loss"] as? String ?? "") ?? .nan,
                    gradient: (entry["gradient"] as? [String] ?? []).map { Double($0) ?? .nan })
            }
        }()

        var text: [String] {
            switch equation {
            case "poisson1", "poisson2": ["--equation", "laplacian(u) - f"]
            case "biharmonic1", "biharmonic2": ["--equation", "biharmonic(u) = f"]
            default: ["--equation", "u_t + u*(u_x + u_y) = nu*(u_xx + u_yy) + f", "--coordinates", "x,y,t", "--parameter", "nu=0.125"]
            }
        }

        func write(in folder: Folder) throws -> [String] {
            var arrays: [(name: String, shape: [Int], values: [Double])] = []
            var place = 0
            for layer in 0..<(widths.count - 1) {
                let (n, m) = (widths[layer], widths[layer + 1])
                arrays.append(("layers.\(layer).weight", [m, n], Array(parameters[place..<(place + n * m)])))
                arrays.append(("layers.\(layer).bias", [m], Array(parameters[(place + n * m)..<(place + n * m + m)])))
                place += m * (n + 1)
            }
            let model = try folder.write(
                Files.safetensors(arrays, metadata: "{\"kind\":\"network\",\"activation\":\"\(activation)\"}"), "model.safetensors")
            let data = try folder.write(
                Files.safetensors([
                    ("interior", [points[0].count, widths[0]], points[0].flatMap { $0 }),
                    ("boundary", [points[1].count, widths[0]], points[1].flatMap { $0 }), ("f", [sources[0].count], sources[0]),
                    ("g", [sources[1].count], sources[1]),
                ]), "data.safetensors")
            return ["evaluate", "--model", model, "--data", data, "--condition", "boundary: u - g, weight 2.5"] + text
        }

        /// The gradient of a written file in the order of the parameters.
        func gradient(in path: String) throws -> [Double] {
            let arrays = try Files.read(path)
            return (0..<(widths.count - 1)).flatMap { layer in
                (arrays["gradient.layers.\(layer).weight"] ?? []) + (arrays["gradient.layers.\(layer).bias"] ?? [])
            }
        }
    }

    private static func difference(_ a: [Double], _ b: [Double]) -> Double {
        guard a.count == b.count else { return .infinity }
        let norm = b.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot() / norm
    }

    @Test(arguments: Case.all.indices) func lossAndGradientAreThoseOfFiftyDigits(_ index: Int) throws {
        let entry = Case.all[index]
        let folder = try Folder()
        let arguments = try entry.write(in: folder)
        for (precision, tolerance) in [("f64", 1e-13), ("f32", 2e-6)] {
            let out = folder.path("out-\(precision).safetensors")
            let result = try Program(arguments + ["--precision", precision, "--device", "native", "--gradient", "--out", out, "--json"]).json()
            let loss = try #require(result["loss"] as? Double)
            #expect(abs(loss / entry.loss - 1) <= tolerance, "\(entry), \(precision)")
            #expect(Self.difference(try entry.gradient(in: out), entry.gradient) <= tolerance, "\(entry), \(precision)")
            let norm = entry.gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
            #expect(abs((result["gradientNorm"] as? Double ?? 0) / norm - 1) <= tolerance)
        }
    }

    @Test func everyArrayIsWritten() throws {
        let entry = Case.all[4]
        let folder = try Folder()
        let out = folder.path("out.safetensors")
        let arguments = try entry.write(in: folder) + ["--jacobian", "--fields", "u,u_x,u_xx + u_yy", "--out", out, "--json", "--device", "native"]
        let result = try Program(arguments).json()
        let arrays = try Files.read(out)
        let interior = try #require(arrays["residual"])
        let boundary = try #require(arrays["residual.0.boundary"])
        let mean = { (list: [Double]) in list.reduce(0) { $0 + $1 * $1 } / Double(list.count) }
        #expect(abs((mean(interior) + 2.5 * mean(boundary)) / entry.loss - 1) < 1e-13)
        let terms = try #require(result["terms"] as? [[String: Any]])
        #expect(terms.map { $0["name"] as? String } == ["interior", "boundary"])
        #expect(abs((terms[1]["meanSquare"] as? Double ?? 0) / mean(boundary) - 1) < 1e-13)
        // ∇loss = 2 Jᵀ r with r scaled.
        let jacobian = try #require(arrays["jacobian"])
        let scaled = interior.map { $0 / Double(interior.count).squareRoot() } + boundary.map { $0 * (2.5 / Double(boundary.count)).squareRoot() }
        let count = entry.parameters.count
        let gradient = (0..<count).map { j in 2 * scaled.indices.reduce(0) { $0 + jacobian[$1 * count + j] * scaled[$1] } }
        #expect(Self.difference(gradient, entry.gradient) < 1e-13)
        // The Laplacian less f is the residual.
        let laplacian = try #require(arrays["u_xx + u_yy"])
        #expect(Self.difference(zip(laplacian, entry.sources[0]).map { $0 - $1 }, interior) < 1e-14)
        #expect(arrays["u"]?.count == 9 && arrays["u_x"]?.count == 9)
    }

    @Test func differencesComeNear() throws {
        let entry = Case.all[4]
        let folder = try Folder()
        let arguments = try entry.write(in: folder) + ["--json", "--device", "native"]
        // Rounding: 3 eps ‖stencil‖₁/h² of |u| up to 8 in the residual, twice that over in the loss.
        for (method, tolerance) in [("fd:2:1e-3", 1e-4), ("fd:8:0.05", 1e-9), ("fd-exact:8:0.05", 1e-10), ("fd:4:auto", 1e-6)] {
            let loss = try #require(try Program(arguments + ["--derivative", method]).json()["loss"] as? Double)
            #expect(abs(loss / entry.loss - 1) <= tolerance, "\(method)")
        }
        let explained = try Program(arguments.dropLast(3) + ["--derivative", "fd:2:1e-3", "--explain", "--device", "native"])
        #expect(explained.status == 0 && explained.output.contains("at 5 places a point"), "\(explained.output) \(explained.errors)")
    }

    @Test func mistakesAreOneSentence() throws {
        let entry = Case.all[4]
        let folder = try Folder()
        let arguments = try entry.write(in: folder)
        let base = Array(arguments[..<5])
        try expectRefusal(base + ["--equation", "laplacian(v) - f"], 64, "v")
        try expectRefusal(base + ["--equation", "u_xxxxx - f"], 64, "order 5")
        try expectRefusal(base + ["--equation", "u_xx - q"], 64, "q")
        try expectRefusal(base + ["--equation", "u_xx - f", "--condition", "edge: u"], 65, "edge")
        try expectRefusal(base + ["--equation", "u_xx/0 - f"], 64, "zero")
        try expectRefusal(base + ["--equation", "exp(1000 + u) - f"], 65, "not finite")
        try expectRefusal(arguments + ["--jacobian"], 64, "--out")
        try expectRefusal(arguments + ["--derivative", "fd:3:1e-3"], 64, "accuracy")
        try expectRefusal(arguments + ["--fields", " , ", "--out", folder.path("o")], 64, "names nothing")
        try expectRefusal(arguments + ["--gradient", "--out", folder.url.path], 64, "is a folder")
        try expectRefusal(arguments + ["--gradient", "--out", ""], 64, "is no name")
        try expectRefusal(["evaluate", "poisson1d", "--model", arguments[2]], 65, "coordinates")
        try expectRefusal(["evaluate", "poisson2d", "--model", folder.path("none.safetensors")], 65, "none.safetensors")
        #expect(Set(folder.contents) == ["model.safetensors", "data.safetensors"])
    }
}

extension Files {
    /// The float64 arrays of a file.
    static func read(_ path: String) throws -> [String: [Double]] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        let length = data.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
        let header = try #require(try JSONSerialization.jsonObject(with: data.dropFirst(8).prefix(length)) as? [String: Any])
        var result: [String: [Double]] = [:]
        for (name, value) in header {
            guard let entry = value as? [String: Any], let offsets = entry["data_offsets"] as? [Int] else { continue }
            let bytes = [UInt8](data.dropFirst(8 + length + offsets[0]).prefix(offsets[1] - offsets[0]))
            result[name] = bytes.withUnsafeBytes { raw in (0..<(bytes.count / 8)).map { raw.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) } }
        }
        return result
    }
}
