import Foundation

/// Files written here independently of the rooms under test.
enum Files {
    static func npy(_ shape: [Int], _ values: [Double], type: String = "<f8") -> Data {
        let list = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(list)), }"
        while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
        header += "\n"
        var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count % 256), UInt8(header.utf8.count / 256)])
        data += Data(header.utf8)
        return data + bytes(values)
    }

    /// Float64 arrays, one behind the other.
    static func safetensors(_ arrays: [(name: String, shape: [Int], values: [Double])], metadata: String? = nil) -> Data {
        var entries = metadata.map { ["\"__metadata__\":\($0)"] } ?? []
        var body = Data()
        for array in arrays {
            let start = body.count
            body += bytes(array.values)
            entries.append("\"\(array.name)\":{\"dtype\":\"F64\",\"shape\":\(array.shape),\"data_offsets\":[\(start),\(body.count)]}")
        }
        return raw(header: "{" + entries.joined(separator: ",") + "}", body: body)
    }

    /// A header as it stands, with its length or another before it.
    static func raw(header: String, body: Data, length: UInt64? = nil) -> Data {
        var count = (length ?? UInt64(header.utf8.count)).littleEndian
        return Data(bytes: &count, count: 8) + Data(header.utf8) + body
    }

    private static func bytes(_ values: [Double]) -> Data { values.withUnsafeBytes { Data($0) } }
}
