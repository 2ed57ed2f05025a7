public import LocalFiles
public import RunRecording
import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// A recorded run as four CSV tables: `updates.csv`, `rollouts.csv`, `evaluations.csv` and
/// `knob_moves.csv`.
public struct RunTables: Sendable {
  /// The text of each file, by its name.
  let files: [(name: String, text: String)]
  /// What of the run could not be read.
  public let warnings: [String]

  /// Reads the run, whether or not somebody is writing to it.
  ///
  /// - Throws: `RecordingError` for logs that cannot be opened.
  public init(_ run: RecordedRun) throws(RecordingError) {
    let record = try RunEvents(run)
    warnings = record.warnings
    files = Self.files(of: record.events)
  }

  static func files(of events: [TrainingEvent]) -> [(name: String, text: String)] {
    var updates: [UpdateMetrics] = []
    var rollouts: [RolloutMetrics] = []
    var evaluations: [EvaluationMetrics] = []
    for event in events {
      switch event {
      case .update(let metrics): updates.append(metrics)
      case .rollout(let metrics): rollouts.append(metrics)
      case .evaluation(let metrics): evaluations.append(metrics)
      case .knobChange, .objectiveChange, .notice, .restarted: break
      }
    }
    // An objective's own numbers differ from objective to objective.
    let diagnostics = Set(updates.flatMap(\.diagnostics.keys)).sorted().map { name in
      CSVColumn<UpdateMetrics>("diagnostic_\(name)", "1", number: { $0.diagnostics[name] })
    }
    return [
      ("updates.csv", CSVText.table(ExportColumns.updates + diagnostics, updates)),
      ("rollouts.csv", CSVText.table(ExportColumns.rollouts, rollouts)),
      ("evaluations.csv", CSVText.table(ExportColumns.evaluations, evaluations)),
      ("knob_moves.csv", CSVText.table(ExportColumns.moves, events.compactMap(KnobMove.init))),
    ]
  }

  /// Writes the files into a folder, which is made if need be; older ones are replaced.
  ///
  /// - Throws: `FileError` naming what cannot be written.
  public func write(to folder: String) throws(FileError) {
    try ExportFolder.make(folder)
    for file in files {
      try SafeFile.replace("\(folder)/\(file.name)", with: Array(file.text.utf8))
    }
  }
}

/// What happened in a recorded run, in order.
struct RunEvents {
  let events: [TrainingEvent]
  let warnings: [String]

  init(_ run: RecordedRun) throws(RecordingError) {
    let metrics = try run.metrics()
    let journal = try run.journal()
    events = RecordedHistory.events(metrics.lines, journal.lines)
    warnings =
      [("metrics.jsonl", metrics.damage), ("journal.jsonl", journal.damage)]
      .compactMap { name, damage in damage.map { "\(name): \($0)" } }
  }
}

/// The folder that an export goes into.
enum ExportFolder {
  /// Makes the folder and those above it, as far as they are not there.
  static func make(_ path: String) throws(FileError) {
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else {
        throw .system(operation: "make folder", path: path, code: EEXIST)
      }
      return
    }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try make(String(path[..<slash]))
    }
    _ = try SafeFile.claimFolder(path)
  }
}
