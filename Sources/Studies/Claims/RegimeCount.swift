import Spectra

/// How often something holds, regime by regime.
struct RegimeCount: Sendable {
    private(set) var holds: [Regime: Int] = [:]
    private(set) var cases: [Regime: Int] = [:]
    /// The share that counts as "it holds".
    static let share = 0.95
    /// Fewer cases than this decide nothing.
    static let fewest = 10

    init(_ pairs: [Pair], cut: Double = Laboratory.cut, _ holds: (Pair) -> Bool) {
        for pair in pairs {
            let regime = pair.regime(cut)
            cases[regime, default: 0] += 1
            if holds(pair) { self.holds[regime, default: 0] += 1 }
        }
    }

    func share(_ regime: Regime) -> Double? {
        guard let all = cases[regime], all > 0 else { return nil }
        return Double(holds[regime] ?? 0) / Double(all)
    }

    /// `214 of 216 in the noise regime, 46 of 577 in the clean one`
    var text: String {
        func part(_ regime: Regime) -> String { "\(holds[regime] ?? 0) of \(cases[regime] ?? 0)" }
        return "\(part(.noise)) in the noise regime, \(part(.clean)) in the clean one"
    }

    var numbers: [(name: String, value: Double)] {
        [Regime.noise, .clean, .swamped, .fullRank].flatMap { regime in
            [("\(regime.rawValue) holds", Double(holds[regime] ?? 0)), ("\(regime.rawValue) cases", Double(cases[regime] ?? 0))]
        }
    }

    /// `confirmed` when it holds in both regimes, `confirmedInNoise` when only there, `refuted` when not even there.
    var verdict: Verdict {
        guard (cases[.noise] ?? 0) >= Self.fewest, (cases[.clean] ?? 0) >= Self.fewest, let noise = share(.noise), let clean = share(.clean) else {
            return .undecided
        }
        if noise < Self.share { return .refuted }
        return clean >= Self.share ? .confirmed : .confirmedInNoise
    }

    static let threshold = "in at least 95 % of the cases, at cut 10⁻¹³"
}
