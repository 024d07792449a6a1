#if canImport(Glibc)
    import Glibc
#endif

/// OPENBLAS_CORETYPE forces a kernel family on OpenBLAS, read when the program starts; a slow one would flatter what is measured against it.
enum ForcedBLAS {
    /// Starts the command anew without the variable when it is set.
    static func leave(quiet: Bool) throws {
        guard getenv("OPENBLAS_CORETYPE") != nil else { return }
        if !quiet { Terminal.note("OPENBLAS_CORETYPE is set and would slow the yardstick down; measuring without it") }
        unsetenv("OPENBLAS_CORETYPE")
        var arguments = CommandLine.arguments.map { strdup($0) as UnsafeMutablePointer<CChar>? } + [nil]
        execv("/proc/self/exe", &arguments)
        throw Failure(.internalError, "The measurement could not be started anew without OPENBLAS_CORETYPE; unset it and run again.")
    }
}
