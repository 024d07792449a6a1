import Foundation
import Reports
import Testing

@Suite struct ReportErrorTests {
    let report = Report(title: "t", lead: "", facts: [], sections: [Report.Section("s", [.paragraph("p")])])

    func reason(_ folder: String) -> String {
        do {
            _ = try report.write(to: folder, gnuplot: nil)
            return "none"
        } catch { return "\(error)" }
    }

    @Test func namesTheFolderThatCannotBeUsed() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("file-\(UUID().uuidString)").path
        try "x".write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        #expect(reason(file).contains("a file of that name is in the way"))
        #expect(reason(file + "/below").contains("cannot be used"))
        #expect(reason("").contains("its name is empty"))
        #expect(reason("/proc/none").contains("the folder '/proc/none' cannot be used"))
    }

    @Test func fullDiskLeavesNothing() throws {
        // /dev/full answers every write with "no space left": the page's temporary file is made a link to it.
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("full-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let beside = folder + "/.index.html.\(ProcessInfo.processInfo.processIdentifier).part"
        try FileManager.default.createSymbolicLink(atPath: beside, withDestinationPath: "/dev/full")
        let text = reason(folder)
        #expect(text.contains("index.html' cannot be written: no space left on device"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }

    @Test func refusesWhatDoesNotFit() {
        let short = Figure(
            name: "a", title: "t",
            panels: [Panel(title: "", x: Axis("x"), y: Axis("y"), curves: [Curve("c", x: [1, 2], y: [1], style: CurveStyle(.blue))])])
        #expect(throws: ReportError.malformed(what: "the curve 'c' of 'a'", reason: "its x and y differ in length")) { _ = try GnuplotScript(short) }
        #expect(throws: ReportError.self) { _ = try GnuplotScript(Figure(name: "../a", title: "t", panels: short.panels)) }
        #expect(throws: ReportError.self) { _ = try GnuplotScript(Figure(name: "a", title: "t", panels: [])) }
    }
}
