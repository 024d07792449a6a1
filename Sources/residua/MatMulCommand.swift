import ArgumentParser
import Benchmarks
import Compute
import LinearAlgebra
import Models
import Reports

struct MatMulCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matmul", abstract: "Multiplies two matrices on the chosen device, or measures a product of a given size.",
        discussion: """
            Example: residua matmul --size 1024x1024x1024 --device native
            With files: residua matmul A.npy B.npy --out C.npy. The floor share is the rate divided by the best OpenBLAS product at 2048³ measured beside it \
            (on a GPU: by its multiply-add peak).
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "Two .npy files.") var files: [String] = []

    @Option(help: ArgumentHelp("Where the product goes, .npy.", valueName: "file")) var out: String?

    @Flag(help: "Use the first matrix transposed.") var transposeA = false
    @Flag(help: "Use the second matrix transposed.") var transposeB = false

    @Option(help: ArgumentHelp("Rows, columns and inner size of a measured product.", valueName: "MxNxK")) var size: String?

    func validate() throws {
        switch (files.count, size) {
        case (2, nil): if out == nil { throw ValidationError("Say where the product goes: --out C.npy.") }
        case (0, .some(let text)): _ = try MatMulCommand.sizes(text)
        case (0, nil): throw ValidationError("Give two .npy files with --out, or --size MxNxK to measure.")
        default: throw ValidationError("Give exactly two .npy files, or --size alone.")
        }
    }

    func run() throws {
        common.applyThreads()
        let started = ContinuousClock.now
        let selection = try DeviceSelection(common.deviceText)
        if let size {
            try ForcedBLAS.leave(quiet: common.quiet)
            let (m, n, k) = try MatMulCommand.sizes(size)
            let elements = Double(m) * Double(k) + Double(k) * Double(n) + Double(m) * Double(n)
            try ModelError.requireMemory(bytes: elements * (common.precision == .f32 ? 4 : 8), for: "a product of size \(size)")
            let threads = common.threads ?? Device.threads
            let row = try Benchmark.product(
                m: m, n: n, k: k, device: selection.index, precision: common.precision == .f32 ? .f32 : .f64, threads: threads)
            try finish([row], selection: selection, started: started)
            return
        }
        let matrices = try files.map { path -> Matrix<Double> in
            let array = try NumPyArray(contentsOf: path)
            try array.requireFinite(path: path)
            guard let matrix = array.matrix, array.shape.count == 2 else {
                throw ModelError.shape(path: path, array: "array", expected: "[rows, columns]", found: array.shape)
            }
            return matrix
        }
        let device = try selection.open()
        let clock = ContinuousClock()
        let begin = clock.now
        let product = try device.multiply(
            matrices[0], transposed: transposeA, matrices[1], transposed: transposeB, precision: common.precision == .f32 ? .f32 : .f64)
        let elapsed = begin.duration(to: clock.now).components
        let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
        try NumPyArray(product).write(to: out ?? "", as: common.precision == .f32 ? .f4 : .f8)
        let inner = transposeA ? matrices[0].rows : matrices[0].columns
        let row = BenchmarkRow(
            workload: "matmul-\(product.rows)x\(product.columns)x\(inner)", device: selection.name,
            precision: common.precision == .f32 ? .f32 : .f64, threads: Device.threads, milliseconds: seconds * 1e3,
            gflops: 2 * Double(product.rows) * Double(product.columns) * Double(inner) / seconds * 1e-9, remark: "one run, transfers included")
        try finish([row], selection: selection, started: started)
    }

    private func finish(_ rows: [BenchmarkRow], selection: DeviceSelection, started: ContinuousClock.Instant) throws {
        if common.json {
            try Terminal.result(
                common.report([("rows", .array(rows.map(BenchCommand.json)))], device: selection.name, started: started).text)
        } else {
            try Terminal.result(BenchCommand.table(rows))
        }
    }

    private static func sizes(_ text: String) throws -> (Int, Int, Int) {
        let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, let m = parts[0], let n = parts[1], let k = parts[2], [m, n, k].allSatisfy({ (1...100_000).contains($0) }) else {
            throw ValidationError("--size \(text): write MxNxK with whole numbers from 1 to 100000, such as 2048x2048x2048.")
        }
        return (m, n, k)
    }
}
