import Differentiation
import Models
import Problems

/// A problem file while it is read: the same as a catalogue entry, in TOML.
///
///     name = "my-burgers"
///     coordinates = { x = [-1, 1], t = [0, 1] }      # domain = "lshape" or "disk" for a shape inside them
///     fields = ["u"]
///     parameters = { nu = 0.0031830988618 }          # trainable = ["nu"] makes it unknown
///     equation = "u_t + u*u_x = nu*u_xx"             # or equations = [...]
///     conditions = [ { on = "t = 0", equation = "u = -sin(pi*x)" }, { on = "x = -1, x = 1", equation = "u = 0", weight = 1 } ]
///     exact = "…"                                    # or reference = "file.npy"
///
/// A condition is `on` faces or the "boundary", `at` a point, on the points of a `data` file, or `periodic`.
struct ProblemFile {
    let path: String
    let root: [String: TOMLNode]
    let places: TOMLPlaces

    /// Longer files are no problem files.
    static let largestSize = 1 << 20

    static let keys = [
        "name", "summary", "coordinates", "domain", "fields", "parameters", "trainable", "equation", "equations", "conditions", "hard", "exact",
        "exact-parameters", "reference",
    ]

    /// - Throws: `ProblemFileError.unreadable` or `malformed`.
    init(contentsOf path: String) throws(ProblemFileError) {
        let bytes: [UInt8]
        do {
            bytes = try FileBytes.read(path)
        } catch {
            throw .unreadable(error)
        }
        try self.init(bytes, path: path)
    }

    /// - Parameter path: The file, as errors shall name it.
    init(_ bytes: [UInt8], path: String) throws(ProblemFileError) {
        let document = try TOMLDocument(bytes, path: path, largestSize: ProblemFile.largestSize, what: "a problem file")
        self.path = path
        root = document.root
        places = document.places
    }

    // MARK: Complaints

    func failure(_ key: String, _ reason: String) -> ProblemFileError {
        .key(path: path, line: places.line(of: key), key: key, reason: reason)
    }

    /// The key of a problem's part under the name that the file has for it.
    func failure(_ error: ProblemError) -> ProblemFileError {
        let whole = TOMLNode.table(root)
        let key: String? =
            switch error {
            case .expression(let error): error.text.flatMap { whole.path(of: $0) } ?? ProblemFile.key(ofVocabulary: error.message)
            case .boundary(let text, _): whole.path(of: text)
            case .notFinite(let formula, _, _): whole.path(of: formula)
            case .inconsistent(_, let key): key.map { $0.hasPrefix("equations[") && root["equations"] == nil ? "equation" : $0 }
            default: nil
            }
        return .problem(path: path, line: key.flatMap { places.line(of: $0) }, key: key, error)
    }

    private static func key(ofVocabulary message: String) -> String? {
        [("The coordinate", "coordinates"), ("The field", "fields"), ("The parameter", "parameters")].first { message.hasPrefix($0.0) }?.1
    }

    /// Refuses keys that mean nothing, with the nearest that does.
    func requireKnown(_ members: [String: TOMLNode], _ known: [String], at prefix: String) throws(ProblemFileError) {
        for key in members.keys.sorted() where !known.contains(key) {
            let nearest = NearestName.of(key, among: known)
            let path = prefix.isEmpty ? key : prefix + "." + key
            throw failure(
                path, "this key is not known; " + (nearest.map { "the nearest is \"\($0)\" of" } ?? "known are") + " \(known.joined(separator: ", "))"
            )
        }
    }

    // MARK: Values

    func string(_ node: TOMLNode, _ key: String) throws(ProblemFileError) -> String {
        guard case .string(let text) = node else { throw failure(key, "a text in quotation marks is needed here, not \(node.kind)") }
        return text
    }

    func number(_ node: TOMLNode, _ key: String) throws(ProblemFileError) -> Double {
        guard case .number(let value) = node else { throw failure(key, "a number is needed here, not \(node.kind)") }
        guard value.isFinite else { throw failure(key, "the number is \(Wording.number(value)), and only finite ones can be used") }
        return value
    }

    func array(_ node: TOMLNode, _ key: String) throws(ProblemFileError) -> [TOMLNode] {
        guard case .array(let nodes) = node else { throw failure(key, "an array in brackets is needed here, not \(node.kind)") }
        return nodes
    }

    func table(_ node: TOMLNode, _ key: String) throws(ProblemFileError) -> [String: TOMLNode] {
        guard case .table(let members) = node else { throw failure(key, "a table in braces is needed here, not \(node.kind)") }
        return members
    }

    func strings(_ node: TOMLNode, _ key: String) throws(ProblemFileError) -> [String] {
        var texts: [String] = []
        for (index, node) in try array(node, key).enumerated() { texts.append(try string(node, "\(key)[\(index)]")) }
        return texts
    }

    func numbers(_ node: TOMLNode, _ key: String) throws(ProblemFileError) -> [Double] {
        var values: [Double] = []
        for (index, node) in try array(node, key).enumerated() { values.append(try number(node, "\(key)[\(index)]")) }
        return values
    }

    func numberTable(_ key: String) throws(ProblemFileError) -> [String: Double] {
        guard let node = root[key] else { return [:] }
        var values: [String: Double] = [:]
        for (name, node) in try table(node, key).sorted(by: { $0.key < $1.key }) { values[name] = try number(node, "\(key).\(name)") }
        return values
    }
}
