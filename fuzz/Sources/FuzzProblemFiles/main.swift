import FuzzDriver
import ProblemFiles
import Problems

/// Reads problem files; points are sampled from those that are accepted.
private func read(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        let problem = try Problem(bytes: Array(UnsafeBufferPointer(start: data, count: count)), path: "none/fuzz.toml")
        _ = try? problem.collocationPoints(9, sampling: problem.dimension <= 2 ? .grid : .uniform, seed: 0)
        for equation in problem.equations { _ = try? problem.inBareFields(equation.residual) }
    } catch {
        precondition(!"\(error)".isEmpty)
    }
    return 0
}

fuzz { read($0, $1) }
