/// What a trial failed by, as one line.
enum TrialFailure {
    static func sentence(_ error: any Error) -> String {
        let text = (error as? TrialRefusal)?.reason ?? "\(error)"
        return text.split(separator: "\n").joined(separator: " ")
    }

    /// The same as the end of a sentence that begins otherwise.
    static func clause(_ error: any Error) -> String {
        let text = sentence(error)
        return text.prefix(1).lowercased() + (text.hasSuffix(".") ? text.dropLast().dropFirst() : text.dropFirst())
    }
}
