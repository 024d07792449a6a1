import Problems
import TestSupport
import Testing

@Suite struct ReferenceValueTests {
    /// Against quadrature with 30 digits and other time-stepping schemes: Tests/Reference/Problems/evolution.py.
    @Test(arguments: [("burgers", 1e-13), ("allen-cahn", 3e-10), ("kdv", 1e-9)])
    func referencesAgreeWithOtherMethods(name: String, tolerance: Double) throws {
        let numbers = try ReferenceNumbers("Problems/evolution.txt")
        let problem = try Problem.named(name)
        let solution = try #require(try problem.solution(seed: 0))
        for time in ["0.1", "0.5", "1"] {
            let key = "\(name)-\(time)"
            #expect(numbers.indices(key).count >= 4)
            for x in numbers.indices(key) {
                let row = try #require(
                    (0..<solution.points.rows).first { solution.points[$0, 0] == x && abs(solution.points[$0, 1] - (Double(time) ?? 0)) < 1e-12 })
                #expect(abs(solution.values[0][row] - numbers.value(key, at: x)) < tolerance, "\(key) \(x)")
            }
        }
    }
}
