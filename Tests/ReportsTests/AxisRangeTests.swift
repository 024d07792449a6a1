import Foundation
import Reports
import Testing

/// Axes over everything that a double can be.
@Suite struct AxisRangeTests {
    static let spans: [[Double]] = [
        [1e-300, 6.5e300], [.leastNonzeroMagnitude, 1.7e308], [1, 6.5e300], [6.5e300, 6.5e300], [1.7e308, 1.79e308],
        [.leastNonzeroMagnitude, .leastNormalMagnitude / 64], [1e-300, 1e-12], [2, 3],
        [2, 2], [1, .greatestFiniteMagnitude], [.nan, 1e300], [.infinity, 1],
    ]
    static let signed: [[Double]] = [
        [-1e308, 1e308], [-.greatestFiniteMagnitude, .greatestFiniteMagnitude], [-1.7e308, -1.6e308], [-1e308, -1e308], [0, 0],
        [0, .leastNonzeroMagnitude], [-3, 7],
        [1, 1.00000001],
    ]

    private func draw(_ figure: Figure) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("axes-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let report = Report(title: "axes", lead: "", facts: [], sections: [Report.Section("one", [.figure(figure)])])
        _ = try report.write(to: folder, gnuplot: nil)
        let script = try String(contentsOfFile: folder + "/axes.gp", encoding: .utf8)
        for line in script.split(separator: "\n") where line.contains("range [") || line.contains("tics 1e") {
            #expect(!line.contains("inf") && !line.contains("NaN"), "\(line)")
            let ends = line.drop { $0 != "[" }.dropFirst().dropLast().split(separator: ":").compactMap { Double($0) }
            if line.contains("range [") { #expect(ends.count == 2 && ends[0] < ends[1] && ends.allSatisfy { abs($0) < 8.9e307 }, "\(line)") }
        }
        if let gnuplot = Gnuplot() { #expect(try report.write(to: folder, gnuplot: gnuplot).notes.isEmpty, "\(script)") }
    }

    private func figure(_ values: [Double], _ scale: Axis.Scale) -> Figure {
        let low = values.map { $0 / 2 }
        let panel = Panel(
            title: "", x: Axis("x"), y: Axis("y", scale),
            curves: [Curve("one", x: values.indices.map(Double.init), y: values, band: (low, values), style: CurveStyle(.blue))])
        let across = Panel(
            title: "", x: Axis("x", scale), y: Axis("y"),
            curves: [
                Curve(
                    "one", x: Set(values.filter(\.isFinite)).sorted(), y: Set(values.filter(\.isFinite)).map { _ in 1 }, style: CurveStyle(.blue))
            ])
        return Figure(name: "axes", title: "axes", panels: [panel, across])
    }

    @Test(arguments: spans) func logarithmic(_ values: [Double]) throws { try draw(figure(values, .logarithmic)) }

    @Test(arguments: spans + signed) func linear(_ values: [Double]) throws { try draw(figure(values, .linear)) }

    @Test(arguments: signed) func maps(_ values: [Double]) throws {
        let map = HeatMap(columnLabels: ["a", "b"], rowLabels: ["1"], values: [values], words: [["x", "y"]], valueLabel: "value")
        try draw(Figure(name: "axes", title: "axes", panels: [Panel(title: "", x: Axis("x"), y: Axis("y"), heatMap: map)]))
    }

    @Test func quartilesOfHugeNumbers() throws {
        let quartiles = try #require(Statistics.quartiles([-1.5e308, 1.5e308, 1.5e308, 1.5e308]))
        #expect(quartiles.median == 1.5e308 && quartiles.low == 0.75e308)
        #expect(Statistics.quantile([-1.5e308, 1.5e308], 0.5) == 0)
    }
}
