import CCompute

/// A workload measured round by round, its ceilings right before and after it and its rivals in between.
enum PairedMeasurement {
    /// The row: medians over the rounds of times and of the paired ratios.
    static func row(_ workload: Workload, meter: CeilingMeter) throws(BenchmarkError) -> BenchmarkRow {
        let setting = meter.setting
        cc_set_threads(Int32(setting.threads))
        let prepared = try workload.prepare(setting)
        defer { setting.device.releaseBuffers() }
        try prepared.run()
        let load = MachineLoad()
        var times: [Double] = []
        var shares: [Double] = []
        var floors: [Double] = []
        var rivalTimes = [[Double]](repeating: [], count: prepared.rivals.count)
        var rivalShares = rivalTimes
        var before = prepared.floor.seconds(try meter.sample(prepared.floor))
        for round in 0..<workload.rounds {
            // In turns first and last, so that a steady change of speed favours nobody.
            let ownFirst = round % 2 == 0
            var own = ownFirst ? try time(prepared, setting) : 0
            var taken: [Double] = []
            for rival in prepared.rivals { taken.append(try rival.seconds()) }
            if !ownFirst { own = try time(prepared, setting) }
            let after = prepared.floor.seconds(try meter.sample(prepared.floor))
            let floor = (before + after) / 2
            before = after
            times.append(own)
            floors.append(floor)
            shares.append(floor / own)
            for (i, seconds) in taken.enumerated() {
                rivalTimes[i].append(seconds)
                rivalShares[i].append(seconds / own)
            }
        }
        let share = Quartiles(shares)
        let milliseconds = Quartiles(times).median * 1e3
        var disturbances = load.disturbances()
        if share.spread > 0.15 { disturbances.append("the shares spread by \(Int((share.spread * 100).rounded())) %") }
        var figures = [(name: "floorMilliseconds", value: Quartiles(floors).median * 1e3)]
        for (i, rival) in prepared.rivals.enumerated() {
            figures.append(("\(rival.name)Milliseconds", Quartiles(rivalTimes[i]).median * 1e3))
            figures.append(("of\(rival.name.prefix(1).uppercased())\(rival.name.dropFirst())", Quartiles(rivalShares[i]).median))
        }
        return BenchmarkRow(
            workload: workload.name, device: setting.device.name, precision: setting.precision, threads: setting.threads,
            milliseconds: milliseconds, gflops: prepared.flops.map { $0 / milliseconds * 1e-6 }, floorShare: share.median, spread: share.spread,
            rounds: workload.rounds, remark: prepared.remark, disturbance: sentence(disturbances), figures: figures + prepared.figures())
    }

    /// One row a ceiling: the best rate seen in 7 samples.
    static func ceilingRows(_ meter: CeilingMeter) throws(BenchmarkError) -> [BenchmarkRow] {
        let load = MachineLoad()
        var samples: [CeilingRates] = []
        for _ in 0..<7 { samples.append(try meter.sample(FloorTerms(products: 1, elementwise: 1, tanh: 1, bytesWritten: 1))) }
        let disturbances = load.disturbances()
        func row(
            _ name: String, _ rate: KeyPath<CeilingRates, Double>, flops: Bool, _ remark: String, figure: String? = nil
        ) -> BenchmarkRow {
            let values = samples.map { $0[keyPath: rate] }, best = values.max() ?? 0, spread = Quartiles(values).spread
            return BenchmarkRow(
                workload: "ceiling-\(name)", device: meter.setting.device.name, precision: meter.setting.precision,
                threads: meter.setting.threads, gflops: flops ? best : nil, spread: spread, rounds: samples.count, remark: remark,
                disturbance: sentence(disturbances + (spread > 0.15 ? ["the rates spread by \(Int((spread * 100).rounded())) %"] : [])),
                figures: figure.map { [($0, best)] } ?? [])
        }
        var rows = [
            row("fma", \.fma, flops: true, "fused multiply-adds in registers"),
            row("copy", \.copy, flops: false, "copying memory, read + written", figure: "gigabytesPerSecond"),
            row("tanh", \.tanh, flops: false, "vector tanh, data in cache", figure: "gigavaluesPerSecond"),
        ]
        if meter.onProcessor { rows.append(row("blas", \.product, flops: true, "OpenBLAS product 2048³, core \(BLASReference.coreName)")) }
        return rows
    }

    private static func time(_ prepared: PreparedWorkload, _ setting: Setting) throws(BenchmarkError) -> Double {
        cc_set_threads(Int32(setting.threads))
        return try Stopwatch.median(prepared.run) / Double(prepared.times)
    }

    private static func sentence(_ disturbances: [String]) -> String? {
        disturbances.isEmpty ? nil : "The machine was not quiet: " + disturbances.joined(separator: ", ") + "."
    }
}
