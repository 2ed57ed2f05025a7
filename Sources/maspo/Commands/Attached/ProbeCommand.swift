internal import ArgumentParser
internal import AttachedRuns
internal import FoundationEssentials
internal import LocalFiles

#if canImport(Glibc)
  internal import Glibc
#endif

/// Hands out the Python file that writes what `attach` reads.
struct ProbeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "The Python file that lets 'maspo attach' see inside a TRL or verl run.",
    discussion: """
      Prints \(ProbeFile.name), or writes it to a file. Put it beside your training script; its head \
      says how to use it. With TRL:

        import maspo_probe
        maspo_probe.trl(trainer, "runs/mine")   # before trainer.train()

      and, in another terminal, maspo attach runs/mine.
      """)

  @Option(help: "Write it here instead of printing it.")
  var write: String?

  func run() throws {
    let text = Data(ProbeFile.contents)
    guard let write else { return try StandardStreams.writeOutput(text) }
    try SafeFile.replace(write, with: Array(text))
    printError("\(write): written; its head says how to use it")
  }
}
