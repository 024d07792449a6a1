import Models
import Reports

/// Lines of a shard: JSON objects that end in a checksum of everything before it.
///
///     {"id":"…","status":"done","config":{…},"metrics":{…},"series":{…},"version":"…","host":"…","device":"…","seconds":0.1,"check":"…"}
enum ResultLine {
    /// Facts about the run that are no part of the result.
    struct Circumstances: Sendable {
        var version: String
        var host: String
        var device: String
    }

    private static let checkMark = Array(",\"check\":\"".utf8)
    /// `,"check":"` 16 digits `"}`
    static let tailLength = 28

    /// A result as a line, with its line feed.
    static func encode(
        id: TrialID, canonical: [UInt8], _ result: TrialResult, keepsSeries: Bool, _ circumstances: Circumstances, seconds: Double
    ) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(canonical.count + 700)
        line += "{\"id\":\"".utf8
        id.append(to: &line)
        line += "\",\"status\":\"".utf8
        line += result.status.rawValue.utf8
        line.append(UInt8(ascii: "\""))
        if let reason = result.reason {
            line += ",\"reason\":".utf8
            line += JSONValue.string(reason).text.utf8
        }
        line += ",\"config\":".utf8
        line += canonical
        line += ",\"metrics\":".utf8
        append(result.metrics.map { ($0.name, $0.value) }, to: &line)
        if keepsSeries, !result.series.isEmpty {
            line += ",\"series\":{".utf8
            for (index, (name, values)) in result.series.enumerated() {
                if index > 0 { line.append(UInt8(ascii: ",")) }
                line += JSONValue.string(name).text.utf8
                line += ":[".utf8
                for (place, value) in values.enumerated() {
                    if place > 0 { line.append(UInt8(ascii: ",")) }
                    TrialValue.append(value, to: &line)
                }
                line.append(UInt8(ascii: "]"))
            }
            line.append(UInt8(ascii: "}"))
        }
        for (name, text) in [("version", circumstances.version), ("host", circumstances.host), ("device", circumstances.device)] {
            line += ",\"\(name)\":\(JSONValue.string(text).text)".utf8
        }
        line += ",\"seconds\":".utf8
        TrialValue.append((seconds * 1e6).rounded() / 1e6, to: &line)
        close(&line)
        return line
    }

    private static func append(_ members: [(String, TrialValue)], to line: inout [UInt8]) {
        line.append(UInt8(ascii: "{"))
        for (index, (name, value)) in members.enumerated() {
            if index > 0 { line.append(UInt8(ascii: ",")) }
            line += JSONValue.string(name).text.utf8
            line.append(UInt8(ascii: ":"))
            value.append(to: &line)
        }
        line.append(UInt8(ascii: "}"))
    }

    /// Ends an object that is still open with its checksum and a line feed.
    static func close(_ line: inout [UInt8]) {
        let sum = line.withUnsafeBytes { checksum($0) }
        line += checkMark
        append(hexadecimal: sum, to: &line)
        line += "\"}\n".utf8
    }

    private static func append(hexadecimal value: UInt64, to line: inout [UInt8]) {
        for shift in stride(from: 60, through: 0, by: -4) {
            let digit = UInt8(value >> UInt64(shift) & 15)
            line.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
    }

    /// A hash of bytes, eight at a time; it finds mistakes, not forgeries.
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = 0x9e37_79b9_7f4a_7c15 ^ UInt64(bytes.count)
        var at = 0
        while at + 8 <= bytes.count {
            hash = (hash ^ UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))) &* 0xff51_afd7_ed55_8ccd
            hash ^= hash >> 32
            at += 8
        }
        var rest: UInt64 = 0
        for index in at..<bytes.count { rest = rest << 8 | UInt64(bytes[index]) }
        hash = (hash ^ rest) &* 0xc4ce_b9fe_1a85_ec53
        return hash ^ hash >> 33
    }

    /// What is wrong with a line (without its line feed); nil if its checksum is right.
    static func flaw(_ line: UnsafeRawBufferPointer) -> String? {
        guard line.count > tailLength, line[0] == UInt8(ascii: "{"), line[line.count - 1] == UInt8(ascii: "}") else {
            return "this is no result of a sweep"
        }
        let tail = line.count - tailLength
        for (offset, byte) in checkMark.enumerated() where line[tail + offset] != byte { return "this line has no checksum at its end" }
        var given: UInt64 = 0
        for index in tail + checkMark.count..<line.count - 2 {
            let byte = line[index]
            let digit: UInt8 = byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : 255
            if digit == 255 { return "the checksum of this line is damaged" }
            given = given << 4 | UInt64(digit)
        }
        return checksum(UnsafeRawBufferPointer(rebasing: line[..<tail])) == given ? nil : "this line is not as it was written (its checksum differs)"
    }

    /// Of a line that has the right checksum and was not written by this program.
    static func unreadable(_ mistake: JSONText.Mistake) -> String { "this line cannot be read: \(mistake.reason)" }

    private static let deviceMark = Array(",\"device\":".utf8)
    private static let secondsMark = Array(",\"seconds\":".utf8)

    /// The name of a line's device as it stands there, in its quotation marks; looked for from the end, before which nothing but its seconds stand.
    static func device(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        func last(_ mark: [UInt8], before end: Int) -> Int? {
            var at = end - mark.count
            while at > 0, end - at < 1024 {
                if line[at] == mark[0], line[at..<at + mark.count].elementsEqual(mark) { return at }
                at -= 1
            }
            return nil
        }
        guard let end = last(secondsMark, before: line.count - tailLength), let start = last(deviceMark, before: end) else { return nil }
        return UnsafeRawBufferPointer(rebasing: line[start + deviceMark.count..<end])
    }

    private static let beginning = Array("{\"id\":\"".utf8)
    private static let statusMark = Array("\",\"status\":\"".utf8)

    /// Identity and status of a line, read at their fixed places; nil for one that is no result, as a header.
    static func head(_ line: UnsafeRawBufferPointer) -> (id: TrialID, status: TrialStatus)? {
        guard line.count > 60 + tailLength, let base = line.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
        for (offset, byte) in beginning.enumerated() where base[offset] != byte { return nil }
        for (offset, byte) in statusMark.enumerated() where base[39 + offset] != byte { return nil }
        guard let id = TrialID(base + 7) else { return nil }
        let status: TrialStatus
        switch (base[51], base[52]) {
        case (UInt8(ascii: "d"), UInt8(ascii: "o")): status = .done
        case (UInt8(ascii: "d"), UInt8(ascii: "i")): status = .diverged
        case (UInt8(ascii: "f"), UInt8(ascii: "a")): status = .failed
        default: return nil
        }
        return (id, status)
    }
}
