internal import ArgumentParser
internal import TinyTransformer

/// Entry point: `maspo` alone opens the dashboard.
@main
struct Maspo: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "maspo",
    abstract: "Watch a small transformer learn by MASPO, live, in your terminal.",
    discussion: """
      Without a subcommand, opens the dashboard (the same as 'maspo watch'). In it, ? explains \
      keys and quantities.
      """,
    version: version,
    subcommands: [
      WatchCommand.self, TourCommand.self, TrainCommand.self, ResumeCommand.self,
      ReplayCommand.self,
      RunsCommand.self, ShowCommand.self, OpenCommand.self, ExportCommand.self, CompareCommand.self,
      ForkCommand.self,
      EvaluateCommand.self, RenderCommand.self, BenchmarkCommand.self, ListCommand.self,
      ConfigCommand.self, AttachCommand.self, ProbeCommand.self,
    ],
    defaultSubcommand: WatchCommand.self)

  static func main() {
    StandardStreams.prepare()
    LargeBlocks.areReturned()
    let words = CommandLine.arguments.dropFirst()
    if let mistake = unknownCommand(words.first == "help" ? words.dropFirst().first : words.first) {
      end(with: ValidationError(mistake))
    }
    do {
      var command = try parseAsRoot()
      try ThreadSupply.check()
      try command.run()
    } catch {
      end(with: error)
    }
  }

  /// Says what is wrong, made harmless to terminals, and ends the program.
  private static func end(with error: any Error) -> Never {
    let text = fullMessage(for: error)
    if !text.isEmpty {
      if exitCode(for: error).isSuccess {
        do { try printOutput(text) } catch {
          printError("Error: \(error)")
          exit(withError: ExitStatus.failure.code)
        }
      } else {
        printError(text)
      }
    }
    exit(withError: exitCode(for: error))
  }

  /// What to say of a word that is no command but stands where one should: taken for one of
  /// 'maspo watch', it would be an "unexpected argument", and 'maspo help' would pass over it.
  static func unknownCommand(_ word: String?) -> String? {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    guard let word, !word.hasPrefix("-"), !names.contains(word) else { return nil }
    return "there is no command '\(word)'; there are: \(names.joined(separator: ", "))"
  }
}
