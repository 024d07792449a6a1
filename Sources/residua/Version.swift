import CCompute

/// What `--version` and every report say of the program.
enum Version {
    static let number = "0.1.0"

    static var commit: String { String(cString: cc_commit()) }

    static var text: String { "residua \(number), commit \(commit), build \(String(cString: cc_build()))" }
}
