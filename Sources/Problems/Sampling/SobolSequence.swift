/// Sobol's sequence in the unit cube, in Gray-code order (I. Antonov, V. Saleev, 1979), 2³² points long.
///
/// Direction numbers: S. Joe, F. Kuo, "Constructing Sobol sequences with better two-dimensional projections",
/// SIAM J. Sci. Comput. 30 (2008).
public struct SobolSequence: Sendable {
    /// The largest number of coordinates.
    public static let largestDimension = table.count + 1

    private let directions: [[UInt32]]
    private let shift: [UInt32]?
    private var state: [UInt32]
    private var index: UInt64 = 0

    /// The sequence as published, its first point 0.
    ///
    /// - Throws: `ProblemError.pointCount` unless 1 ≤ dimension ≤ `largestDimension`.
    public init(dimension: Int) throws(ProblemError) {
        guard (1...SobolSequence.largestDimension).contains(dimension) else {
            throw .pointCount(
                requested: dimension,
                reason: "Sobol's sequence is tabulated up to \(SobolSequence.largestDimension) dimensions; choose latin-hypercube or uniform")
        }
        directions = (0..<dimension).map(SobolSequence.directions(axis:))
        state = Array(repeating: 0, count: dimension)
        shift = nil
    }

    /// The sequence with every coordinate's bits changed by those of one random word, which keeps how evenly it lies,
    /// and moved by 2⁻³³, so that no coordinate is 0.
    public init(dimension: Int, shiftedBy stream: inout RandomStream) throws(ProblemError) {
        let plain = try SobolSequence(dimension: dimension)
        directions = plain.directions
        state = plain.state
        var words: [UInt32] = []
        for _ in 0..<dimension { words.append(UInt32(truncatingIfNeeded: stream.next() >> 32)) }
        shift = words
    }

    /// The next point, its coordinates in [0, 1), or in (0, 1) when shifted.
    public mutating func next() -> [Double] {
        if index > 0 {
            let bit = (index - 1).trailingOnes
            for j in state.indices { state[j] ^= directions[j][bit] }
        }
        index += 1
        guard let shift else { return state.map { Double($0) * 0x1p-32 } }
        return zip(state, shift).map { (Double($0 ^ $1) + 0.5) * 0x1p-32 }
    }

    /// The 32 direction numbers of a coordinate, the first bit the highest.
    private static func directions(axis: Int) -> [UInt32] {
        guard axis > 0 else { return (0..<32).map { 1 << (31 - UInt32($0)) } }
        let (coefficients, initial) = table[axis - 1]
        let degree = initial.count
        var v = initial.enumerated().map { $1 << (31 - UInt32($0)) }
        for k in degree..<32 {
            var value = v[k - degree] ^ (v[k - degree] >> UInt32(degree))
            for i in 1..<max(degree, 1) where coefficients >> UInt32(degree - 1 - i) & 1 == 1 { value ^= v[k - i] }
            v.append(value)
        }
        return v
    }

    /// For each coordinate after the first: the inner coefficients of its primitive polynomial as bits, and the first direction integers.
    private static let table: [(UInt32, [UInt32])] = [
        (0, [1]), (1, [1, 3]), (1, [1, 3, 1]), (2, [1, 1, 1]), (1, [1, 1, 3, 3]), (4, [1, 3, 5, 13]),
        (2, [1, 1, 5, 5, 17]), (4, [1, 1, 5, 5, 5]), (7, [1, 1, 7, 11, 19]), (11, [1, 1, 5, 1, 1]),
        (13, [1, 1, 1, 3, 11]), (14, [1, 3, 5, 5, 31]), (1, [1, 3, 3, 9, 7, 49]), (13, [1, 1, 1, 15, 21, 21]),
        (16, [1, 3, 1, 13, 27, 49]), (19, [1, 1, 1, 15, 7, 5]), (22, [1, 3, 1, 15, 13, 25]), (25, [1, 1, 5, 5, 19, 61]),
        (1, [1, 3, 7, 11, 23, 15, 103]), (4, [1, 3, 7, 13, 13, 15, 69]),
    ]
}

extension UInt64 {
    /// How many ones stand at the low end.
    fileprivate var trailingOnes: Int { (~self).trailingZeroBitCount }
}
