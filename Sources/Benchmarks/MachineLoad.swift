#if canImport(Glibc)
    import Glibc
#endif

/// Who used the processor since a moment: this process, others, or another guest of the same host.
struct MachineLoad {
    private let start = MachineLoad.reading()

    /// What disturbed the measurement since, empty on a quiet machine: time stolen by the host above 1 % or used by other processes
    /// above 5 % of all cores' time.
    func disturbances() -> [String] {
        let end = MachineLoad.reading()
        guard let before = start, let after = end, after.total > before.total else { return [] }
        let whole = after.total - before.total
        let stolen = (after.stolen - before.stolen) / whole
        let others = (after.busy - before.busy - (after.own - before.own)) / whole
        var found: [String] = []
        if stolen > 0.01 { found.append("\(Int((stolen * 100).rounded())) % of the processor's time was stolen by its host") }
        if others > 0.05 { found.append("\(Int((others * 100).rounded())) % of it went to other processes") }
        return found
    }

    /// Seconds since the start of the machine, summed over its cores.
    private static func reading() -> (total: Double, busy: Double, stolen: Double, own: Double)? {
        guard let file = fopen("/proc/stat", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 512)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // cpu user nice system idle iowait irq softirq steal …
        let ticks = text.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0.filter(\.isNumber)) }
        guard ticks.count == 8 else { return nil }
        let seconds = ticks.map { $0 / Double(max(sysconf(Int32(_SC_CLK_TCK)), 1)) }
        var own = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own)
        return (
            seconds.reduce(0, +), seconds[0] + seconds[1] + seconds[2] + seconds[5] + seconds[6], seconds[7],
            Double(own.tv_sec) + Double(own.tv_nsec) * 1e-9
        )
    }
}
