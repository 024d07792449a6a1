import LinearAlgebra
import Spectra

/// The study of random-feature matrices: for each way of taking derivatives the spectrum, its entropies, and least squares at every cut.
///
/// Matrices come in ready made, rows stacked as in `spectrum` (interior, then conditions); nothing here knows how they arose.
public struct SpectrumStudy: Sendable {
    /// A matrix and what produced it.
    public struct Method: Sendable {
        /// As users write it: `ad`, `fd:2:1e-3`, `fd-exact:2:1e-3`.
        public let name: String
        /// Rows × features; single precision widened.
        public let matrix: Matrix<Double>
        /// Exact derivatives: the one the regime of the others is judged by.
        public let isExact: Bool
        /// The predicted rounding floor (`RoundingFloor.predict`); nil for a method without cancellation.
        public let floor: Double?

        public init(name: String, matrix: Matrix<Double>, isExact: Bool, floor: Double? = nil) {
            self.name = name
            self.matrix = matrix
            self.isExact = isExact
            self.floor = floor
        }
    }

    /// What is solved for, and where the answer is known.
    public struct Task: Sendable {
        /// f, one value a row.
        public let rightHandSide: [Double]
        /// The rows by exact derivatives in double precision: the true residual is taken in them.
        public let truth: Matrix<Double>?
        /// Features at test points (points × features) and u* there.
        public let test: (values: Matrix<Double>, exact: [Double])?

        public init(rightHandSide: [Double], truth: Matrix<Double>? = nil, test: (values: Matrix<Double>, exact: [Double])? = nil) {
            self.rightHandSide = rightHandSide
            self.truth = truth
            self.test = test
        }
    }

    /// What one method shows at one cut; the last five are nil where nothing is solved for or nothing is known to compare with.
    public struct Cut: Sendable, Equatable {
        public let cut: Double
        /// n_a.
        public let count: Int
        /// H_a.
        public let entropy: Double
        public let entropyOfSquares: Double
        /// ‖A c − f‖₂ / √rows in the method's own matrix.
        public let residual: Double?
        /// The same in the exact matrix.
        public let trueResidual: Double?
        /// Relative L2 error at the test points.
        public let error: Double?
        public let coefficientNorm: Double?
        public let regime: Regime?
    }

    /// What one method shows.
    public struct Record: Sendable {
        public let name: String
        public let spectrum: Spectrum
        public let rank: Int
        public let effectiveRank: Double
        public let conditionNumber: Double
        /// As given with the method.
        public let floor: Double?
        /// In the order of the cuts asked for.
        public let cuts: [Cut]
        /// The decomposition, where something was solved for: for gradient-descent curves and solutions at further cuts.
        public let leastSquares: TruncatedLeastSquares?
    }

    /// In the order of the methods given.
    public let records: [Record]

    /// - Parameters:
    ///   - methods: matrices of one shape.
    ///   - task: nil for the spectra alone.
    ///   - cuts: relative cuts, each in (0, 1).
    ///   - threads: decompositions made side by side; the numbers do not depend on it.
    public init(methods: [Method], task: Task? = nil, cuts: [Double], threads: Int = 1) throws(SolverError) {
        for cut in cuts where !(cut > 0 && cut < 1) { throw .spectrum(.badCut(cut)) }
        if let first = methods.first?.matrix {
            let others = methods.map { ($0.name, $0.matrix) } + (task?.truth.map { [("exact", $0)] } ?? [])
            for (name, matrix) in others where matrix.rows != first.rows || matrix.columns != first.columns {
                throw .shapes(
                    "The matrix of '\(name)' is \(matrix.rows) × \(matrix.columns), that of '\(methods[0].name)' \(first.rows) × \(first.columns).")
            }
        }
        let parts = try concurrently(methods, threads: threads) { method throws(SolverError) in try Self.decompose(method, task) }
        let exact = zip(methods, parts).first { $0.0.isExact }?.1.spectrum
        records = try concurrently(Array(zip(methods, parts)), threads: threads) { pair throws(SolverError) in
            try Self.record(pair.0, pair.1, task: task, exact: exact, cuts: cuts)
        }
    }

    private struct Part: Sendable {
        let spectrum: Spectrum
        let leastSquares: TruncatedLeastSquares?
    }

    private static func decompose(_ method: Method, _ task: Task?) throws(SolverError) -> Part {
        if let task {
            let solver = try TruncatedLeastSquares(matrix: method.matrix, rightHandSide: task.rightHandSide)
            return Part(spectrum: solver.spectrum, leastSquares: solver)
        }
        let values = try linear { () throws(LinearAlgebraError) in try SingularValueDecomposition.singularValues(of: method.matrix) }
        let spectrum = try spectral { () throws(SpectrumError) in
            try Spectrum(singularValues: values, largestDimension: max(method.matrix.rows, method.matrix.columns))
        }
        return Part(spectrum: spectrum, leastSquares: nil)
    }

    private static func record(_ method: Method, _ part: Part, task: Task?, exact: Spectrum?, cuts: [Double]) throws(SolverError) -> Record {
        let spectrum = part.spectrum
        var rows: [Cut] = []
        for cut in cuts {
            let solution = try part.leastSquares?.solution(cut: cut)
            var trueResidual: Double?
            var error: Double?
            if let solution, let solver = part.leastSquares {
                if let truth = task?.truth { trueResidual = try solver.residual(of: solution.coefficients, in: truth) }
                if let test = task?.test { error = try relativeError(of: solution.coefficients, values: test.values, exact: test.exact) }
            }
            rows.append(
                try spectral { () throws(SpectrumError) in
                    Cut(
                        cut: cut, count: try spectrum.count(cut: cut), entropy: try spectrum.entropy(cut: cut),
                        entropyOfSquares: try spectrum.entropyOfSquares(cut: cut), residual: solution?.residual, trueResidual: trueResidual,
                        error: error, coefficientNorm: solution?.coefficientNorm,
                        regime: try Regime.of(
                            exact: exact, features: method.matrix.columns, floor: method.floor, largest: spectrum.largest, cut: cut))
                })
        }
        return Record(
            name: method.name, spectrum: spectrum, rank: spectrum.rank, effectiveRank: spectrum.effectiveRank,
            conditionNumber: spectrum.conditionNumber, floor: method.floor, cuts: rows, leastSquares: part.leastSquares)
    }
}
