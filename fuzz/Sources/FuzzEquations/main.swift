import Differentiation
import FuzzDriver

/// Reads equations and conditions; what is read is evaluated, printed and read again.
private func read(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: data, count: count), as: UTF8.self)
    guard
        let vocabulary = try? Vocabulary(
            coordinates: ["x", "t"], fields: ["u", "v"], parameters: ["nu"], data: ["f", "normal_x", "normal_t"], hasNormal: true)
    else { return 0 }
    do {
        let residual = try Expression(equation: text, in: vocabulary)
        var samples = Samples(count: 2, coordinates: [[0, 0.5], [1, -2]], parameters: ["nu": 0.1])
        for name in residual.data { samples.data[name] = [1, -1] }
        for leaf in residual.derivatives { samples.derivatives[leaf] = [0, 3] }
        _ = try residual.evaluate(at: samples)
        let printed = residual.description
        if !printed.hasSuffix("…"), printed.count <= 20_000 {
            // What is printed can be read, unless its parentheses are deeper than those that were written.
            do { _ = try Expression(parsing: printed, in: vocabulary) } catch {
                precondition(error.message.contains("nested") || error.message.contains("finite") || error.message.contains("too "), "\(error)")
            }
        }
        _ = try? LinearForm(of: residual, parameters: ["nu": 0.1])
    } catch {
        precondition((error.column ?? 1) >= 1 && !"\(error)".isEmpty)
    }
    _ = try? ConditionStatement(parsing: text, in: vocabulary)
    return 0
}

fuzz { read($0, $1) }
