extension NumPyArray {
    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// Reads an .npy file of version 1, 2 or 3, in C or Fortran order.
    ///
    /// - Throws: `ModelError.cannotRead`, `malformed`, `elementType` or `tooLarge`; elements that are not finite are let through.
    public init(contentsOf path: String) throws(ModelError) {
        try self.init(bytes: try FileBytes.read(path), path: path)
    }

    package init(bytes: [UInt8], path: String) throws(ModelError) {
        func malformed(_ reason: String) -> ModelError { .malformed(path: path, reason: reason) }
        guard bytes.count >= 10, Array(bytes[0..<6]) == NumPyArray.magic else { throw malformed("it does not begin as an .npy file does") }
        guard (1...3).contains(bytes[6]), bytes[7] == 0 else { throw malformed("version \(bytes[6]).\(bytes[7]) of .npy is not known") }
        let lengthBytes = bytes[6] == 1 ? 2 : 4
        guard bytes.count >= 8 + lengthBytes else { throw malformed("it ends within the header") }
        let length = (0..<lengthBytes).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
        let start = 8 + lengthBytes + length
        guard start <= bytes.count else {
            throw malformed("the header is said to have \(length) bytes, and only \(bytes.count - 8 - lengthBytes) follow")
        }
        guard let header = String(validating: bytes[(8 + lengthBytes)..<start], as: UTF8.self), let fields = NumPyHeader(header) else {
            throw malformed("the header is not a dictionary of descr, fortran_order and shape")
        }
        guard let type = ElementType(rawValue: fields.descr) else { throw .elementType(path: path, array: "array", found: fields.descr) }
        var size = type.size
        for length in fields.shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: length)
            guard !overflow else { throw malformed("the shape \(fields.shape) is absurd") }
            size = product
        }
        guard bytes.count - start == size else {
            throw malformed("the shape \(fields.shape) of \(type.rawValue) needs \(size) bytes, and \(bytes.count - start) follow the header")
        }
        let stored = bytes.withUnsafeBytes { buffer in
            (0..<(size / type.size)).map { index -> Double in
                let offset = start + index * type.size
                switch type {
                case .f8: return Double(bitPattern: UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
                case .f4: return Double(Float(bitPattern: UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self))))
                }
            }
        }
        self.init(fields.fortranOrder ? NumPyArray.rowMajor(stored, shape: fields.shape) : stored, shape: fields.shape)
    }

    /// Writes version 1.0 in C order, beside and renamed.
    ///
    /// - Throws: `ModelError.cannotWrite`.
    public func write(to path: String, as type: ElementType = .f8) throws(ModelError) {
        try FileBytes.write(encoded(as: type), to: path)
    }

    package func encoded(as type: ElementType) -> [UInt8] {
        let lengths = shape.map { "\($0)," }.joined(separator: " ")
        let tuple = shape.count == 1 ? "(\(lengths))" : "(\(lengths.dropLast()))"
        var header = Array("{'descr': '\(type.rawValue)', 'fortran_order': False, 'shape': \(tuple), }".utf8)
        while (10 + header.count + 1) % 64 != 0 { header.append(0x20) }
        header.append(0x0A)
        var bytes = NumPyArray.magic + [1, 0] + littleEndian([UInt16(header.count)]) + header
        switch type {
        case .f8: bytes += littleEndian(values.map(\.bitPattern))
        case .f4: bytes += littleEndian(values.map { Float($0).bitPattern })
        }
        return bytes
    }

    /// The elements of an array whose first index runs fastest, with the last running fastest.
    private static func rowMajor(_ stored: [Double], shape: [Int]) -> [Double] {
        guard shape.count > 1, !stored.isEmpty else { return stored }
        var result = Array(repeating: 0.0, count: stored.count)
        var index = Array(repeating: 0, count: shape.count)
        for value in stored {
            var position = 0
            for (axis, length) in shape.enumerated() { position = position * length + index[axis] }
            result[position] = value
            var axis = 0
            while axis < shape.count {
                index[axis] += 1
                if index[axis] < shape[axis] { break }
                index[axis] = 0
                axis += 1
            }
        }
        return result
    }
}

/// The dictionary literal in an .npy file's header.
struct NumPyHeader {
    let descr: String
    let fortranOrder: Bool
    let shape: [Int]

    /// nil unless the text is a dictionary with exactly the three keys, each once.
    init?(_ text: String) {
        var rest = Substring(text)
        func skipSpace() { rest = rest.drop { $0 == " " || $0 == "\n" || $0 == "\t" } }
        func take(_ token: String) -> Bool {
            skipSpace()
            guard rest.hasPrefix(token) else { return false }
            rest.removeFirst(token.count)
            return true
        }
        func quoted() -> String? {
            skipSpace()
            guard let quote = rest.first, quote == "'" || quote == "\"" else { return nil }
            let body = rest.dropFirst()
            guard let end = body.firstIndex(of: quote) else { return nil }
            rest = body[body.index(after: end)...]
            return String(body[..<end])
        }
        func tuple() -> [Int]? {
            guard take("(") else { return nil }
            var lengths: [Int] = []
            while !take(")") {
                skipSpace()
                let digits = rest.prefix { "0" <= $0 && $0 <= "9" }
                guard let length = Int(digits) else { return nil }
                rest.removeFirst(digits.count)
                lengths.append(length)
                if take(",") { continue }
                guard lengths.count > 1, take(")") else { return nil }
                return lengths
            }
            return lengths
        }

        var descr: String?
        var order: Bool?
        var shape: [Int]?
        guard take("{") else { return nil }
        while !take("}") {
            guard let key = quoted(), take(":") else { return nil }
            switch key {
            case "descr" where descr == nil: descr = quoted()
            case "fortran_order" where order == nil: order = take("True") ? true : take("False") ? false : nil
            case "shape" where shape == nil: shape = tuple()
            default: return nil
            }
            if !take(",") {
                guard take("}") else { return nil }
                break
            }
        }
        skipSpace()
        guard rest.isEmpty, let descr, let order, let shape else { return nil }
        (self.descr, self.fortranOrder, self.shape) = (descr, order, shape)
    }
}
