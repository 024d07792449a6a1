import Foundation
import Testing

/// The built command, run as a child process.
struct Program {
    let status: Int32
    let output: String
    let errors: String

    /// Runs the command to its end; the environment is this one's with the changes given (nil removes a name).
    init(_ arguments: [String], environment: [String: String?] = [:]) throws {
        let process = Process()
        process.executableURL = try Program.executable()
        process.arguments = arguments
        var variables = ProcessInfo.processInfo.environment
        variables["RESIDUA_DEVICE"] = nil
        for (name, value) in environment { variables[name] = value }
        process.environment = variables
        let folder = try Folder()
        let paths = ["output", "errors"].map(folder.path)
        for path in paths { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        let files = try paths.map { try #require(FileHandle(forWritingAtPath: $0)) }
        process.standardOutput = files[0]
        process.standardError = files[1]
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        // A trap must not look like an exit code.
        status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        output = try String(contentsOfFile: paths[0], encoding: .utf8)
        errors = try String(contentsOfFile: paths[1], encoding: .utf8)
    }

    /// The one JSON object on standard output.
    func json() throws -> [String: Any] {
        #expect(status == 0, "\(errors)")
        #expect(output.hasSuffix("}\n") && output.dropLast().allSatisfy { $0 != "\n" }, "one object on one line")
        return try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
    }

    /// Beside the test bundle, where the build puts both.
    static func executable() throws -> URL {
        var folders: [URL] = []
        for argument in CommandLine.arguments where argument.hasSuffix(".xctest") {
            folders.append(URL(fileURLWithPath: argument).deletingLastPathComponent())
        }
        if let image = Bundle.allBundles.first(where: { $0.bundlePath.hasSuffix(".xctest") }) {
            folders.append(image.bundleURL.deletingLastPathComponent())
        }
        if let this = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            folders.append(URL(fileURLWithPath: this).deletingLastPathComponent())
        }
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        folders += ["release", "debug"].map { root.appendingPathComponent(".build/\($0)") }
        let found = folders.map { $0.appendingPathComponent("residua") }.first { FileManager.default.isExecutableFile(atPath: $0.path) }
        return try #require(found, "no executable residua in \(folders.map(\.path)): build it with swift build")
    }
}

/// A folder of one's own, removed with the value that holds it.
final class Folder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("residua-command-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    func write(_ bytes: Data, _ name: String) throws -> String {
        try bytes.write(to: url.appendingPathComponent(name))
        return path(name)
    }

    /// A manifest's file.
    func manifest(_ text: String, _ name: String = "m.toml") throws -> String { try write(Data(text.utf8), name) }

    var contents: [String] { (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? [] }
}

/// Files of Tests/Reference/Command.
func reference(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Reference/Command/" + name).path
}

/// The command must refuse with this code and one clear sentence that holds the words, and print no result.
func expectRefusal(
    _ arguments: [String], _ status: Int32, _ words: String, environment: [String: String?] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let run = try Program(arguments, environment: environment)
    #expect(run.status == status, "\(arguments): \(run.errors)", sourceLocation: sourceLocation)
    #expect(run.output.isEmpty, "\(arguments): \(run.output)", sourceLocation: sourceLocation)
    #expect(run.errors.hasPrefix("residua: error: "), "\(arguments): \(run.errors)", sourceLocation: sourceLocation)
    #expect(run.errors.contains(words), "\(arguments): \(run.errors)", sourceLocation: sourceLocation)
    for trace in ["Fatal error", "Usage:", " at 0x", "Stack dump", "Backtrace", "ModelError", "SolverError"] {
        #expect(!run.errors.contains(trace), "\(arguments): \(run.errors)", sourceLocation: sourceLocation)
    }
    // A sentence; below it at most the text at fault and a caret.
    let lines = run.errors.split(separator: "\n")
    #expect(lines.count == 1 || (lines.count == 3 && lines[2].hasSuffix("^")), "\(arguments): \(run.errors)", sourceLocation: sourceLocation)
    #expect(lines.first?.hasSuffix(".") == true, "\(arguments): \(run.errors)", sourceLocation: sourceLocation)
}
