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
      EvaluateCommand.self, RenderCommand.self, BenchmarkCommand.self, ListCommand.self,
      ConfigCommand.self,
    ],
    defaultSubcommand: WatchCommand.self)

  static func main() {
    StandardStreams.prepare()
    LargeBlocks.areReturned()
    main(nil)
  }
}
