import Foundation
import Testing

@Suite struct ResultTests {
    private func keys(_ object: [String: Any], _ names: [String]) { for name in names { #expect(object[name] != nil, "\(name)") } }

    private let common = ["version", "device", "precision", "seconds"]

    @Test func devices() throws {
        let object = try Program(["devices", "--json"]).json()
        keys(object, common + ["devices", "chosen"])
        let list = try #require(object["devices"] as? [[String: Any]])
        #expect(list.contains { $0["id"] as? String == "native" })
        for device in list {
            keys(device, ["id", "name", "vendor", "driver", "type", "fp64", "globalMemory", "localMemory", "usable", "reason"])
        }
    }

    @Test func problems() throws {
        let object = try Program(["problems", "--json"]).json()
        keys(object, common + ["problems"])
        let names = try #require(object["problems"] as? [[String: Any]]).compactMap { $0["name"] as? String }
        for name in ["poisson1d", "poisson1d-mixed", "biharmonic1d", "poisson2d", "biharmonic2d"] { #expect(names.contains(name)) }
    }

    @Test func spectrumFollowsTheOrderAsked() throws {
        let object = try Program([
            "spectrum", "poisson1d", "--features", "20", "--derivative", "fd:2:1e-3", "--derivative", "ad", "--cut", "1e-3", "1e-9", "--json",
        ]).json()
        keys(object, common + ["spectra"])
        let spectra = try #require(object["spectra"] as? [[String: Any]])
        #expect((spectra.first?["derivative"] as? String)?.hasPrefix("fd:2:") == true && spectra.last?["derivative"] as? String == "ad")
        for record in spectra {
            keys(record, ["derivative", "singularValues", "rank", "effectiveRank", "floor", "cuts"])
            let cuts = try #require(record["cuts"] as? [[String: Any]])
            #expect(cuts.map { $0["cut"] as? Double } == [1e-3, 1e-9])
            for cut in cuts {
                keys(
                    cut,
                    ["cut", "count", "entropy", "entropyOfSquares", "residual", "trueResidual", "error", "coefficientNorm", "regime"])
            }
        }
    }

    @Test func numbersReadBackToTheSameBits() throws {
        let folder = try Folder()
        let values = [Double.pi, 0.1, 1e-5, 1.0 / 3, Double.leastNonzeroMagnitude].sorted(by: >)
        let path = try folder.write(Files.npy([values.count], values), "s.npy")
        let object = try Program(["spectrum", "--singular-values", path, "--json"]).json()
        #expect((object["spectra"] as? [[String: Any]])?.first?["singularValues"] as? [Double] == values)
    }

    @Test func matmul() throws {
        let object = try Program(["matmul", "--size", "64x48x32", "--device", "native", "--json", "--quiet"]).json()
        keys(object, common + ["rows"])
        let row = try #require((object["rows"] as? [[String: Any]])?.first)
        keys(row, ["workload", "device", "precision", "threads", "milliseconds", "gflops", "floorShare"])
    }

    @Test func reproduce() throws {
        let folder = try Folder()
        let run = try Program(["reproduce", "--quick", "--only", "C12", "--out", folder.path("report"), "--device", "native", "--json", "--quiet"])
        let object = try run.json()
        keys(object, common + ["claims", "report"])
        let claims = try #require(object["claims"] as? [[String: Any]])
        #expect(claims.count == 1)
        for claim in claims { keys(claim, ["id", "claim", "threshold", "observed", "verdict"]) }
        #expect(FileManager.default.fileExists(atPath: try #require(object["report"] as? String)))
    }

    @Test(arguments: ["devices", "demo", "problems", "check", "spectrum", "reproduce", "matmul", "bench"]) func helpShowsAnExampleThatRuns(
        _ verb: String
    )
        throws
    {
        let help = try Program([verb, "--help"])
        #expect(help.status == 0 && help.errors.isEmpty)
        let line = try #require(help.output.split(separator: "\n").first { $0.contains("Example: residua \(verb)") })
        let example = try #require(line.range(of: "residua ")).upperBound
        let arguments = line[example...].split(separator: " ").map(String.init)
        switch verb {
        case "devices", "problems", "check", "spectrum":
            let run = try Program(arguments)
            // The example of `devices` asks for OpenCL, which need not be there.
            #expect(run.status == 0 || (verb == "devices" && run.status == 69), "\(run.errors)")
        default:
            // Long work: the example must at least be understood.
            #expect(try Program(arguments + ["--help"]).status == 0)
        }
    }

    @Test func version() throws {
        let run = try Program(["--version"])
        #expect(run.status == 0 && run.output.hasPrefix("residua ") && run.output.contains("commit") && run.output.contains("build"))
        #expect(try Program(["--help"]).status == 0)
    }
}
