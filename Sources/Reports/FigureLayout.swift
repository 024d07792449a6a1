/// Where panels, title and legend of a figure lie, in pixels from the upper left corner.
struct FigureLayout {
    private let figure: Figure
    private let entries: [(name: String, style: CurveStyle)]
    private let legendColumns: Int
    private let titleHeight = 40
    private let legendHeight: Int
    let width: Int
    let height: Int

    init(_ figure: Figure) {
        self.figure = figure
        var entries: [(name: String, style: CurveStyle)] = []
        for curve in figure.panels.flatMap(\.curves) where !curve.name.isEmpty && !entries.contains(where: { $0.name == curve.name }) {
            entries.append((curve.name, curve.style))
        }
        self.entries = entries
        width = max(figure.columns * figure.panelWidth, 420)
        let longest = entries.map(\.name.count).max() ?? 0
        legendColumns = max(1, min(entries.count, (width - 40) / (54 + 7 * longest)))
        let rows = entries.isEmpty ? 0 : (entries.count + legendColumns - 1) / legendColumns
        legendHeight = rows == 0 ? 6 : 26 * rows + 14
        height = titleHeight + (figure.panels.count + figure.columns - 1) / figure.columns * figure.panelHeight + legendHeight
    }

    /// Where a panel's frame and its axes' names lie, as shares of the picture, measured from the lower left.
    struct Place {
        let left: Double
        let right: Double
        let top: Double
        let bottom: Double
        /// The middle of the names of the y axis (from the left) and of the x axis (from below).
        let yName: Double
        let xName: Double
    }

    func place(ofPanel index: Int) -> Place {
        let x = Double(index % figure.columns * figure.panelWidth)
        let y = Double(titleHeight + index / figure.columns * figure.panelHeight)
        let map = figure.panels[index].heatMap != nil
        let titled = !figure.panels[index].title.isEmpty
        return Place(
            left: (x + 78) / Double(width), right: (x + Double(figure.panelWidth) - (map ? 104 : 20)) / Double(width),
            top: 1 - (y + (titled ? 30 : 12)) / Double(height), bottom: 1 - (y + Double(figure.panelHeight) - 56) / Double(height),
            yName: (x + 18) / Double(width), xName: 1 - (y + Double(figure.panelHeight) - 16) / Double(height))
    }

    /// The figure's title and the legend, drawn last in an empty plot of their own.
    func headAndLegend(title: String) -> [String] {
        var lines = ["# Title and legend", "reset", "unset border", "unset tics", "set xrange [0:1]", "set yrange [0:1]"]
        lines.append("set margins 0, 0, 0, 0")
        lines.append(
            "set label 1 \(GnuplotScript.quoted(title)) noenhanced at screen 0.5, screen \(share(Double(height - 20), height)) center font ',16' textcolor rgb '\(Colour.ink.rawValue)'"
        )
        lines.append("set origin 0, 0")
        lines.append("set size 1, \(share(Double(legendHeight), height))")
        if entries.isEmpty {
            lines.append("unset key")
            lines.append("plot NaN notitle")
        } else {
            lines.append(
                "set key center center horizontal maxcols \(legendColumns) Left reverse noenhanced samplen 2.5 spacing 1.15 width 1 textcolor rgb '\(Colour.ink.rawValue)'"
            )
            let samples = entries.map { "NaN \(PanelScript.drawing($0.style)) title \(GnuplotScript.quoted($0.name))" }
            lines.append("plot " + samples.joined(separator: ", \\\n     "))
        }
        return lines
    }

    private func share(_ pixels: Double, _ whole: Int) -> String { NumberText.short(pixels / Double(whole), digits: 5) }
}
