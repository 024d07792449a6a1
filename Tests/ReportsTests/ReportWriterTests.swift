import Foundation
import Reports
import Testing

@Suite struct ReportWriterTests {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("reports-\(UUID().uuidString)").path

    var report: Report {
        var table = Table(columns: ["what", "value"])
        table.append(["n & m", 0.1])
        let row = VerdictRow(
            id: "C1", claim: "a < b", threshold: "always", observed: "3 of 4", verdict: "refuted", recorded: "confirmed", asRecorded: false,
            tone: .fails)
        return Report(
            title: "Title & co", lead: "Lead.", facts: [("seed", "0")],
            sections: [
                Report.Section("Verdicts", [.verdicts([row]), .table(table, name: "numbers", caption: "Numbers."), .list(["one"])]),
                Report.Section("Pictures", [.figure(Samples.decay), .figure(Samples.map), .paragraph("`x` < y")]),
            ])
    }

    func text(_ name: String) throws -> String { try String(contentsOfFile: folder + "/" + name, encoding: .utf8) }

    @Test func writesScriptsAndDataWithoutGnuplot() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let written = try report.write(to: folder, gnuplot: nil)
        #expect(written.notes == [Gnuplot.absence])
        let found = try Set(FileManager.default.contentsOfDirectory(atPath: folder))
        #expect(found == ["index.html", "numbers.csv", "decay.gp", "decay-1.csv", "decay-2.csv", "map.gp", "map.csv"])
        #expect(Set(written.files) == found)
        let page = try text("index.html")
        #expect(page.contains("Title &amp; co") && page.contains("a &lt; b") && page.contains("differs from the record"))
        #expect(page.contains("gnuplot is not installed"))
        #expect(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"))
        let data = try text("decay-2.csv")
        #expect(data == "h,AD,error\n0.0005,,1e-12\n0.001,1e-14,\n0.01,,1e-06\n0.1,1e-14,\n0.2,,0.01\n")
    }

    @Test(.enabled(if: Gnuplot() != nil)) func drawsPicturesIntoThePage() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let written = try report.write(to: folder)
        #expect(written.notes.isEmpty, "\(written.notes)")
        let page = try text("index.html")
        #expect(page.components(separatedBy: "<svg").count == 3)
        // Ids of the two pictures differ, every reference has its id, and nothing is loaded from elsewhere.
        let ids = page.matches(of: /\bid=["']([^"']+)["']/).map { String($0.1) }
        #expect(!ids.isEmpty && Set(ids).count == ids.count)
        let references = page.matches(of: /(?:href=["']#|url\(#)([^"')]+)/).map { String($0.1) }
        #expect(Set(references).isSubset(of: Set(ids)))
        #expect(!page.contains("<script") && !page.contains("src="))
        #expect(page.contains("currentColor") && !page.contains("fill=\"#ffffff\""))
        #expect(!page.contains("=\"rgb( 51,  51,  51)\"") && !page.contains("=\"rgb(51,51,51)\""), "ink that does not follow the page's colours")
        let picture = try text("decay.svg")
        #expect(picture.contains("It's a &lt;test> &amp; more") || picture.contains("It's a &lt;test&gt; &amp; more"))
        // Nothing unfinished is left behind.
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).allSatisfy { !$0.hasPrefix(".") })
    }

    @Test func repeatsBitForBit() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        _ = try report.write(to: folder, gnuplot: nil)
        let first = try text("index.html")
        _ = try report.write(to: folder, gnuplot: nil)
        #expect(try text("index.html") == first)
    }

    @Test func failingGnuplotIsANote() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let written = try report.write(to: folder, gnuplot: Gnuplot("false"))
        #expect(written.notes.count == 2 && written.notes[0].contains("could not draw 'decay.gp'"))
        #expect(try text("index.html").contains("could not draw"))
    }
}
