/// A picture: panels in rows, one legend below them all.
public struct Figure: Sendable {
    /// The stem of its files, letters, digits, `-` and `_`: `spectra` gives `spectra.gp`, `spectra.csv`, `spectra.svg`.
    public let name: String
    public let title: String
    /// What is to be seen, below the picture.
    public let caption: String
    public let panels: [Panel]
    /// Panels side by side.
    public let columns: Int
    /// Size of a panel in pixels, axes and title included.
    public let panelWidth: Int
    public let panelHeight: Int

    public init(
        name: String, title: String, caption: String = "", panels: [Panel], columns: Int = 2, panelWidth: Int = 460, panelHeight: Int = 330
    ) {
        self.name = name
        self.title = title
        self.caption = caption
        self.panels = panels
        self.columns = max(1, min(columns, panels.count))
        self.panelWidth = panelWidth
        self.panelHeight = panelHeight
    }
}

/// One pair of axes and what is drawn in it: curves and reference lines, or a heat map.
public struct Panel: Sendable {
    public var title: String
    public var x: Axis
    public var y: Axis
    public var curves: [Curve]
    public var references: [ReferenceLine]
    public var heatMap: HeatMap?

    public init(
        title: String, x: Axis, y: Axis, curves: [Curve] = [], references: [ReferenceLine] = [], heatMap: HeatMap? = nil
    ) {
        self.title = title
        self.x = x
        self.y = y
        self.curves = curves
        self.references = references
        self.heatMap = heatMap
    }
}

public struct Axis: Sendable, Equatable {
    public enum Scale: Sendable, Equatable { case linear, logarithmic }

    public var label: String
    public var scale: Scale
    /// From the data when nil.
    public var range: ClosedRange<Double>?

    public init(_ label: String, _ scale: Scale = .linear, range: ClosedRange<Double>? = nil) {
        self.label = label
        self.scale = scale
        self.range = range
    }
}

/// A named line through points, with an optional band around it.
public struct Curve: Sendable {
    public var name: String
    public var x: [Double]
    public var y: [Double]
    /// The band's lower and upper edge.
    public var band: (low: [Double], high: [Double])?
    public var style: CurveStyle

    public init(_ name: String, x: [Double], y: [Double], band: (low: [Double], high: [Double])? = nil, style: CurveStyle) {
        self.name = name
        self.x = x
        self.y = y
        self.band = band
        self.style = style
    }
}

/// A straight line across the panel, named beside it.
public struct ReferenceLine: Sendable {
    public enum Direction: Sendable { case horizontal, vertical }
    public enum Place: Sendable { case start, end }

    public var direction: Direction
    public var value: Double
    public var label: String
    public var colour: Colour
    /// At which end of the line its label stands.
    public var place: Place
    /// The label below a horizontal line instead of above it, or left of a vertical one instead of right.
    public var below: Bool

    public init(
        _ direction: Direction, at value: Double, label: String, colour: Colour = .grey, place: Place = .end, below: Bool = false
    ) {
        self.direction = direction
        self.value = value
        self.label = label
        self.colour = colour
        self.place = place
        self.below = below
    }
}

/// Cells coloured by value (viridis), with labels for rows and columns and words in the cells.
public struct HeatMap: Sendable {
    public var columnLabels: [String]
    public var rowLabels: [String]
    /// Row after row, NaN where nothing was measured.
    public var values: [[Double]]
    /// Words in the cells, of the same shape; empty for none.
    public var words: [[String]]
    public var valueLabel: String
    public var range: ClosedRange<Double>?

    public init(
        columnLabels: [String], rowLabels: [String], values: [[Double]], words: [[String]] = [], valueLabel: String,
        range: ClosedRange<Double>? = nil
    ) {
        self.columnLabels = columnLabels
        self.rowLabels = rowLabels
        self.values = values
        self.words = words
        self.valueLabel = valueLabel
        self.range = range
    }
}
