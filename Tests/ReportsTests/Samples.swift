import Reports

/// Figures that use everything a figure can have.
enum Samples {
    static var decay: Figure {
        let k = (1...60).map(Double.init)
        let ad = k.map { 100 * exp10(-$0 / 4) }
        let fd = k.map { max(100 * exp10(-$0 / 4), 3e-9) }
        let cut = ReferenceLine(.horizontal, at: 1e-11, label: "cut 10⁻¹³ s₁", place: .start)
        let floor = ReferenceLine(.horizontal, at: 3e-9, label: "predicted floor", colour: .vermilion, below: true)
        return Figure(
            name: "decay", title: "It's a <test> & more", caption: "Caption with `code`.",
            panels: [
                Panel(
                    title: "one", x: Axis("k"), y: Axis("sₖ", .logarithmic),
                    curves: [
                        Curve("AD", x: k, y: ad, band: (ad.map { $0 / 3 }, ad.map { $0 * 3 }), style: CurveStyle(.blue)),
                        Curve("FD, h = 10⁻³", x: k, y: fd, style: CurveStyle(.vermilion, dash: .dashed)),
                    ], references: [cut, floor]),
                Panel(
                    title: "two", x: Axis("h", .logarithmic), y: Axis("error", .logarithmic),
                    curves: [
                        Curve("AD", x: [1e-3, 1e-1], y: [1e-14, 1e-14], style: CurveStyle(.blue)),
                        Curve("error", x: [5e-4, 1e-2, 2e-1], y: [1e-12, 1e-6, 1e-2], style: CurveStyle(.green, mark: .disc)),
                    ], references: [ReferenceLine(.vertical, at: 1e-2, label: "h", colour: .purple)]),
            ])
    }

    static var map: Figure {
        Figure(
            name: "map", title: "A map",
            panels: [
                Panel(
                    title: "", x: Axis("step h"), y: Axis("range R"),
                    heatMap: HeatMap(
                        columnLabels: ["10⁻³", "10⁻²", "10⁻¹"], rowLabels: ["1", "3"], values: [[0, 0.5, 1], [0.2, .nan, 0.9]],
                        words: [["0", "½", "1"], ["", "none", "0.9"]], valueLabel: "share", range: 0...1))
            ], columns: 1)
    }

    private static func exp10(_ x: Double) -> Double {
        var value = 1.0
        let step = 1.2589254117941673  // 10^(1/10)
        for _ in 0..<Int((abs(x) * 10).rounded()) { value *= step }
        return x < 0 ? 1 / value : value
    }
}
