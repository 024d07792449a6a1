/// The colours of the pictures: M. Okabe and K. Ito's set, told apart by colour-blind eyes, and two neutral ones.
public enum Colour: String, Sendable, CaseIterable {
    case blue = "#0072b2"
    case vermilion = "#d55e00"
    case green = "#009e73"
    case orange = "#e69f00"
    case sky = "#56b4e9"
    case purple = "#cc79a7"
    case grey = "#808080"
    /// Axes and text; follows the reader's colour scheme in the HTML report.
    case ink = "#333333"

    /// For curves that have no colour of their own by meaning, in turn.
    public static let cycle: [Colour] = [.blue, .vermilion, .green, .orange, .sky, .purple]
}

public struct CurveStyle: Sendable, Equatable {
    public enum Dash: String, Sendable {
        case solid = "1"
        case dashed = "(6,3)"
        case dotted = "(2,3)"
        case dashDotted = "(8,3,2,3)"
    }

    public enum Mark: Int, Sendable {
        case none = 0
        case disc = 7
        case circle = 6
        case square = 5
        case triangle = 9
        case diamond = 13
        case cross = 2
    }

    public var colour: Colour
    public var dash: Dash
    public var mark: Mark
    public var width: Double
    /// Marks without a line.
    public var marksOnly: Bool

    public init(_ colour: Colour, dash: Dash = .solid, mark: Mark = .none, width: Double = 2, marksOnly: Bool = false) {
        self.colour = colour
        self.dash = dash
        self.mark = mark
        self.width = width
        self.marksOnly = marksOnly
    }

    /// The style of the curve that is drawn at `place` among `count`: each lies on those before it, thinner and dashed in another way,
    /// so that curves with the same values are all seen.
    public static func layered(_ place: Int, of count: Int) -> CurveStyle {
        let dashes: [Dash] = [.solid, .dashed, .dotted, .dashDotted]
        let share = count > 1 ? Double(place) / Double(count - 1) : 1
        return CurveStyle(
            Colour.cycle[place % Colour.cycle.count], dash: dashes[place % dashes.count], width: 2 + (1 - share) * min(4, 1.5 * Double(count - 1)))
    }
}
