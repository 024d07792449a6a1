/// What a trial failed by, as one line.
enum TrialFailure {
    static func sentence(_ error: any Error) -> String {
        let text = (error as? TrialRefusal)?.reason ?? "\(error)"
        return text.split(separator: "\n").joined(separator: " ")
    }
}
