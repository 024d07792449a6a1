import ArgumentParser

@main
struct ResiduaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "residua", abstract: "Solves differential equations with random features and networks.")
}
