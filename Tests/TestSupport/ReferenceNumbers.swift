import Foundation

/// Numbers made independently, kept in Tests/Reference beside the scripts that made them; lines "key index value".
public struct ReferenceNumbers: Sendable {
    private var table: [String: [(index: Double, value: Double)]] = [:]

    /// - Parameter path: relative to Tests/Reference.
    public init(_ path: String) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Reference")
        let text = try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let fields = line.split(separator: " ")
            guard fields.count == 3, let index = Double(fields[1]), let value = Double(fields[2]) else {
                throw Malformed(line: String(line), path: path)
            }
            table[String(fields[0]), default: []].append((index, value))
        }
    }

    /// All values under a key, in the order of the file.
    public func values(_ key: String) -> [Double] { (table[key] ?? []).map(\.value) }

    /// The indices under a key, such as the cuts.
    public func indices(_ key: String) -> [Double] { (table[key] ?? []).map(\.index) }

    /// The value at an index; NaN if there is none, which no comparison passes.
    public func value(_ key: String, at index: Double) -> Double {
        table[key]?.first { $0.index == index }?.value ?? .nan
    }

    public struct Malformed: Error, CustomStringConvertible {
        let line: String
        let path: String
        public var description: String { "\(path): '\(line)' is not 'key index value'" }
    }
}
