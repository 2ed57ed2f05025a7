internal import ArgumentParser
internal import Foundation
internal import LocalFiles
internal import RunRecording
internal import TerminalCanvas
internal import TrainingTelemetry

/// Lists recorded runs.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List recorded runs.")

  @Argument(help: "A folder of runs; without it, ~/.local/state/maspo/runs.")
  var folder: String?

  @Flag(help: "One JSON object per run.")
  var json = false

  func run() throws {
    if let folder, !FileManager.default.fileExists(atPath: folder) {
      throw RecordingError.system(operation: "list", path: folder, code: ENOENT)
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
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    for row in rows {
      let cells = zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }
      try printOutput(cells.joined(separator: "  ").trimmingCharacters(in: .whitespaces))
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
    abstract: "Write a run's policy as a folder that Hugging Face transformers loads.",
    discussion: "The policy is that of the last checkpoint, as LlamaForCausalLM with a tokenizer.")

  @OptionGroup var recorded: RecordedRunArgument

  @Argument(help: "The folder to write; new or empty.")
  var folder: String

  func run() throws {
    let run = try RecordedRun(recorded.folder)
    try LlamaExport(
      configuration: run.description.model, parameters: run.policyParameters()
    ).write(to: folder)
    try printOutput("policy of \(run.folder.name) written to \(folder)")
  }
}
