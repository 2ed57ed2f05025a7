import LocalFiles
import PolicyTraining
import TrainingTelemetry

/// How the logs of an interrupted run are to be brought back to what they were at its checkpoint.
///
/// Making one reads and checks, and changes no byte: the lengths that the checkpoint notes must end
/// lines, what they keep must lie before the checkpoint's place and what they give up behind it.
/// Only then does `carryOut` cut.
struct LogTrimming {
  private let folder: RunFolder
  private let lengths: CheckpointFile.LogLengths
  /// The journal without the lines behind the checkpoint that the run will write again.
  private let keptJournal: [UInt8]
  /// What a person should know.
  private(set) var notices: [String] = []

  /// - Throws: `RecordingError.malformed` for a checkpoint whose lengths do not fit the logs.
  init(_ folder: RunFolder, _ file: CheckpointFile) throws(RecordingError) {
    self.folder = folder
    lengths = file.logs
    let total = file.checkpoint.position.total
    let metrics = try Self.check(folder.metrics, lengths.metricsBytes) { (line: MetricLine) in
      if case .update(let metrics) = line { metrics.position.total <= total } else { nil }
    }
    let rollouts = try Self.check(folder.rollouts, lengths.rolloutsBytes) { (line: RolloutLine) in
      line.total <= total
    }
    let commandCount = lengths.commandCount
    _ = try Self.check(folder.journal, lengths.journalBytes) { (line: JournalLine) in
      // Commands behind the checkpoint may stand before its length: a resumed run keeps them.
      if case .command(let command) = line, command.sequence <= commandCount { true } else { nil }
    }
    for (path, size) in [(folder.metrics, metrics), (folder.rollouts, rollouts)] {
      if size.torn > 0 { notices.append("\(path): a torn last line was dropped") }
      if size.whole < lengths.length(of: path, in: folder) {
        let missing = lengths.length(of: path, in: folder) - size.whole
        notices.append("\(path): \(missing) bytes before the checkpoint are missing")
      }
    }
    keptJournal = try Self.commandsKept(folder.journal, behind: lengths.journalBytes)
  }

  /// Cuts the logs back, but for the commands since.
  func carryOut() throws(RecordingError) {
    for (path, length) in [
      (folder.metrics, lengths.metricsBytes), (folder.rollouts, lengths.rolloutsBytes),
    ] {
      var log = try LineLog(path)
      try log.cut(to: min(length, log.length))
    }
    try FileSystem.replace(folder.journal, with: keptJournal)
  }

  /// Checks a log against a length.
  ///
  /// - Parameter isBehind: whether a run at the checkpoint has a line behind it; `nil` where the
  ///   line does not tell.
  /// - Returns: bytes of whole lines, and of a torn last one.
  private static func check<Line: Decodable & PlausibleCounts>(
    _ path: String, _ length: Int, isBehind: (Line) -> Bool?
  ) throws(RecordingError) -> (whole: Int, torn: Int) {
    var reader = try LineReader(path)
    var size = 0
    var endsALine = length == 0
    let decoder = JSONLineReader()
    while let bytes = try reader.next() {
      size += bytes.count + 1
      if size == length { endsALine = true }
      guard let line = Line(line: bytes, decoder), let isBehind = isBehind(line) else { continue }
      guard isBehind == (size <= length) else {
        throw .malformed(
          path: path,
          reason:
            "its line that ends at byte \(size) does not fit the checkpoint, which is said to "
            + "stand behind byte \(length); nothing was changed")
      }
    }
    guard endsALine || size < length else {
      throw .malformed(
        path: path,
        reason:
          "the checkpoint is said to stand behind byte \(length), where no line ends; nothing "
          + "was changed")
    }
    return (size, reader.tornByteCount)
  }

  private static func commandsKept(
    _ path: String, behind length: Int
  ) throws(RecordingError) -> [UInt8] {
    var reader = try LineReader(path)
    var kept: [UInt8] = []
    var size = 0
    while let line = try reader.next() {
      size += line.count + 1
      let isKept = size <= length || JSONText.decode(CommandKind.self, from: line) != nil
      if isKept { kept += line + [UInt8(ascii: "\n")] }
    }
    return kept
  }

  /// Decodes from lines of commands alone.
  private struct CommandKind: Decodable {
    enum Kind: String, Decodable {
      case command
    }

    let kind: Kind
  }
}

extension CheckpointFile.LogLengths {
  fileprivate func length(of path: String, in folder: RunFolder) -> Int {
    path == folder.metrics ? metricsBytes : rolloutsBytes
  }
}
