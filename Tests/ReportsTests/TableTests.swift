import Reports
import Testing

@Suite struct TableTests {
    @Test func quotesWhatNeedsIt() {
        var table = Table(columns: ["name, full", "value"])
        table.append(["say \"hi\"", 0.1])
        table.append(["two\nlines", .missing])
        table.append(["plain", 3])
        #expect(table.csv == "\"name, full\",value\n\"say \"\"hi\"\"\",0.1\n\"two\nlines\",\nplain,3\n")
    }

    @Test func keepsAllDigits() {
        var table = Table(columns: ["v"])
        table.append([.number(0.1 + 0.2)])
        #expect(table.csv == "v\n0.30000000000000004\n")
    }
}
