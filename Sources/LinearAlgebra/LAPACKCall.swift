import CLAPACK

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

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

    /// A = Q R by Householder reflections, in place: R in the upper triangle, the reflections below it and in what is returned.
    ///
    /// - Parameter a: column-major, `rows` numbers a column.
    static func factorQR(_ a: AlignedDoubles, rows: Int, columns: Int) throws(LinearAlgebraError) -> AlignedDoubles {
        prepare()
        var (m, n, status) = (Int32(rows), Int32(columns), Int32(0))
        let tau = try AlignedDoubles(count: min(rows, columns))
        var length = workspace { work, length in dgeqrf_(&m, &n, a.base, &m, tau.base, work, length, &status) }
        let work = try AlignedDoubles(count: Int(length))
        dgeqrf_(&m, &n, a.base, &m, tau.base, work.base, &length, &status)
        guard status == 0 else { throw .failed(routine: "The QR factorisation", status: Int(status)) }
        return tau
    }

    static func check(_ matrix: Matrix<Double>) throws(LinearAlgebraError) {
        guard matrix.rows > 0, matrix.columns > 0 else { throw .empty(rows: matrix.rows, columns: matrix.columns) }
        // LAPACK counts in 32 bits; its largest workspace is about 4 · (smaller side)².
        guard matrix.elements.count < 1 << 30, min(matrix.rows, matrix.columns) <= 1 << 14 else {
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

    /// - Throws: `outOfMemory` rather than ending the program.
    init(count: Int) throws(LinearAlgebraError) {
        let count = max(count, 1)
        var memory: UnsafeMutableRawPointer?
        guard posix_memalign(&memory, 64, count * MemoryLayout<Double>.stride) == 0, let memory else {
            throw .outOfMemory("There is no memory left for a workspace of \(count) numbers: use fewer rows or columns.")
        }
        self.count = count
        base = memory.bindMemory(to: Double.self, capacity: count)
        base.initialize(repeating: 0, count: count)
    }

    convenience init(_ values: [Double]) throws(LinearAlgebraError) {
        try self.init(count: values.count)
        values.withUnsafeBufferPointer { if let from = $0.baseAddress { base.update(from: from, count: $0.count) } }
    }

    deinit { free(base) }

    func array(_ count: Int) -> [Double] { Array(UnsafeBufferPointer(start: base, count: count)) }
}
