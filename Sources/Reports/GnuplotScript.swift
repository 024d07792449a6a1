/// A figure as a gnuplot script and the tables it reads; the script draws the picture again when run by hand.
public struct GnuplotScript: Sendable {
    public let text: String
    /// The data files beside the script.
    public let files: [(name: String, table: Table)]

    /// - Throws: `ReportError.malformed` when lengths or shapes do not fit together, or the name is no file name.
    public init(_ figure: Figure) throws(ReportError) {
        let name = figure.name
        guard !name.isEmpty,
            name.unicodeScalars.allSatisfy({ $0.isASCII && ($0.properties.isAlphabetic || "0123456789-_".unicodeScalars.contains($0)) })
        else { throw .malformed(what: "the figure '\(name)'", reason: "its name is not made of letters, digits, '-' and '_'") }
        guard !figure.panels.isEmpty else { throw .malformed(what: "the figure '\(name)'", reason: "it has no panels") }
        var files: [(name: String, table: Table)] = []
        var datas: [PanelData] = []
        for (i, panel) in figure.panels.enumerated() {
            let data = try PanelData(panel, figure: name)
            datas.append(data)
            files.append((figure.panels.count == 1 ? "\(name).csv" : "\(name)-\(i + 1).csv", data.table))
        }
        let layout = FigureLayout(figure)
        var lines = [
            "# \(Self.oneLine(figure.title))", "# Draw again with: gnuplot \(name).gp",
            "if (!exists(\"output\")) output = '\(name).svg'",
            "set terminal svg size \(layout.width),\(layout.height) dynamic font 'Helvetica,13' background '#ffffff'",
            "set output output", "set encoding utf8", "set multiplot",
        ]
        for (i, panel) in figure.panels.enumerated() {
            lines.append("")
            lines += PanelScript(panel, data: datas[i], file: files[i].name, place: layout.place(ofPanel: i)).lines
        }
        lines.append("")
        lines += layout.headAndLegend(title: figure.title)
        lines += ["unset multiplot", "unset output"]
        text = lines.joined(separator: "\n") + "\n"
        self.files = files
    }

    /// A gnuplot string in single quotes.
    static func quoted(_ text: String) -> String {
        "'" + oneLine(text).split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }

    static func oneLine(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }) }
}
