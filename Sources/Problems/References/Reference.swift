import LinearAlgebra

/// A solution by its values at points.
public struct Solution: Sendable, Equatable {
    /// M × d.
    public let points: Matrix<Double>
    /// One array of M numbers a field.
    public let values: [[Double]]

    /// - Precondition: every field has one value a point.
    public init(points: Matrix<Double>, values: [[Double]]) {
        precondition(values.allSatisfy { $0.count == points.rows }, "a solution has one value a point")
        self.points = points
        self.values = values
    }
}

/// Where a problem without a formula for its solution has it from.
public enum Reference: Sendable, Equatable {
    /// Numbers that are given.
    case tabulated(Solution)
    /// Burgers' equation u_t + u u_x = ν u_xx from u = −sin πx, by the Cole–Hopf transformation.
    case burgers(viscosity: Double)
    /// u_t = 10⁻⁴ u_xx + 5u − 5u³ from u = x² cos πx, by cosines and exponential time differencing.
    case allenCahn
    /// u_t + u u_x + 0.022² u_xxx = 0 from u = cos πx, by exponentials and exponential time differencing.
    case kortewegDeVries

    /// The values; computed ones on the grid of `Reference.grid`, once in a process.
    public var solution: Solution {
        switch self {
        case .tabulated(let solution): solution
        case .burgers(let viscosity): ColeHopf.solution(viscosity: viscosity)
        case .allenCahn: AllenCahn.solution
        case .kortewegDeVries: KortewegDeVries.solution
        }
    }

    /// 257 equispaced x on [−1, 1] and 101 equispaced t on [0, 1], both with their ends.
    static let grid: (x: [Double], t: [Double]) = ((0...256).map { Double($0 - 128) / 128 }, (0...100).map { Double($0) / 100 })

    /// Values on the grid, as many for each time as there are x, the points with t running fastest.
    static func onGrid(_ values: [[Double]]) -> Solution {
        let (x, t) = grid
        var points = Matrix<Double>(rows: x.count * t.count, columns: 2)
        var all = [Double](repeating: 0, count: points.rows)
        for i in x.indices {
            for j in t.indices {
                let row = i * t.count + j
                points[row, 0] = x[i]
                points[row, 1] = t[j]
                all[row] = values[j][i]
            }
        }
        return Solution(points: points, values: [all])
    }
}
