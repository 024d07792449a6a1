import CLAPACK

/// The doorway to LAPACK: one thread per call, aligned memory, 32-bit counts checked.
enum LAPACKCall {
    /// OpenBLAS runs each call on the thread that made it: the same bits for any number of threads, and no oversubscription.
    private static let pinned: Void = openblas_set_num_threads(1)

    /// Called before every use of LAPACK or BLAS.
    static func prepare() { _ = pinned }

    /// Runs `query` with a workspace length of −1 and returns the length it asks for.
    static func workspace(_ query: (_ work: UnsafeMutablePointer<Double>, _ length: UnsafePointer<Int32>) -> Void) -> Int32 {
        var answer = 0.0
        var length: Int32 = -1
        query(&answer, &length)
        return max(1, Int32(answer.rounded(.up)))
    }

    static func check(_ matrix: Matrix<Double>) throws(LinearAlgebraError) {
        guard matrix.rows > 0, matrix.columns > 0 else { throw .empty(rows: matrix.rows, columns: matrix.columns) }
        // The square of the larger count bounds every workspace that the routines below ask for.
        guard matrix.elements.count < 1 << 30, max(matrix.rows, matrix.columns) < 1 << 30 else {
            throw .tooLarge(rows: matrix.rows, columns: matrix.columns)
        }
        if let place = matrix.elements.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite(row: place % matrix.rows, column: place / matrix.rows)
        }
    }
}

/// Memory of doubles on a 64-byte boundary, so that vectorised kernels take the same path on every call.
final class AlignedDoubles {
    let base: UnsafeMutablePointer<Double>
    let count: Int

    init(count: Int) {
        self.count = max(count, 1)
        base = UnsafeMutableRawPointer.allocate(byteCount: self.count * 8, alignment: 64).bindMemory(to: Double.self, capacity: self.count)
        base.initialize(repeating: 0, count: self.count)
    }

    convenience init(_ values: [Double]) {
        self.init(count: values.count)
        values.withUnsafeBufferPointer { if let from = $0.baseAddress { base.update(from: from, count: $0.count) } }
    }

    deinit { UnsafeMutableRawPointer(base).deallocate() }

    func array(_ count: Int) -> [Double] { Array(UnsafeBufferPointer(start: base, count: count)) }
}
