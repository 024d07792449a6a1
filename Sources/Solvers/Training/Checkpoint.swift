import Models

/// A training's state as a file, written beside and renamed, and what it belongs to.
public struct Checkpoint: Sendable {
    public let state: TrainingState
    /// What must be the same for the state to be taken up: problem, network, method, precision, optimiser, points.
    public let identity: [String: String]

    private static let kind = "checkpoint"
    private static let prefix = "optimizer."

    public init(_ state: TrainingState, identity: [String: String]) {
        self.state = state
        self.identity = identity
    }

    /// - Throws: `ModelError` when the file is no checkpoint.
    public init(contentsOf path: String) throws(ModelError) {
        let file = try SafeTensors(contentsOf: path)
        guard file.metadata["kind"] == Self.kind else {
            throw .metadata(path: path, reason: "the kind is \"\(file.metadata["kind"] ?? "none")\", and \"\(Self.kind)\" is needed")
        }
        guard let step = file.metadata["step"].flatMap({ Int($0) }), step >= 0 else {
            throw .metadata(path: path, reason: "the number of steps is missing")
        }
        func array(_ name: String) throws(ModelError) -> [Double] {
            guard let tensor = file.tensors[name] else { throw .missing(path: path, array: name, present: Array(file.tensors.keys)) }
            guard let values = tensor.doubles else { throw .elementType(path: path, array: name, found: tensor.type.rawValue) }
            return values
        }
        let parameters = try array("parameters")
        let best = try array("best")
        guard parameters.allSatisfy(\.isFinite), best.allSatisfy(\.isFinite) else {
            throw .malformed(path: path, reason: "its parameters are not all finite")
        }
        guard best.count == parameters.count, let bestLoss = try array("bestLoss").first else {
            throw .malformed(path: path, reason: "the best state has another size than the last one")
        }
        var memory: [String: [Double]] = [:]
        for name in file.tensors.keys where name.hasPrefix(Self.prefix) { memory[String(name.dropFirst(Self.prefix.count))] = try array(name) }
        state = TrainingState(step: step, parameters: parameters, best: best, bestLoss: bestLoss, memory: memory)
        identity = file.metadata.filter { !["kind", "step", "checksum"].contains($0.key) }
        guard file.metadata["checksum"] == checksum else {
            throw .malformed(path: path, reason: "its numbers are not those that were written (their checksum differs)")
        }
    }

    /// - Throws: `ModelError.cannotWrite`; the file that was there before is left as it was.
    public func write(to path: String) throws(ModelError) {
        var tensors = [
            "parameters": SafeTensors.Tensor(state.parameters), "best": SafeTensors.Tensor(state.best),
            "bestLoss": SafeTensors.Tensor([state.bestLoss]),
        ]
        for (name, values) in state.memory { tensors[Self.prefix + name] = SafeTensors.Tensor(values) }
        var metadata = identity
        metadata["kind"] = Self.kind
        metadata["step"] = String(state.step)
        metadata["checksum"] = checksum
        try SafeTensors(tensors: tensors, metadata: metadata).write(to: path)
    }

    /// FNV-1a (Fowler, Noll, Vo), 64 bits, over the step and every array by name: what tells a file that was damaged.
    private var checksum: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        func add(_ word: UInt64) { for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: word >> UInt64(shift))) } }
        func add(_ name: String, _ values: [Double]) {
            for byte in name.utf8 { add(byte) }
            add(UInt64(values.count))
            for value in values { add(value.bitPattern) }
        }
        add(UInt64(state.step))
        add("parameters", state.parameters)
        add("best", state.best)
        add("bestLoss", [state.bestLoss])
        for (name, values) in state.memory.sorted(by: { $0.key < $1.key }) { add(name, values) }
        return String(hash, radix: 16)
    }

    /// The first thing that differs from what a run is about to do, in words; nil if nothing does.
    public func difference(from other: [String: String]) -> String? {
        // Losses follow from the settings, so a setting says more.
        let keys = Set(identity.keys).union(other.keys).sorted { ($0.hasPrefix("loss") ? 1 : 0, $0) < ($1.hasPrefix("loss") ? 1 : 0, $1) }
        for key in keys where identity[key] != other[key] {
            return "its \(key) is \(identity[key] ?? "not named"), and this run's is \(other[key] ?? "not named")"
        }
        return nil
    }
}
