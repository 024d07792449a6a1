import Differentiation
import Foundation
import Reports
import Studies
import Testing

@Suite struct StudyTests {
    @Test func itemsAreReadInAnyCase() throws {
        #expect(try StudyItem(parsing: "c3B") == .c3b)
        #expect(try StudyItem(parsing: "e1") == .e1)
        #expect(throws: StudyError.self) { try StudyItem(parsing: "E11") }
    }

    @Test func sameBitsForAnyNumberOfThreads() throws {
        let results = try [1, 3].map { try Study.run([.c12, .e3], scale: .quick, source: ToySource(), threads: $0) }
        #expect(results[0].claims[0].numbers.map(\.value) == results[1].claims[0].numbers.map(\.value))
        #expect(results[0].experiments[0].data.map(\.table) == results[1].experiments[0].data.map(\.table))
    }

    /// Sines: A_FD = A_AD · diag((sin(wh/2)/(wh/2))ᵖ) on interior rows, exactly; only rounding is left.
    @Test func sineTheorem() throws {
        for equation in StudyEquation.allCases {
            let setting = PlainSetting(StudySetting(equation, .sin, range: 10), seed: 3)
            let exact = try setting.matrix(.automatic)
            for step in [1e-3, 1e-2, 1e-1, 0.3] {
                let differences = try setting.matrix(.exactDifference(accuracy: 2, step: .fixed(step)))
                var worst = 0.0
                let size = exact.elements.reduce(0) { max($0, abs($1)) }
                for j in 0..<exact.columns {
                    let half = setting.weights[j, 0] * step / 2
                    let factor = pow(sin(half) / half, Double(equation.order))
                    for i in 0..<setting.interiorRows { worst = max(worst, abs(differences[i, j] - factor * exact[i, j]) / size) }
                }
                #expect(worst <= 1e-14, "\(equation), step \(step)")
            }
        }
    }

    /// The figures of the reference setting, by plain arithmetic: AD keeps 45 values, H = 0.551; FD all 100, H = 0.455.
    @Test func referenceSetting() throws {
        let result = try Study.run([.e3], scale: .quick, source: PlainSource(), threads: 2)
        let table = try #require(result.experiments.first?.data.first).table
        func medianOf(_ column: String, _ method: DerivativeMethod) throws -> Double {
            let place = try #require(table.columns.firstIndex(of: column))
            let rows = table.rows.filter {
                $0[0] == "poisson" && $0[1] == 1 && $0[2] == "tanh" && $0[7] == .text("\(method)") && $0[8] == 1e-13
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
        let fd = DerivativeMethod.finiteDifference(accuracy: 2, step: .fixed(1e-3), precision: nil)
        let exact = DerivativeMethod.exactDifference(accuracy: 2, step: .fixed(1e-3))
        #expect(try abs(medianOf("n_a", .automatic) - 45) <= 1)
        #expect(try abs(medianOf("H_a", .automatic) - 0.551) <= 0.01)
        #expect(try medianOf("n_a", fd) == 100)
        #expect(try abs(medianOf("H_a", fd) - 0.455) <= 0.01)
        #expect(try medianOf("n_a", exact) <= medianOf("n_a", .automatic))
        #expect(try (5.9e-7 / 3...5.9e-7 * 3).contains(medianOf("error", fd)))
        #expect(try medianOf("error", .automatic) < 3.6e-14)
    }

    @Test func reportHoldsEverything() throws {
        let result = try Study.run(scale: .quick, source: ToyTrainings { 1 / ($0.range ?? 1) }, threads: 2)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("study-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let written = try StudyReport.write(result, to: folder, facts: [("version", "1 & 2")], gnuplot: nil)
        let page = try String(contentsOfFile: written.page, encoding: .utf8)
        for item in StudyItem.allCases { #expect(page.contains("<td>\(item.rawValue)</td>") || page.contains("<h2>\(item.rawValue):")) }
        #expect(page.contains("1 &amp; 2"))
        let found = Set(try FileManager.default.contentsOfDirectory(atPath: folder))
        #expect(found == Set(written.files))
        for link in page.matches(of: /href="([^"#]+)"/) { #expect(found.contains(String(link.1))) }
    }
}
