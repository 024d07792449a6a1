import Compute
import Differentiation
import Foundation
import Reports
import Studies
import Testing

/// The study on the native path: the medians known for the reference settings, and the same bits for any number of threads.
@Suite struct DeviceStudyTests {
    struct Expected {
        let equation: String
        let dimension: Int
        let activation: String
        let step: Double
        /// n_a and H of AD and of FD.
        let counts: (ad: Double, fd: Double)
        let entropies: (ad: Double, fd: Double)
        /// Own residuals and errors, where known.
        var residuals: (ad: Double, fd: Double)?
        var errors: (ad: Double, fd: Double)?
    }

    static let expected = [
        Expected(
            equation: "poisson", dimension: 1, activation: "tanh", step: 1e-3, counts: (45, 100), entropies: (0.551, 0.455),
            residuals: (1.1e-12, 2.7e-10), errors: (1.2e-14, 5.9e-7)),
        Expected(equation: "poisson", dimension: 1, activation: "sin", step: 1e-3, counts: (25, 100), entropies: (0.583, 0.408)),
        Expected(
            equation: "biharmonic", dimension: 1, activation: "tanh", step: 1e-2, counts: (51, 100), entropies: (0.588, 0.499),
            errors: (1.4e-13, 1.2e-4)),
        Expected(equation: "poisson", dimension: 2, activation: "sin", step: 1e-3, counts: (156, 200), entropies: (0.508, 0.484)),
    ]

    @Test func referenceMedians() throws {
        let device = try Device(.native)
        let result = try Study.run([.e3], scale: .quick, device: device, threads: 2)
        let table = try #require(result.experiments.first?.data.first).table
        for expected in Self.expected {
            func medianOf(_ column: String, _ method: DerivativeMethod) throws -> Double {
                let place = try #require(table.columns.firstIndex(of: column))
                let rows = table.rows.filter {
                    $0[0] == .text(expected.equation) && $0[1] == .count(expected.dimension) && $0[2] == .text(expected.activation)
                        && $0[7] == .text("\(method)") && $0[8] == 1e-13
                }
                let values = rows.compactMap { row -> Double? in
                    switch row[place] {
                    case .count(let value): Double(value)
                    case .number(let value): value
                    default: nil
                    }
                }.sorted()
                return try #require(values.isEmpty ? nil : values[values.count / 2])
            }
            let fd = DerivativeMethod.finiteDifference(accuracy: 2, step: .fixed(expected.step), precision: nil)
            let exact = DerivativeMethod.exactDifference(accuracy: 2, step: .fixed(expected.step))
            let name = Comment(rawValue: "\(expected.equation) \(expected.dimension)-D \(expected.activation)")
            #expect(try abs(medianOf("n_a", .automatic) - expected.counts.ad) <= 1, name)
            #expect(try medianOf("n_a", fd) == expected.counts.fd, name)
            #expect(try medianOf("n_a", exact) <= medianOf("n_a", .automatic), name)
            #expect(try abs(medianOf("H_a", .automatic) - expected.entropies.ad) <= 0.01, name)
            #expect(try abs(medianOf("H_a", fd) - expected.entropies.fd) <= 0.01, name)
            for (column, values) in [("residual", expected.residuals), ("error", expected.errors)] {
                guard let values else { continue }
                #expect(try (values.ad / 3...values.ad * 3).contains(medianOf(column, .automatic)), name)
                #expect(try (values.fd / 3...values.fd * 3).contains(medianOf(column, fd)), name)
            }
        }
    }

    @Test func sameBitsForAnyNumberOfThreads() throws {
        let device = try Device(.native)
        let numbers = try [1, 2, 4].map { try Study.run([.c12], scale: .quick, device: device, seed: 5, threads: $0).claims[0].numbers.map(\.value) }
        #expect(numbers[0] == numbers[1] && numbers[0] == numbers[2])
    }
}
