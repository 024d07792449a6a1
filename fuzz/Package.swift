// swift-tools-version: 6.0
import PackageDescription

// Targets for libFuzzer, built by scripts/fuzz with every room instrumented. The rooms are the project's own, by links: without the C module, which the
// readers do not call, the build takes a minute instead of several. Of LinearAlgebra they need the matrix alone.
let package = Package(
    name: "residua-fuzz",
    dependencies: [.package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0")],
    targets: [
        .target(name: "LinearAlgebra", sources: ["Matrix.swift"]),
        .target(name: "Differentiation"),
        .target(name: "Problems", dependencies: ["Differentiation", "LinearAlgebra"]),
        .target(name: "Models", dependencies: ["Differentiation", "LinearAlgebra", "Problems"]),
        .target(name: "ProblemFiles", dependencies: ["Problems", "Models", "TOMLKit"]),
        .target(name: "FuzzDriver"),
        .executableTarget(name: "FuzzEquations", dependencies: ["Differentiation", "FuzzDriver"]),
        .executableTarget(name: "FuzzProblemFiles", dependencies: ["ProblemFiles", "Problems", "FuzzDriver"]),
        .executableTarget(name: "FuzzSafeTensors", dependencies: ["Models", "FuzzDriver"]),
    ],
    swiftLanguageModes: [.v6]
)
