/// The ready pieces of canonical configurations, laid out flat: putting one together touches no reference counts, so that threads do not hinder each
/// other.
final class PieceTable: @unchecked Sendable {
    /// A part of the text: one of `ends` pieces, chosen by the trial's places on some axes.
    private struct Part {
        let firstEnd: Int
        let axes: Range<Int>
    }

    /// Number of trials from one value of the axis to its next, the axis' length, and the distance in the part's pieces.
    struct Step {
        let stride: Int
        let count: Int
        let step: Int
    }

    private let bytes: UnsafeMutableBufferPointer<UInt8>
    /// [part's first + piece]: where the piece ends; the entry before is where it begins.
    private let ends: UnsafeMutableBufferPointer<Int>
    private let steps: UnsafeMutableBufferPointer<Step>
    private let parts: UnsafeMutableBufferPointer<Part>

    /// - Parameter list: for each part the axes that choose and its pieces' bytes with their ends.
    init(_ list: [(steps: [Step], bytes: [UInt8], ends: [Int])]) {
        bytes = .allocate(capacity: max(list.reduce(0) { $0 + $1.bytes.count }, 1))
        ends = .allocate(capacity: list.reduce(0) { $0 + $1.ends.count + 1 } + 1)
        steps = .allocate(capacity: max(list.reduce(0) { $0 + $1.steps.count }, 1))
        parts = .allocate(capacity: max(list.count, 1))
        var (byte, end, step) = (0, 0, 0)
        for (index, part) in list.enumerated() {
            for (place, value) in part.bytes.enumerated() { (bytes.baseAddress! + byte + place).initialize(to: value) }
            (ends.baseAddress! + end).initialize(to: byte)
            for (place, value) in part.ends.enumerated() { (ends.baseAddress! + end + 1 + place).initialize(to: byte + value) }
            for (place, value) in part.steps.enumerated() { (steps.baseAddress! + step + place).initialize(to: value) }
            (parts.baseAddress! + index).initialize(to: Part(firstEnd: end, axes: step..<step + part.steps.count))
            byte += part.bytes.count
            end += part.ends.count + 1
            step += part.steps.count
        }
        count = list.count
    }

    private let count: Int

    deinit {
        bytes.deallocate()
        ends.deallocate()
        steps.deallocate()
        parts.deallocate()
    }

    /// Replaces `text` by the configuration of a trial.
    func write(_ index: Int, into text: inout [UInt8]) {
        text.removeAll(keepingCapacity: true)
        text.append(UInt8(ascii: "{"))
        for number in 0..<count {
            let part = parts[number]
            var place = part.firstEnd
            for axis in part.axes {
                let step = steps[axis]
                place += index / step.stride % step.count * step.step
            }
            text.append(contentsOf: UnsafeBufferPointer(start: bytes.baseAddress! + ends[place], count: ends[place + 1] - ends[place]))
        }
        text[text.count - 1] = UInt8(ascii: "}")
    }
}
