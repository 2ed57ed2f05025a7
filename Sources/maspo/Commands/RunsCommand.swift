internal import ArgumentParser
internal import FoundationEssentials
internal import LocalFiles
internal import RunExport
internal import RunRecording
internal import TerminalCanvas
internal import TrainingTelemetry

#if canImport(Glibc)
  internal import Glibc
#endif

/// Lists recorded runs.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List recorded runs.")

  @Argument(help: "A folder of runs; without it, ~/.local/state/maspo/runs.")
  var folder: String?

  @Flag(help: "One JSON object per run.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Remove all runs but the newest N, with their files; runs under way stay.", valueName: "n"))
  var prune: Int?

  func validate() throws {
    if let prune, prune < 0 {
      throw ValidationError("--prune \(prune): the number of runs to keep; allowed is 0 and more")
    }
  }

  func run() throws {
    if let folder, !FileManager.default.fileExists(atPath: folder) {
      throw RecordingError.system(operation: "list", path: folder, code: ENOENT)
    }
    if let prune {
      let root = folder ?? RecordingOptions.root
      let removed = try RunListing.prune(under: root, keeping: prune)
      for folder in removed { try printOutput("removed \(folder.path)") }
      try printOutput("\(counted(removed.count, "run")) removed")
      return
    }
    let entries = try RunListing.entries(under: folder ?? RecordingOptions.root)
    if json {
      for entry in entries { try printOutput(Self.object(entry)) }
    } else {
      try Self.printTable(entries)
    }
  }

  private static func object(_ entry: RunListing.Entry) -> String {
    switch entry.run {
    case .success(let run): return RunReport(run).json
    case .failure(let error):
      let object = ["folder": entry.folder.path, "state": "unreadable", "error": "\(error)"]
      return String(decoding: JSONText.encode(object, keys: .exact), as: UTF8.self)
    }
  }

  private static func printTable(_ entries: [RunListing.Entry]) throws {
    if entries.isEmpty {
      try printOutput("no runs here yet; 'maspo' and 'maspo train' record theirs")
      return
    }
    var rows = [
      [
        "run", "state", "task", "objective", "iterations done", "updates", "Avg@k", "Pass@k",
        "from",
      ]
    ]
    for entry in entries {
      let name = entry.folder.name.harmlessLine
      guard case .success(let run) = entry.run else {
        rows.append([name, "unreadable"])
        continue
      }
      let progress = run.progress
      let limit = run.iterationLimit.map { "/\($0)" } ?? ""
      rows.append([
        name, run.state.word, run.description.task.harmlessLine, run.objectives.harmlessLine,
        (progress.map { "\($0.iterations)" } ?? "-") + limit,
        progress.map { "\($0.updates)" } ?? "-", score(progress?.avgAtK), score(progress?.passAtK),
        run.description.parent.map { "\($0.folder)@\($0.update)".harmlessLine } ?? "",
      ])
    }
    let widths = rows[0].indices.map { column in
      rows.map { column < $0.count ? $0[column].cellCount : 0 }.max() ?? 0
    }
    for row in rows {
      let cells = zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.cellCount)
      }
      let line = cells.joined(separator: "  ")
      try printOutput(String(line.reversed().drop { $0 == " " }.reversed()))
    }
  }

  private static func score(_ value: Double?) -> String {
    value.map { NumberFormat.fixed($0, decimals: 3) } ?? NumberFormat.missing
  }
}

/// Prints what there is to say of one run.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a recorded run.")

  @OptionGroup var recorded: RecordedRunArgument

  @Flag(help: "One JSON object.")
  var json = false

  func run() throws {
    let report = RunReport(try RecordedRun(recorded.folder))
    try printOutput(json ? report.json : report.lines.joined(separator: "\n"))
  }
}

/// Writes a run's policy for other programs.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract:
      "Take a run to other tools: its policy to Hugging Face, its numbers to CSV or TensorBoard.",
    discussion: """
      The policy is that of the last checkpoint, as LlamaForCausalLM with a tokenizer. CSV gives four \
      tables: updates, rollouts, evaluations and knob moves. TensorBoard gets one event file, which \
      Weights & Biases and MLflow read as well.
      """)

  @OptionGroup var recorded: RecordedRunArgument

  @Argument(help: "The folder to write the policy to; new or empty.", completion: .directory)
  var folder: String?

  @Option(help: "Write the run's numbers as CSV files into this folder.", completion: .directory)
  var csv: String?

  @Option(help: "Write them as a TensorBoard event file into this folder.", completion: .directory)
  var tensorboard: String?

  func validate() throws {
    if folder == nil, csv == nil, tensorboard == nil {
      throw ValidationError(
        "export what? A folder for the policy, --csv DIR or --tensorboard DIR is needed")
    }
  }

  func run() throws {
    let run = try RecordedRun(recorded.folder)
    var warnings: Set<String> = []
    if let folder {
      try LlamaExport(
        configuration: run.description.model, parameters: run.policyParameters(),
        vocabulary: run.vocabulary()
      ).write(to: folder)
      try printOutput("policy of \(run.folder.name) written to \(folder)")
    }
    if let csv {
      let tables = try RunTables(run)
      try tables.write(to: csv)
      warnings.formUnion(tables.warnings)
      try printOutput("tables of \(run.folder.name) written to \(csv)")
    }
    if let tensorboard {
      let export = try TensorBoardExport(run)
      try export.write(to: tensorboard)
      warnings.formUnion(export.warnings)
      try printOutput("events of \(run.folder.name) written to \(tensorboard)")
    }
    for warning in warnings.sorted() { printError("warning: \(warning)") }
  }
}
