import CLAPACK

/// Sums over long vectors at the speed of memory, on one thread; the same bits on every call.
public enum VectorKernel {
    /// x·y.
    ///
    /// - Precondition: as many numbers in both.
    public static func dot(_ x: [Double], _ y: [Double]) -> Double {
        precondition(x.count == y.count, "vectors of one length")
        LAPACKCall.prepare()
        var (n, one) = (Int32(x.count), Int32(1))
        return ddot_(&n, x, &one, y, &one)
    }

    /// y ← y + a x.
    ///
    /// - Precondition: as many numbers in both.
    public static func add(_ a: Double, _ x: [Double], to y: inout [Double]) {
        precondition(x.count == y.count, "vectors of one length")
        LAPACKCall.prepare()
        var (n, one, a) = (Int32(x.count), Int32(1), a)
        daxpy_(&n, &a, x, &one, &y, &one)
    }
}
