/// The data of a panel as one table: a column for x, one or three for each curve (value, lower and upper edge of its band).
struct PanelData {
    let table: Table
    /// For each curve the number of its value's column, counted from 1 as gnuplot does.
    let columns: [Int]

    init(_ panel: Panel, figure: String) throws(ReportError) {
        if let map = panel.heatMap {
            self.table = try Self.table(of: map, axes: (panel.x.label, panel.y.label), figure: figure)
            self.columns = []
            return
        }
        var names = [panel.x.label]
        var columns: [Int] = []
        for curve in panel.curves {
            let lengths = [curve.y.count, curve.band?.low.count ?? curve.x.count, curve.band?.high.count ?? curve.x.count]
            guard lengths.allSatisfy({ $0 == curve.x.count }) else {
                throw .malformed(what: "the curve '\(curve.name)' of '\(figure)'", reason: "its x and y differ in length")
            }
            guard curve.x.allSatisfy(\.isFinite), Set(curve.x).count == curve.x.count else {
                throw .malformed(what: "the curve '\(curve.name)' of '\(figure)'", reason: "its x are not finite and different from each other")
            }
            columns.append(names.count + 1)
            names.append(curve.name)
            if curve.band != nil { names += [curve.name + " (low)", curve.name + " (high)"] }
        }
        let all = Set(panel.curves.flatMap(\.x)).sorted()
        let place = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1, $0) })
        var rows = all.map { x in [Table.Cell.number(x)] + Array(repeating: Table.Cell.missing, count: names.count - 1) }
        for (curve, column) in zip(panel.curves, columns) {
            for (i, x) in curve.x.enumerated() {
                guard let row = place[x] else { continue }
                rows[row][column - 1] = .number(curve.y[i])
                if let band = curve.band {
                    rows[row][column] = .number(band.low[i])
                    rows[row][column + 1] = .number(band.high[i])
                }
            }
        }
        var table = Table(columns: names)
        for row in rows { table.append(row) }
        self.table = table
        self.columns = columns
    }

    private static func table(of map: HeatMap, axes: (x: String, y: String), figure: String) throws(ReportError) -> Table {
        let wide = map.columnLabels.count
        let fits = map.values.count == map.rowLabels.count && map.values.allSatisfy { $0.count == wide }
        let wordsFit = map.words.isEmpty || (map.words.count == map.values.count && map.words.allSatisfy { $0.count == wide })
        guard fits, wordsFit, wide > 0, !map.values.isEmpty else {
            throw .malformed(what: "the heat map of '\(figure)'", reason: "its values, words and labels differ in shape")
        }
        var table = Table(columns: ["column", "row", map.valueLabel, axes.x, axes.y, "text"])
        for (i, row) in map.values.enumerated() {
            for (j, value) in row.enumerated() {
                // gnuplot takes an empty last field for the one before it.
                let word = map.words.isEmpty || map.words[i][j].isEmpty ? " " : map.words[i][j]
                table.append([.count(j), .count(i), .number(value), .text(map.columnLabels[j]), .text(map.rowLabels[i]), .text(word)])
            }
        }
        return table
    }
}
