import Benchmarks
import Compute
import Models
import Reports

#if canImport(Glibc)
    import Glibc
#endif

/// Runs other systems' scripts on a workload, with the same network, points and right-hand side.
struct PeerRun {
    static let names = ["jax", "torch", "deepxde"]

    /// Where the scripts lie.
    let scripts: String
    /// The interpreter: RESIDUA_PYTHON, else python3.
    let python: String

    init() throws {
        let candidates = [getenv("RESIDUA_PEERS").map { String(cString: $0) }, "bench/peers", PeerRun.besideExecutable].compactMap { $0 }
        guard let folder = candidates.first(where: { access("\($0)/common.py", R_OK) == 0 }), let absolute = realpath(folder, nil) else {
            throw Failure(.deviceMissing, "The peers' scripts are not found: run from the project's folder, or name theirs in RESIDUA_PEERS.")
        }
        defer { free(absolute) }
        scripts = String(cString: absolute)
        let wanted = getenv("RESIDUA_PYTHON").map { String(cString: $0) } ?? "python3"
        // A virtual environment's interpreter is a link that must not be followed.
        let found = wanted.hasPrefix("/") && access(wanted, X_OK) == 0 ? wanted : Subprocess.find(wanted)
        guard let python = found else {
            throw Failure(
                .deviceMissing, "There is no \(wanted) to run the peers with: install Python with the peer's package, or name one in RESIDUA_PYTHON.")
        }
        self.python = python
    }

    /// bench/peers of the checkout that holds .build/release/residua.
    private static var besideExecutable: String? {
        guard let path = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(path) }
        let parts = String(cString: path).split(separator: "/")
        guard let build = parts.lastIndex(of: ".build") else { return nil }
        return "/" + parts[..<build].joined(separator: "/") + "/bench/peers"
    }

    /// One form of a peer.
    struct Outcome {
        let peer: String
        let form: String
        let milliseconds: Double?
        /// Relative differences from our float64 loss and gradient.
        let loss: Double?
        let gradient: Double?
        let error: String?
    }

    /// Measures one peer on one workload.
    ///
    /// - Parameters:
    ///   - script: nil for the peer's script of loss and gradient.
    ///   - differences: the finite-difference form.
    func run(
        _ peer: String, on workload: NetworkWorkload, script: String? = nil, precision: Precision, threads: Int, differences: Bool,
        seconds: Double = 900
    ) throws -> [Outcome] {
        let folder = "/tmp/residua-peers-\(getpid())"
        mkdir(folder, 0o700)
        defer { remove(folder) }
        for (name, text) in try workload.files(differences: differences) { try text.write(to: "\(folder)/\(name)") }
        let output = "\(folder)/output"
        let program = "\(scripts)/\(script ?? "\(peer)\(workload.ensemble == nil ? "" : "_ensemble")_peer.py")"
        guard access(program, R_OK) == 0 else { return [] }
        let arguments = [
            "-c", "exec \"$0\" \"$@\" > '\(output)'", python, program, "--folder", folder, "--precision", precision.rawValue,
            "--threads", String(threads), "--derivative", differences ? "fd" : "ad",
        ]
        guard let process = Subprocess.run("/bin/sh", arguments, in: scripts, seconds: seconds) else {
            throw Failure(.internalError, "\(python) could not be started.")
        }
        let lines = String(decoding: (try? FileBytes.read(output)) ?? [], as: UTF8.self)
        let outcomes = lines.split(separator: "\n").compactMap { PeerRun.outcome($0) }
        if outcomes.isEmpty && !(differences && peer == "deepxde") {
            let last = process.errorText.split(separator: "\n").last.map(String.init) ?? "it printed nothing"
            return [Outcome(peer: peer, form: "", milliseconds: nil, loss: nil, gradient: nil, error: last)]
        }
        return outcomes
    }

    /// The peers on a network's row, each form with its agreement and how many times longer it takes.
    func rows(beside row: BenchmarkRow, peers: [String]) throws -> [BenchmarkRow] {
        let differences = row.workload.hasSuffix("-fd")
        let isStep = row.workload == "W9"
        let name = isStep ? "W2" : differences ? String(row.workload.dropLast(3)) : row.workload
        guard row.device.hasPrefix("native"), let ours = row.milliseconds,
            let workload = (NetworkWorkload.all + NetworkWorkload.ensembles).first(where: { $0.name == name })
        else {
            return []
        }
        var rows: [BenchmarkRow] = []
        for peer in peers where !isStep || peer == "jax" {
            let outcomes = try run(
                peer, on: workload, script: isStep ? "jax_gauss_newton.py" : nil, precision: row.precision == .f32 ? .f32 : .f64,
                threads: row.threads, differences: differences)
            for outcome in outcomes {
                var figures: [(name: String, value: Double)] = []
                if let time = outcome.milliseconds { figures.append(("timesOurs", time / ours)) }
                if let loss = outcome.loss { figures.append(("lossDifference", loss)) }
                if let gradient = outcome.gradient { figures.append(("gradientDifference", gradient)) }
                rows.append(
                    BenchmarkRow(
                        workload: row.workload, device: "\(outcome.peer): \(outcome.form)", precision: row.precision, threads: row.threads,
                        milliseconds: outcome.milliseconds, remark: outcome.error ?? "loss and gradient against our float64 ones", figures: figures))
            }
        }
        return rows
    }

    private func remove(_ folder: String) {
        for name in ["workload.json", "model.safetensors", "data.safetensors", "gradient.safetensors", "output"] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    private static func outcome(_ line: Substring) -> Outcome? {
        guard let value = try? JSONText.parse(ArraySlice(line.utf8)), case .object(let members) = value else { return nil }
        func text(_ key: String) -> String? { if case .string(let text)? = members.first(where: { $0.key == key })?.value { text } else { nil } }
        func number(_ key: String) -> Double? { text(key).flatMap { Double($0) } }
        guard let peer = text("peer"), let form = text("form") else { return nil }
        return Outcome(
            peer: peer, form: form, milliseconds: number("milliseconds"), loss: number("loss"), gradient: number("gradient"), error: text("error"))
    }
}
