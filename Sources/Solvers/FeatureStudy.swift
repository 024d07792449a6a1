import Compute
import Differentiation
import LinearAlgebra
import Models
import Spectra

#if canImport(Glibc)
    import Glibc
#endif

/// Random features on a linear equation by several derivative methods: matrices, spectra and least squares side by side.
public struct FeatureStudy: Sendable {
    public var collocation: LinearCollocation
    public var model: RandomFeatureModel
    public var methods: [DerivativeMethod]
    /// Of the matrices; decompositions and the true residual are in float64.
    public var precision: Precision
    /// Relative cuts in (0, 1).
    public var cuts: [Double]
    /// Points apart from those solved on with the exact solution there, for the relative L2 error.
    public var test: (points: Matrix<Double>, exact: [Double])?

    public init(
        collocation: LinearCollocation, model: RandomFeatureModel, methods: [DerivativeMethod], precision: Precision = .f64, cuts: [Double],
        test: (points: Matrix<Double>, exact: [Double])? = nil
    ) {
        self.collocation = collocation
        self.model = model
        self.methods = methods
        self.precision = precision
        self.cuts = cuts
        self.test = test
    }

    /// Assembles on `device` and decomposes on up to `threads` threads, which changes no number.
    ///
    /// - Throws: `SolverError`, in particular `.compute(.tooLarge)` before anything large is allocated.
    public func run(on device: Device, threads: Int = 1) throws(SolverError) -> SpectrumStudy {
        try FeatureStudy.checkMemory(
            rows: collocation.rows, features: model.features, methods: methods.count, testPoints: test?.points.rows ?? 0)
        // The judge works in float64, natively where the device cannot.
        let judge = try computing { () throws(ComputeError) in device.info.fp64 ? device : try Device(.native) }
        let truth = try matrix(by: .automatic, precision: .f64, on: judge)
        var list: [SpectrumStudy.Method] = []
        for method in methods {
            let exact = method == .automatic
            let assembled = exact && precision == .f64 ? truth : try matrix(by: method, precision: precision, on: device)
            list.append(
                SpectrumStudy.Method(
                    name: "\(method)", matrix: assembled, isExact: exact, floor: try floor(of: method, matrix: assembled)))
        }
        var tests: (values: Matrix<Double>, exact: [Double])?
        if let test {
            let identity = FeatureBlock(.identity(dimension: model.dimension), method: .automatic, points: test.points)
            let values = try computing { () throws(ComputeError) in try judge.featureMatrix([identity], model: model) }
            tests = (values, test.exact)
        }
        let task = SpectrumStudy.Task(rightHandSide: collocation.rightHandSide, truth: truth, test: tests)
        return try SpectrumStudy(methods: list, task: task, cuts: cuts, threads: threads)
    }

    /// The system's matrix by one method: the equation's rows by it, the conditions' rows by exact derivatives.
    public func matrix(by method: DerivativeMethod, precision: Precision, on device: Device) throws(SolverError) -> Matrix<Double> {
        let blocks = blocks(method)
        return try computing { () throws(ComputeError) in try device.featureMatrix(blocks, model: model, precision: precision) }
    }

    private func blocks(_ method: DerivativeMethod) -> [FeatureBlock] {
        collocation.parts.map { part in
            FeatureBlock(part.linearOperator, method: part.isCondition ? .automatic : method, points: part.points, scale: part.scale)
        }
    }

    /// The predicted rounding floor of a method's matrix A. Stencils: C·ε·‖stencil‖₂·√M/hᵖ. Without differences every entry is
    /// rounded by itself, which makes C·ε·‖A‖_F/√N.
    private func floor(of method: DerivativeMethod, matrix: Matrix<Double>) throws(SolverError) -> Double {
        var squares = 0.0
        for (part, block) in zip(collocation.parts, blocks(method)) where !part.isCondition {
            let rounding = try computing { () throws(ComputeError) in try Device.roundingNorm(block, model: model, precision: precision) }
            if let rounding {
                let floor = RoundingFloor.predict(roundingNorm: rounding.norm, rows: part.points.rows, epsilon: rounding.precision.epsilon)
                squares += floor * floor
            }
        }
        if squares > 0 { return squares.squareRoot() }
        let norm = matrix.elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return RoundingFloor.constant * precision.epsilon * norm / Double(max(matrix.columns, 1)).squareRoot()
    }

    /// Refuses what memory cannot hold: the matrices of all methods, of the truth and of the test, and a decomposition's copies.
    ///
    /// - Throws: `SolverError.compute(.tooLarge)`.
    public static func checkMemory(rows: Int, features: Int, methods: Int, testPoints: Int) throws(SolverError) {
        let copies = Double(methods + 1) + 4
        let bytes = 8 * Double(features) * (Double(rows) * copies + Double(testPoints))
        let memory = UInt64(max(sysconf(Int32(_SC_PHYS_PAGES)), 0)) * UInt64(max(sysconf(Int32(_SC_PAGESIZE)), 0))
        guard bytes < 0.9 * Double(memory) else {
            throw .compute(.tooLarge(rows: rows, columns: features, bytes: bytes < 1.8e19 ? UInt64(bytes) : .max, memory: memory))
        }
    }
}
