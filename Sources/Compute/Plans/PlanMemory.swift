/// Memory that the C side keeps pointers into, freed together.
final class PlanMemory {
    private var blocks: [UnsafeMutableRawPointer] = []

    deinit { for block in blocks { block.deallocate() } }

    /// A copy of some values, aligned to 64 bytes.
    func array<Element: BitwiseCopyable>(_ values: [Element]) -> UnsafeMutablePointer<Element> {
        let block = UnsafeMutableRawPointer.allocate(byteCount: max(1, values.count) * MemoryLayout<Element>.stride, alignment: 64)
        blocks.append(block)
        let typed = block.bindMemory(to: Element.self, capacity: max(1, values.count))
        typed.initialize(from: values, count: values.count)
        return typed
    }

    /// Numbers in a precision.
    func numbers(_ values: [Double], _ precision: Precision) -> UnsafeMutableRawPointer {
        precision == .f64 ? UnsafeMutableRawPointer(array(values)) : UnsafeMutableRawPointer(array(values.map { Float($0) }))
    }
}
