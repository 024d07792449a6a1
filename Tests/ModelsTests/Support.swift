import Models

/// The path of a file made by Tests/Reference/Models/make.py.
func reference(_ name: String, from file: String = #filePath) -> String {
    file.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/") + "/Reference/Models/" + name
}

/// A safetensors file of a given header and as many zero bytes of data.
func file(header: String, data: Int, length: UInt64? = nil) -> [UInt8] {
    let text = Array(header.utf8)
    return littleEndian([length ?? UInt64(text.count)]) + text + Array(repeating: 0, count: data)
}
