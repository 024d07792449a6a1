/// The gnuplot program, which draws scripts to SVG.
public struct Gnuplot: Sendable {
    public let path: String

    /// The program at `program`, by default the first `gnuplot` in PATH; nil if there is none.
    public init?(_ program: String = "gnuplot") {
        guard let path = Subprocess.find(program) else { return nil }
        self.path = path
    }

    /// What to say where there is none.
    public static let absence =
        "gnuplot is not installed, so the pictures were not drawn; install it (apt install gnuplot-nox) and run 'gnuplot NAME.gp' in the folder"

    /// Draws `name.gp` of the folder to `name.svg` and returns the SVG's text.
    ///
    /// - Throws: `ReportError.gnuplot` when gnuplot cannot be started, refuses the script or leaves no complete picture.
    public func draw(_ name: String, in folder: OutputFolder, seconds: Double = 60) throws(ReportError) -> String {
        let script = "\(name).gp"
        let beside = folder.temporaryName(for: "\(name).svg")
        guard let run = Subprocess.run(path, ["-e", "output='\(beside)'", script], in: folder.path, seconds: seconds) else {
            throw .gnuplot(script: script, reason: "'\(path)' could not be started")
        }
        guard run.status == 0, let text = folder.read(beside), SVG.isComplete(text) else {
            folder.remove(beside)
            let lines = run.errorText.split(whereSeparator: \.isNewline).map { $0.trimming(" ^\t") }.filter { !$0.isEmpty }
            let reason = lines.last.map { String($0.prefix(200)) } ?? "it left no complete picture (status \(run.status))"
            throw .gnuplot(script: script, reason: reason)
        }
        try folder.put(beside: folder.path(of: beside), inPlaceOf: "\(name).svg")
        return text
    }
}

extension StringProtocol {
    /// Without the given characters at both ends.
    func trimming(_ characters: String) -> String {
        var rest = Substring(self)
        while let first = rest.first, characters.contains(first) { rest.removeFirst() }
        while let last = rest.last, characters.contains(last) { rest.removeLast() }
        return String(rest)
    }
}
