/// The gnuplot commands of one panel.
struct PanelScript {
    let lines: [String]

    init(_ panel: Panel, data: PanelData, file: String, place: FigureLayout.Place) {
        let ink = Colour.ink.rawValue
        var lines = ["# \(GnuplotScript.oneLine(panel.title.isEmpty ? file : panel.title))", "reset", "set datafile separator comma"]
        lines += [
            "set border 3 linecolor rgb '\(ink)'", "set tics nomirror out scale 0.6 textcolor rgb '\(ink)'",
            "set grid linecolor rgb '#d9d9d9' linewidth 0.6 dashtype 1", "unset key",
        ]
        for (side, value) in [("l", place.left), ("r", place.right), ("t", place.top), ("b", place.bottom)] {
            lines.append("set \(side)margin at screen \(NumberText.short(value, digits: 5))")
        }
        func text(_ words: String) -> String { "\(GnuplotScript.quoted(words)) noenhanced" }
        if !panel.title.isEmpty { lines.append("set title \(text(panel.title)) offset 0,-0.4 textcolor rgb '\(ink)'") }
        // The names of the axes at fixed places: gnuplot guesses the width of tick labels and puts them too far out.
        func share(_ value: Double) -> String { NumberText.short(value, digits: 5) }
        let middle = (x: share((place.left + place.right) / 2), y: share((place.bottom + place.top) / 2))
        lines.append("set label 1 \(text(panel.x.label)) at screen \(middle.x), screen \(share(place.xName)) center textcolor rgb '\(ink)'")
        lines.append(
            "set label 2 \(text(panel.y.label)) at screen \(share(place.yName)), screen \(middle.y) center rotate by 90 textcolor rgb '\(ink)'")
        if let map = panel.heatMap {
            lines += Self.heatMap(map, file: file)
        } else {
            lines += Self.curves(panel, data: data, file: file)
        }
        self.lines = lines
    }

    /// How a curve is drawn: `with lines …`.
    static func drawing(_ style: CurveStyle) -> String {
        let line = "linecolor rgb '\(style.colour.rawValue)' linewidth \(NumberText.short(style.width)) dashtype \(style.dash.rawValue)"
        let mark = "pointtype \(style.mark.rawValue) pointsize 0.55"
        if style.marksOnly { return "with points linecolor rgb '\(style.colour.rawValue)' \(mark)" }
        return style.mark == .none ? "with lines \(line)" : "with linespoints \(line) \(mark)"
    }

    private static func curves(_ panel: Panel, data: PanelData, file: String) -> [String] {
        let vertical = panel.references.filter { $0.direction == .vertical }.map(\.value)
        let horizontal = panel.references.filter { $0.direction == .horizontal }.map(\.value)
        let ys = panel.curves.flatMap { $0.y + ($0.band?.low ?? []) + ($0.band?.high ?? []) }
        let x = AxisRange(panel.x, values: panel.curves.flatMap(\.x) + vertical)
        let y = AxisRange(panel.y, values: ys + horizontal)
        var lines = x.commands("x") + y.commands("y")
        for (i, reference) in panel.references.enumerated() { lines += line(reference, number: i + 1, x: x, y: y) }
        var parts: [String] = []
        let from = "'\(file)' skip 1 using"
        for (curve, column) in zip(panel.curves, data.columns) where curve.band != nil {
            parts.append(
                "\(from) 1:\(column + 1):\(column + 2) with filledcurves fillcolor rgb '\(curve.style.colour.rawValue)' fillstyle transparent solid 0.2 noborder notitle"
            )
        }
        for (curve, column) in zip(panel.curves, data.columns) {
            parts.append("\(from) 1:\(column) \(drawing(curve.style)) notitle")
        }
        lines.append("plot " + (parts.isEmpty ? "NaN notitle" : parts.joined(separator: ", \\\n     ")))
        return lines
    }

    /// A reference line and its label; nothing where it lies outside the axes.
    private static func line(_ reference: ReferenceLine, number: Int, x: AxisRange, y: AxisRange) -> [String] {
        let axis = reference.direction == .horizontal ? y : x
        guard reference.value.isFinite, axis.range?.contains(reference.value) ?? true else { return [] }
        let value = NumberText.roundTrip(reference.value)
        let style = "nohead linecolor rgb '\(reference.colour.rawValue)' linewidth 1.3 dashtype (6,3)"
        let words = "set label \(100 + number) \(GnuplotScript.quoted(reference.label)) noenhanced"
        let tone = "font ',11' textcolor rgb '\(reference.colour.rawValue)'"
        switch reference.direction {
        case .horizontal:
            let place = reference.place == .end ? "graph 0.985, first \(value) right" : "graph 0.015, first \(value) left"
            return [
                "set arrow \(number) from graph 0, first \(value) to graph 1, first \(value) \(style)",
                "\(words) at \(place) offset 0,\(reference.below ? "-0.55" : "0.5") \(tone)",
            ]
        case .vertical:
            let height = reference.place == .end ? "graph 0.95" : "graph 0.05"
            return [
                "set arrow \(number) from first \(value), graph 0 to first \(value), graph 1 \(style)",
                "\(words) at first \(value), \(height) \(reference.below ? "right offset -0.5,0" : "left offset 0.5,0") \(tone)",
            ]
        }
    }

    private static func heatMap(_ map: HeatMap, file: String) -> [String] {
        func tics(_ labels: [String]) -> String {
            "(" + labels.enumerated().map { "\(GnuplotScript.quoted($1)) \($0)" }.joined(separator: ", ") + ")"
        }
        let finite = map.values.flatMap { $0 }.filter(\.isFinite)
        let most = AxisRange.largest
        var low = max(min(map.range?.lowerBound ?? finite.min() ?? 0, most), -most)
        var high = max(min(map.range?.upperBound ?? finite.max() ?? 1, most), -most)
        if high <= low { (low, high) = low >= most ? (0, low) : (low, low + max(1, abs(low))) }
        let bound = (low: NumberText.roundTrip(low), high: NumberText.roundTrip(high), middle: NumberText.roundTrip(0.4 * low + 0.6 * high))
        var lines = [
            "set palette defined (0 '#440154', 1 '#472d7b', 2 '#3b528b', 3 '#2c728e', 4 '#21918c', 5 '#28ae80', 6 '#5ec962', 7 '#addc30', 8 '#fde725')",
            "unset grid", "set xtics \(tics(map.columnLabels)) noenhanced", "set ytics \(tics(map.rowLabels)) noenhanced",
            "set xrange [-0.5:\(Double(map.columnLabels.count) - 0.5)]", "set yrange [-0.5:\(Double(map.rowLabels.count) - 0.5)]",
            "set cbrange [\(bound.low):\(bound.high)]",
            "set cblabel \(GnuplotScript.quoted(map.valueLabel)) noenhanced textcolor rgb '\(Colour.ink.rawValue)'",
            "set colorbox noborder",
        ]
        var parts = ["'\(file)' skip 1 using 1:2:3 with image pixels notitle"]
        if !map.words.isEmpty {
            // White words on dark cells, dark ones on light cells.
            for (test, colour) in [("<", "#ffffff"), (">=", "#1a1a1a")] {
                parts.append(
                    "'\(file)' skip 1 using 1:($3 \(test) \(bound.middle) ? $2 : NaN):(strcol(6)) with labels noenhanced font ',11' textcolor rgb '\(colour)' notitle"
                )
            }
        }
        lines.append("plot " + parts.joined(separator: ", \\\n     "))
        return lines
    }
}
