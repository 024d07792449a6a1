import LinearAlgebra

/// The contents of a safetensors file: named arrays and string metadata.
///
/// Format: an unsigned 64-bit little-endian length, a JSON header of that length, and the arrays' bytes, which have to
/// cover the rest of the file without holes or overlaps. Source: github.com/huggingface/safetensors, "Format".
public struct SafeTensors: Sendable, Equatable {
    public var metadata: [String: String]
    public var tensors: [String: Tensor]

    public init(tensors: [String: Tensor] = [:], metadata: [String: String] = [:]) {
        self.tensors = tensors
        self.metadata = metadata
    }

    /// The type of an array's elements, in the order in which arrays are written.
    public enum ElementType: String, Sendable, CaseIterable {
        case u64 = "U64"
        case i64 = "I64"
        case f64 = "F64"
        case f32 = "F32"
        case u32 = "U32"
        case i32 = "I32"
        case bf16 = "BF16"
        case f16 = "F16"
        case u16 = "U16"
        case i16 = "I16"
        case f8e4m3 = "F8_E4M3"
        case f8e5m2 = "F8_E5M2"
        case i8 = "I8"
        case u8 = "U8"
        case bool = "BOOL"

        /// Bytes an element.
        public var size: Int {
            switch self {
            case .f64, .i64, .u64: 8
            case .f32, .i32, .u32: 4
            case .f16, .bf16, .i16, .u16: 2
            case .i8, .u8, .bool, .f8e4m3, .f8e5m2: 1
            }
        }
    }

    /// An array: its shape, and its elements in C order, little-endian.
    public struct Tensor: Sendable, Equatable {
        public let type: ElementType
        public let shape: [Int]
        public let bytes: [UInt8]

        /// - Precondition: `bytes.count` is the product of the shape times the elements' size.
        public init(type: ElementType, shape: [Int], bytes: [UInt8]) {
            precondition(bytes.count == shape.reduce(type.size, *), "an array of shape \(shape) has \(shape.reduce(1, *)) elements")
            self.type = type
            self.shape = shape
            self.bytes = bytes
        }

        public init(_ values: [Double], shape: [Int]) {
            self.init(type: .f64, shape: shape, bytes: littleEndian(values.map(\.bitPattern)))
        }

        public init(_ values: [Float], shape: [Int]) {
            self.init(type: .f32, shape: shape, bytes: littleEndian(values.map(\.bitPattern)))
        }

        public init(_ values: [Int64], shape: [Int]) {
            self.init(type: .i64, shape: shape, bytes: littleEndian(values))
        }

        public init(_ values: [UInt64], shape: [Int]) {
            self.init(type: .u64, shape: shape, bytes: littleEndian(values))
        }

        public init(_ values: [Double]) { self.init(values, shape: [values.count]) }

        /// A matrix as [rows, columns].
        public init(_ matrix: Matrix<Double>) {
            self.init(matrix.transposed.elements, shape: [matrix.rows, matrix.columns])
        }

        public var count: Int { shape.reduce(1, *) }

        /// The elements of a floating-point array as Double, exactly; nil for other types.
        public var doubles: [Double]? {
            switch type {
            case .f64: words(UInt64.self).map(Double.init(bitPattern:))
            case .f32: words(UInt32.self).map { Double(Float(bitPattern: $0)) }
            case .bf16: words(UInt16.self).map { Double(Float(bitPattern: UInt32($0) << 16)) }
            case .f16: words(UInt16.self).map(double(half:))
            default: nil
            }
        }

        /// The elements of an I64 or U64 array as their bits; nil for other types.
        public var integers: [UInt64]? {
            type == .i64 || type == .u64 ? words(UInt64.self) : nil
        }

        private func words<Word: FixedWidthInteger>(_: Word.Type) -> [Word] {
            bytes.withUnsafeBytes { buffer in
                (0..<count).map { Word(littleEndian: buffer.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Word>.size, as: Word.self)) }
            }
        }
    }
}

/// The bytes of words, the low one first.
package func littleEndian<Word: FixedWidthInteger>(_ words: [Word]) -> [UInt8] {
    words.map(\.littleEndian).withUnsafeBytes { Array($0) }
}

/// The value of an IEEE half-precision number.
private func double(half bits: UInt16) -> Double {
    let sign: Double = bits >> 15 == 1 ? -1 : 1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Double(bits & 0x3FF)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * (1024 + fraction) * Double(sign: .plus, exponent: exponent - 25, significand: 1)
    }
}
