#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The ranks of an MPI run, through a small library that is loaded at run time, so that nothing links MPI.
///
/// All ranks call the collective functions in the same order.
public struct MessagePassing {
    /// What the library could not do.
    public enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
        /// No library, or one without a function.
        case missing(String)
        /// A call that ended with MPI's code.
        case call(name: String, code: Int)

        public var description: String {
            switch self {
            case .missing(let reason):
                "MPI cannot be used: \(reason); build libresidua-mpi.so with scripts/mpi-shim and name it in RESIDUA_MPI_SHIM."
            case .call(let name, let code): "MPI's \(name) ended with code \(code); see what mpirun says above, and resume from the checkpoint."
            }
        }
    }

    private typealias Plain = @convention(c) () -> Int32
    private typealias Gather = @convention(c) (UnsafePointer<Double>?, Int32, UnsafeMutablePointer<Double>?) -> Int32
    private typealias Broadcast = @convention(c) (UnsafeMutablePointer<Double>?, Int32, Int32) -> Int32
    private typealias Abort = @convention(c) (Int32) -> Int32

    public let rank: Int
    public let size: Int
    private let gatherAll: Gather
    private let broadcastAll: Broadcast
    private let waitForAll: Plain
    private let finish: Plain
    private let endAll: Abort

    /// Loads the library and takes part in the run; a process that no launcher started is the only rank of its own.
    ///
    /// - Parameter path: nil for RESIDUA_MPI_SHIM, else libresidua-mpi.so beside the executable or up to two folders above it.
    /// - Throws: `Failure`.
    public init(library path: String? = nil) throws(Failure) {
        let named = path ?? getenv("RESIDUA_MPI_SHIM").map { String(cString: $0) }
        guard let file = named ?? Self.places.first(where: { access($0, R_OK) == 0 }) else {
            throw .missing("libresidua-mpi.so lies neither beside the program nor above it")
        }
        // Parts that MPI loads by itself look for its symbols among the global ones.
        guard let library = dlopen(file, RTLD_NOW | RTLD_GLOBAL) else {
            throw .missing(dlerror().map { String(cString: $0) } ?? "\(file) does not load")
        }
        func symbol(_ name: String) throws(Failure) -> UnsafeMutableRawPointer {
            guard let found = dlsym(library, "residua_mpi_" + name) else { throw .missing("\(file) has no function residua_mpi_\(name)") }
            return found
        }
        let start = unsafeBitCast(try symbol("init"), to: Plain.self)
        let ownRank = unsafeBitCast(try symbol("rank"), to: Plain.self)
        let ranks = unsafeBitCast(try symbol("size"), to: Plain.self)
        gatherAll = unsafeBitCast(try symbol("allgather"), to: Gather.self)
        broadcastAll = unsafeBitCast(try symbol("broadcast"), to: Broadcast.self)
        waitForAll = unsafeBitCast(try symbol("barrier"), to: Plain.self)
        finish = unsafeBitCast(try symbol("finalize"), to: Plain.self)
        endAll = unsafeBitCast(try symbol("abort"), to: Abort.self)
        try Self.check("init", start())
        rank = Int(ownRank())
        size = Int(ranks())
        guard rank >= 0, size > rank else { throw .call(name: "rank", code: rank) }
    }

    private static var places: [String] {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { return [] }
        var folders = buffer[..<count].map { UInt8(bitPattern: $0) }.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
        return (0..<3).compactMap { _ in
            guard folders.popLast() != nil else { return nil }
            return "/" + (folders + ["libresidua-mpi.so"]).joined(separator: "/")
        }
    }

    private static func check(_ name: String, _ code: Int32) throws(Failure) {
        guard code == 0 else { throw .call(name: name, code: Int(code)) }
    }

    /// The same number of values from every rank, one rank's after the other's; into `all`, of size · `mine.count` numbers.
    public func gather(_ mine: [Double], into all: inout [Double]) throws(Failure) {
        precondition(all.count == size * mine.count, "room for every rank")
        try Self.check("allgather", gatherAll(mine, Int32(mine.count), &all))
    }

    /// Rank 0's values on every rank, which may hold any before.
    public func broadcast(_ values: [Double]) throws(Failure) -> [Double] {
        var count = [Double(values.count)]
        try Self.check("broadcast", broadcastAll(&count, 1, 0))
        var result = rank == 0 ? values : Array(repeating: 0, count: Int(count[0]))
        try Self.check("broadcast", broadcastAll(&result, Int32(result.count), 0))
        return result
    }

    /// Waits for all ranks.
    public func barrier() throws(Failure) { try Self.check("barrier", waitForAll()) }

    /// The end of the run on this rank, once.
    public func finalize() throws(Failure) { try Self.check("finalize", finish()) }

    /// Ends all ranks at once, the run with this exit code.
    public func abort(_ code: Int32) { _ = endAll(code) }
}
