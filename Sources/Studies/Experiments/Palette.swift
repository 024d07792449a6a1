import Differentiation
import Reports

/// One look for each way of taking derivatives, the same in every picture.
enum Palette {
    static func style(_ method: DerivativeMethod, mark: CurveStyle.Mark = .none) -> CurveStyle {
        switch method {
        case .automatic: CurveStyle(.blue, mark: mark, width: 4)
        case .finiteDifference(_, _, .f32): CurveStyle(.purple, mark: mark)
        case .finiteDifference: CurveStyle(.vermilion, mark: mark, width: 1.8)
        case .exactDifference: CurveStyle(.ink, dash: .dotted, mark: mark, width: 1.8)
        }
    }

    static func name(_ method: DerivativeMethod) -> String {
        switch method {
        case .automatic: "AD"
        case .finiteDifference(_, _, .f32): "FD, float32"
        case .finiteDifference: "FD"
        case .exactDifference: "FD without rounding"
        }
    }

    static func colour(accuracy: Int) -> Colour {
        switch accuracy {
        case 2: .vermilion
        case 4: .orange
        case 6: .green
        default: .purple
        }
    }
}
