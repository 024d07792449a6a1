import Foundation
import Testing

@Suite struct CheckTests {
    private let burgers = """
        coordinates = { x = [-1, 1], t = [0, 1] }
        parameters = { nu = 0.01 }
        trainable = ["nu"]
        equation = "u_t + u*u_x = nu*u_xx"
        conditions = [ { on = "t = 0", equation = "u = -sin(pi*x)" }, { periodic = "x" }, { data = "seen.npy", equation = "u - value" } ]
        """

    private func folder() throws -> (folder: Folder, path: String) {
        let folder = try Folder()
        _ = try folder.write(Files.npy([2, 3], [0, 0.5, 7, 0.25, 1, 8]), "seen.npy")
        return (folder, try folder.write(Data(burgers.utf8), "mine.toml"))
    }

    @Test func aProblemFileSaysWhatItWouldDo() throws {
        let (folder, path) = try folder()
        let object = try Program(["check", path, "--json", "--points", "100"]).json()
        #expect(object["kind"] as? String == "problem" && object["name"] as? String == "mine")
        #expect(object["coordinates"] as? [String] == ["x", "t"] && object["trainable"] as? [String] == ["nu"])
        #expect(object["derivatives"] as? [String] == ["u_t", "u", "u_x", "u_xx"])
        #expect(object["points"] as? Int == 100 && object["linear"] as? Bool == false)
        #expect(object["solution"] is NSNull && (object["warnings"] as? [String])?.isEmpty == true)
        let conditions = try #require(object["conditions"] as? [[String: Any]])
        #expect(conditions.compactMap { $0["points"] as? Int } == [12, 12, 2])
        #expect(conditions.compactMap { $0["equation"] as? String } == ["u = -sin(pi*x)", "periodic: u, u_x", "u - value"])
        let text = try Program(["check", path]).output
        #expect(try Program(["check", "poisson1d", "--points", "1"]).output.contains("u_xx = -pi^2*sin(pi*x)    at 1 point\n"))
        for words in ["mine: ", "nu = 0.01 (trainable", "condition    on seen.npy: u - value    at 2 points", "solution     not known"] {
            #expect(text.contains(words), "\(text)")
        }
        _ = folder
    }

    @Test func everyCatalogueEntryIsSound() throws {
        let list = try #require(try Program(["problems", "--json"]).json()["problems"] as? [[String: Any]])
        for name in list.compactMap({ $0["name"] as? String }) {
            let object = try Program(["check", name, "--json"]).json()
            let warnings = try #require(object["warnings"] as? [String])
            #expect(warnings.isEmpty || name == "lshape" || name.hasSuffix("-noisy"), "\(name): \(warnings)")
            #expect(object["solution"] is String)
        }
    }

    @Test func modelsAndPointsAreDescribed() throws {
        let features = try Program(["check", reference("line-model.safetensors"), "--json"]).json()
        #expect(features["kind"] as? String == "random-features" && features["dimension"] as? Int == 1)
        let points = try Program(["check", reference("line-data.safetensors"), "--json"]).json()
        #expect(points["kind"] as? String == "points" && points["dimension"] as? Int == 1)
        #expect((points["device"] as? String)?.isEmpty == false)
        #expect(try Program(["check", reference("line-data.safetensors")]).output.contains("interior     60 in 1 coordinate\n"))
        let folder = try Folder()
        // By what they hold, whatever they are called.
        let copy = try folder.write(try Data(contentsOf: URL(fileURLWithPath: reference("line-model.safetensors"))), "features")
        #expect(try Program(["check", copy, "--json"]).json()["kind"] as? String == "random-features")
        let array = try Program(["check", try folder.write(Files.npy([2, 3], [0, 0.5, 7, 0.25, 1, 8]), "values"), "--json"]).json()
        #expect(array["kind"] as? String == "array" && array["shape"] as? [Int] == [2, 3])
        let train = ["train", "poisson1d", "--layers", "1,4,1", "--steps", "3", "--checkpoint", folder.path("state")]
        #expect(try Program(train).status == 0)
        let state = try Program(["check", folder.path("state"), "--json"]).json()
        #expect(state["kind"] as? String == "checkpoint" && state["step"] as? Int == 3 && state["parameters"] as? Int == 13)
        #expect((state["identity"] as? [String: String])?["problem"] == "poisson1d")
        #expect(try Program(["check", folder.path("state")]).output.contains("after 3 steps"))
        let layers: [(String, [Int])] = [
            ("layers.0.weight", [3, 2]), ("layers.0.bias", [3]), ("layers.2.weight", [1, 3]), ("layers.2.bias", [1]),
        ]
        func network(_ layers: [(String, [Int])]) -> Data {
            Files.safetensors(layers.map { ($0.0, $0.1, Array(repeating: 0.5, count: $0.1.reduce(1, *))) }, metadata: "{\"activation\":\"tanh\"}")
        }
        let good = try Program(["check", try folder.write(network(layers), "net.safetensors"), "--json"]).json()
        #expect(good["kind"] as? String == "network" && good["layers"] as? [Int] == [2, 3, 1] && good["parameters"] as? Int == 13)
        var wrong = layers
        wrong[2].1 = [1, 4]
        try expectRefusal(["check", try folder.write(network(wrong), "bad.safetensors")], 65, "\"layers.2.weight\" has the shape [1, 4]")
        wrong[2].1 = [1, 3]
        wrong[3].1 = [2]
        try expectRefusal(["check", try folder.write(network(wrong), "bias.safetensors")], 65, "\"layers.2.bias\" has the shape [2]")
        try expectRefusal(["check", try folder.write(network([("w", [1])]), "none.safetensors")], 65, "no array \"layers.0.weight\"")
    }

    @Test func mistakesNameTheirPlace() throws {
        let (folder, path) = try folder()
        for (old, new, words) in [
            ("nu*u_xx", "mu*u_xx", "mine.toml:4: equation: The name mu is unknown"), ("nu*u_xx", "u_xxxxx", "order 5: at most 4"),
            ("u - value", "u - valu", "conditions[2].equation: The name valu is unknown"), ("trainable", "trainabel", "nearest is \"trainable\""),
            ("coordinates", "fields = [\"u\", \"v\"]\ncoordinates", "mine.toml:1: fields: the field v stands in no equation"),
            ("seen.npy", "gone.npy", "gone.npy cannot be read"), ("nu*u_xx", "nu*u_xx + 1e308*10", "not a finite number"),
            ("nu*u_xx", "nu*u_xx + exp(1e4 + x)", "the formula"), ("{ x =", "{ x ", "mine.toml:1: this is not TOML"),
            ("-sin(pi*x)", "sqrt(x - 2)", "the formula u = sqrt(x - 2) is nan at the point [-1, 0]; only finite values"),
        ] {
            let text = burgers.replacingOccurrences(of: old, with: new)
            #expect(text != burgers)
            try expectRefusal(["check", try folder.write(Data(text.utf8), "mine.toml")], 65, words)
            try expectRefusal(["spectrum", path], 65, words)
        }
        try expectRefusal(["check", "missing.toml"], 65, "missing.toml cannot be read")
        try expectRefusal(["check", "wav"], 64, "the nearest name is \"wave\"")
        try expectRefusal(["check", "missing.safetensors"], 65, "missing.safetensors cannot be read")
        try expectRefusal(["check", "wave", "--points", "0"], 64, "at least one point")
    }

    /// A problem file stands wherever a catalogue name does.
    @Test func spectraOfAProblemFile() throws {
        let folder = try Folder()
        let text = """
            coordinates = { x = [-1, 1] }
            equation = "u_xx = -pi^2*sin(pi*x)"
            conditions = [{ on = "boundary", equation = "u = 0" }]
            exact = "sin(pi*x)"
            """
        let path = try folder.write(Data(text.utf8), "line.toml")
        let options = ["--features", "20", "--json"]
        let own = try Program(["spectrum", path] + options).json()
        let catalogue = try Program(["spectrum", "poisson1d"] + options).json()
        func values(_ object: [String: Any]) -> [Double]? { (object["spectra"] as? [[String: Any]])?.first?["singularValues"] as? [Double] }
        #expect(values(own) == values(catalogue) && values(own)?.count == 20)
        #expect(own["problem"] as? String == "line")
    }
}
