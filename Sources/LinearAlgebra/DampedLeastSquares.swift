import CCompute
import CLAPACK

/// The damped systems of Levenberg and Marquardt: x = (JᵀJ + λD²)⁻¹ Jᵀ y for many λ and y, D a diagonal.
///
/// With A = J D⁻¹ the product AᵀA or AAᵀ is formed, whichever is smaller, and A Aᵀ + λI factored by Cholesky, in blocks whose updates run on
/// the native path's threads. Where λ is below 10⁻⁹ of the largest diagonal, a step of iterative refinement with A itself takes the place
/// of the digits that the product lost ("corrected seminormal equations", Björck, 1987); where Cholesky fails, the factor comes from a QR
/// factorisation of [A; √λ I]. All memory is kept from one system to the next. The same bits for any number of threads.
public final class DampedLeastSquares {
    /// Jᵀ column-major, P numbers a residual, filled from outside; in the space of samples `prepare` makes Aᵀ of it.
    public var transposed: [Double] = []
    /// P, and M.
    public private(set) var parameters = 0
    public private(set) var residuals = 0
    /// D.
    public private(set) var scale: [Double] = []
    private var inverse: [Double] = []
    /// The lower triangle of JᵀJ, or of AAᵀ.
    private var gram: [Double] = []
    private var factor: [Double] = []
    private var damping = 0.0
    /// The largest element on the product's diagonal.
    public private(set) var largestDiagonal = 0.0

    public init() {}

    /// The side of the matrix that is factored.
    public var side: Int { min(parameters, residuals) }
    private var bySamples: Bool { residuals < parameters }

    /// Norms of J's columns, of `transposed` as it was filled; where P <= M they come from JᵀJ, which is kept for `prepare`.
    ///
    /// - Precondition: `transposed` holds `parameters` numbers a residual.
    /// - Throws: `outOfMemory`.
    public func columnNorms(parameters: Int) throws(LinearAlgebraError) -> [Double] {
        self.parameters = parameters
        residuals = transposed.count / max(1, parameters)
        if !bySamples {
            try lowerProduct()
            return (0..<parameters).map { gram[$0 * (parameters + 1)].squareRoot() }
        }
        var squares = [Double](repeating: 0, count: parameters)
        let count = transposed.count
        transposed.withUnsafeBufferPointer { a in
            squares.withUnsafeMutableBufferPointer { sums in
                for first in Swift.stride(from: 0, to: count, by: parameters) {
                    for index in 0..<parameters { sums[index] += a[first + index] * a[first + index] }
                }
            }
        }
        return squares.map { $0.squareRoot() }
    }

    /// Takes the columns' scale, after `columnNorms`: in the space of parameters the product is scaled as it is factored, in that of samples the
    /// columns are scaled and the product is formed here.
    ///
    /// - Parameter scale: D, positive; P numbers.
    /// - Throws: `outOfMemory`.
    public func prepare(scale: [Double]) throws(LinearAlgebraError) {
        self.scale = scale
        inverse = scale.map { 1 / $0 }
        let n = side
        guard bySamples else {
            largestDiagonal = (0..<n).reduce(0) { max($0, gram[$1 * (n + 1)] * inverse[$1] * inverse[$1]) }
            return
        }
        let (p, count) = (parameters, transposed.count)
        transposed.withUnsafeMutableBufferPointer { a in
            inverse.withUnsafeBufferPointer { inverse in
                for first in Swift.stride(from: 0, to: count, by: p) {
                    for index in 0..<p { a[first + index] *= inverse[index] }
                }
            }
        }
        try lowerProduct()
        largestDiagonal = (0..<n).reduce(0) { max($0, gram[$1 * (n + 1)]) }
    }

    /// The lower triangle of the product of `transposed` with itself, in blocks of columns.
    private func lowerProduct() throws(LinearAlgebraError) {
        if gram.count != side * side {
            gram = Array(repeating: 0, count: side * side)
            factor = gram
        }
        let (n, k, p, bySamples) = (side, max(parameters, residuals), parameters, bySamples)
        let block = n <= 512 ? 128 : 256
        var failure = cc_error()
        var status = CC_OK
        gram.withUnsafeMutableBufferPointer { result in
            transposed.withUnsafeBufferPointer { source in
                guard let c = result.baseAddress, let base = source.baseAddress else { return }
                for first in Swift.stride(from: 0, to: n, by: block) where status == CC_OK {
                    let part = bySamples ? base + first * p : base + first
                    status = cc_native_multiply(
                        CC_F64, bySamples, !bySamples, Int64(n - first), Int64(min(block, n - first)), Int64(k), 1, part, Int64(p), part, Int64(p),
                        0, c + first * (n + 1), Int64(n), &failure)
                }
            }
        }
        guard status == CC_OK else { throw failure.asLinearAlgebraError }
    }

    /// Factors the system for a damping.
    ///
    /// - Parameter damping: λ > 0.
    /// - Returns: false where neither factorisation works in double precision.
    /// - Throws: `outOfMemory`.
    public func factor(damping: Double) throws(LinearAlgebraError) -> Bool {
        self.damping = damping
        let n = side
        factor.withUnsafeMutableBufferPointer { to in
            gram.withUnsafeBufferPointer { from in
                guard let a = to.baseAddress, let b = from.baseAddress else { return }
                inverse.withUnsafeBufferPointer { inverse in
                    for column in 0..<n {
                        let (target, source) = (a + column * n, b + column * n)
                        if bySamples {
                            (target + column).update(from: source + column, count: n - column)
                        } else {
                            let factor = inverse[column]
                            for row in column..<n { target[row] = source[row] * (inverse[row] * factor) }
                        }
                    }
                }
            }
            for index in 0..<n { to[index * (n + 1)] += damping }
        }
        if try Cholesky.factor(&factor, side: n) { return true }
        return try factorByReflections()
    }

    /// L of L Lᵀ = AᵀA + λI as the transposed triangle of a QR factorisation of [A; √λ I], or of [Aᵀ; √λ I].
    private func factorByReflections() throws(LinearAlgebraError) -> Bool {
        let (n, p, k) = (side, parameters, max(parameters, residuals))
        let stacked = try AlignedDoubles(count: (k + n) * n)
        for column in 0..<n {
            let to = stacked.base + column * (k + n)
            for row in 0..<k { to[row] = bySamples ? transposed[column * p + row] : transposed[row * p + column] * inverse[column] }
            to[k + column] = damping.squareRoot()
        }
        _ = try LAPACKCall.factorQR(stacked, rows: k + n, columns: n)
        for column in 0..<n {
            for row in 0...column { factor[row * n + column] = stacked.base[column * (k + n) + row] }
        }
        return (0..<n).allSatisfy { factor[$0 * (n + 1)] != 0 && factor[$0 * (n + 1)].isFinite }
    }

    /// Jᵀ y.
    public func gradient(of y: [Double]) -> [Double] { Self.products(product(y, transposing: true), scale) }

    /// The solution D⁻¹ (AᵀA + λI)⁻¹ Aᵀ y for the last factored damping.
    ///
    /// - Parameter gradient: Jᵀ y where it is at hand already.
    public func solve(_ y: [Double], gradient: [Double]? = nil) -> [Double] {
        let refines = damping < 1e-9 * largestDiagonal
        if bySamples {
            var dual = triangular(y)
            if refines {
                let back = product(product(dual, transposing: true), transposing: false)
                let rest = y.indices.map { y[$0] - back[$0] - damping * dual[$0] }
                for (index, value) in triangular(rest).enumerated() { dual[index] += value }
            }
            return Self.products(product(dual, transposing: true), inverse)
        }
        var solution = triangular(gradient.map { Self.products($0, inverse) } ?? product(y, transposing: true))
        if refines {
            let image = product(solution, transposing: false)
            let rest = product(y.indices.map { y[$0] - image[$0] }, transposing: true)
            let correction = triangular(rest.indices.map { rest[$0] - damping * solution[$0] })
            for (index, value) in correction.enumerated() { solution[index] += value }
        }
        return Self.products(solution, inverse)
    }

    /// Aᵀ y, or A x.
    private func product(_ x: [Double], transposing: Bool) -> [Double] {
        LAPACKCall.prepare()
        let given = bySamples || transposing ? x : Self.products(x, inverse)
        var (p, m, one) = (Int32(parameters), Int32(residuals), Int32(1))
        var (alpha, beta) = (1.0, 0.0)
        var result = [Double](repeating: 0, count: transposing ? parameters : residuals)
        dgemv_(transposing ? "N" : "T", &p, &m, &alpha, transposed, &p, given, &one, &beta, &result, &one)
        return transposing && !bySamples ? Self.products(result, inverse) : result
    }

    private static func products(_ a: [Double], _ b: [Double]) -> [Double] { a.indices.map { a[$0] * b[$0] } }

    private func triangular(_ b: [Double]) -> [Double] {
        var (n, one, status) = (Int32(side), Int32(1), Int32(0))
        var x = b
        dpotrs_("L", &n, &one, factor, &n, &x, &n, &status)
        return x
    }
}
