/// ‖a − b‖₂ / ‖b‖₂, the norm-wise relative difference; NaN if the lengths differ.
public func relativeDifference(_ a: [Double], _ b: [Double]) -> Double {
    guard a.count == b.count else { return .nan }
    var difference = 0.0
    var size = 0.0
    for (x, y) in zip(a, b) {
        difference += (x - y) * (x - y)
        size += y * y
    }
    return size == 0 ? difference.squareRoot() : (difference / size).squareRoot()
}

/// The distance of `value` from `exact` in units in the last place of `exact`.
public func ulps(_ value: Double, _ exact: Double) -> Double {
    if value == exact { return 0 }
    return abs(value - exact) / exact.ulp
}
