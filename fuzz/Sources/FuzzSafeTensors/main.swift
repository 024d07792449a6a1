import FuzzDriver
import Models

/// Reads safetensors files; what is read is written and read again.
private func read(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        let file = try SafeTensors(bytes: Array(UnsafeBufferPointer(start: data, count: count)), path: "fuzz.safetensors")
        for (name, tensor) in file.tensors {
            precondition(tensor.count * tensor.type.size == tensor.bytes.count)
            _ = try? file.matrix(name, expected: "[N, d]", path: "fuzz.safetensors")
        }
        let again = try SafeTensors(bytes: file.encoded(), path: "again")
        precondition(again == file, "a file that is written reads back the same")
    } catch {
        precondition(!"\(error)".isEmpty)
    }
    return 0
}

fuzz { read($0, $1) }
