// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "residua",
    products: [
        .library(name: "Residua", targets: ["Residua"]),
        // Apart from the library, which needs no third party.
        .library(name: "ProblemFiles", targets: ["ProblemFiles"]),
        .executable(name: "residua", targets: ["ResiduaCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    targets: [
        // The kernels' texts, embedded; and the C module that runs them on OpenCL devices or natively.
        .target(name: "Kernels", path: "Kernels", exclude: [], publicHeadersPath: "include"),
        .target(
            name: "CCompute", dependencies: ["Kernels"],
            cSettings: [.define("_GNU_SOURCE")],
            linkerSettings: [.linkedLibrary("dl"), .linkedLibrary("pthread"), .linkedLibrary("m")]),
        .systemLibrary(name: "CLAPACK", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        // The rooms; arrows run downward only.
        .target(name: "LinearAlgebra", dependencies: ["CCompute", "CLAPACK"]),
        .target(name: "Differentiation"),
        .target(name: "Problems", dependencies: ["Differentiation", "LinearAlgebra"]),
        .target(name: "Models", dependencies: ["Differentiation", "LinearAlgebra", "Problems"]),
        .target(name: "ProblemFiles", dependencies: ["Problems", "Models", "TOMLKit"]),
        .target(name: "Compute", dependencies: ["CCompute", "Differentiation", "LinearAlgebra", "Problems", "Models"]),
        .target(name: "Spectra", dependencies: ["LinearAlgebra"]),
        .target(name: "Solvers", dependencies: ["Compute", "Spectra"]),
        .target(name: "Studies", dependencies: ["Solvers", "Reports"]),
        .target(name: "Sweeps", dependencies: ["CCompute", "CSQLite", "Solvers", "ProblemFiles", "Reports"]),
        .target(name: "Benchmarks", dependencies: ["CCompute", "CLAPACK", "Compute", "Solvers"]),
        .target(name: "Reports"),
        .target(name: "Residua", dependencies: ["Compute", "Differentiation", "LinearAlgebra", "Models", "Problems", "Solvers", "Spectra"]),
        .executableTarget(
            name: "ResiduaCommand",
            dependencies: [
                "Residua", "ProblemFiles", "Studies", "Sweeps", "Reports", "Benchmarks",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/residua"),
        // Tests, one target a room.
        .target(name: "TestSupport", dependencies: ["LinearAlgebra"], path: "Tests/TestSupport"),
        .testTarget(name: "TestSupportTests", dependencies: ["TestSupport"]),
        .testTarget(name: "CComputeTests", dependencies: ["CCompute", "Kernels", "TestSupport"]),
        .testTarget(name: "LinearAlgebraTests", dependencies: ["LinearAlgebra", "TestSupport"]),
        .testTarget(name: "DifferentiationTests", dependencies: ["Differentiation", "TestSupport"]),
        .testTarget(name: "ProblemsTests", dependencies: ["Problems", "TestSupport"]),
        .testTarget(
            name: "ProblemFilesTests", dependencies: ["ProblemFiles", "Problems", "Models", "Differentiation", "LinearAlgebra", "TestSupport"]),
        .testTarget(name: "ModelsTests", dependencies: ["Models", "TestSupport"]),
        .testTarget(name: "ComputeTests", dependencies: ["Compute", "TestSupport"]),
        .testTarget(name: "SpectraTests", dependencies: ["Spectra", "TestSupport"]),
        .testTarget(name: "SolversTests", dependencies: ["Solvers", "TestSupport"]),
        .testTarget(name: "StudiesTests", dependencies: ["Studies", "Reports", "Compute", "TestSupport"]),
        .testTarget(name: "SweepsTests", dependencies: ["Sweeps", "Compute", "Reports", "TestSupport"]),
        .testTarget(name: "ReportsTests", dependencies: ["Reports", "TestSupport"]),
        .testTarget(name: "ResiduaTests", dependencies: ["Residua"]),
        .testTarget(name: "ResiduaCommandTests", dependencies: ["TestSupport"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu17
)
