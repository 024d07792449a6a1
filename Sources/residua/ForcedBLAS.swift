#if canImport(Glibc)
    import Glibc
#endif

/// OPENBLAS_CORETYPE forces a kernel family on OpenBLAS, read when the program starts; a slow one would flatter what is measured against it.
enum ForcedBLAS {
    private static let variable = "OPENBLAS_CORETYPE"

    /// Starts the command anew where the family is not the one to measure against: OpenBLAS's own choice or, where RESIDUA_ISA keeps the
    /// native path to AVX2, the family for AVX2.
    static func leave(quiet: Bool) throws {
        let forced = getenv(variable).map { String(cString: $0) }
        let wanted = getenv("RESIDUA_ISA").map { String(cString: $0) } == "avx2" ? "Haswell" : nil
        guard forced != wanted else { return }
        if let wanted {
            if !quiet { Terminal.note("RESIDUA_ISA is avx2: measuring against OpenBLAS's kernels for AVX2 (\(variable)=\(wanted))") }
            setenv(variable, wanted, 1)
        } else {
            if !quiet { Terminal.note("\(variable) is set and would slow the yardstick down; measuring without it") }
            unsetenv(variable)
        }
        var arguments = CommandLine.arguments.map { strdup($0) as UnsafeMutablePointer<CChar>? } + [nil]
        execv("/proc/self/exe", &arguments)
        throw Failure(
            .internalError,
            "The measurement could not be started anew with \(wanted.map { "\(variable)=\($0)" } ?? "\(variable) unset"); set it so and run again.")
    }
}
