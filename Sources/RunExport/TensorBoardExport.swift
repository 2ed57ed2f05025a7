import BoundedNumbers
public import LocalFiles
public import RunRecording
import TrainingTelemetry

/// A recorded run as one TensorBoard event file.
///
/// The log of a run has no clock of its own for each line: an event's time is that of the run's
/// beginning and the seconds of computing since.
public struct TensorBoardExport: Sendable {
  /// The content of the file.
  let bytes: [UInt8]
  /// Seconds since 1970 at which the run was begun.
  private let created: Double
  /// What of the run could not be read.
  public let warnings: [String]

  /// - Throws: `RecordingError` for logs that cannot be opened.
  public init(_ run: RecordedRun) throws(RecordingError) {
    let record = try RunEvents(run)
    warnings = record.warnings
    created = run.description.created
    bytes = Self.bytes(record.events, created: created)
  }

  static func bytes(_ events: [TrainingEvent], created: Double) -> [UInt8] {
    var time = created
    var bytes = TensorBoardRecord(versionAt: time).bytes
    for event in events {
      time += event.seconds
      if let record = TensorBoardRecord(event, time: time) { bytes += record.bytes }
    }
    return bytes
  }

  /// Writes the file into a folder, which is made if need be; an older export of the same run is
  /// replaced.
  ///
  /// - Throws: `FileError` naming what cannot be written.
  public func write(to folder: String) throws(FileError) {
    try ExportFolder.make(folder)
    try SafeFile.replace(
      "\(folder)/events.out.tfevents.\(Int(bounded: created)).maspo", with: bytes)
  }
}

extension TrainingEvent {
  /// Seconds of computing that the event tells of.
  fileprivate var seconds: Double {
    switch self {
    case .update(let metrics): metrics.seconds
    case .rollout(let metrics): metrics.seconds
    case .evaluation(let metrics): metrics.seconds
    case .knobChange, .objectiveChange, .notice, .restarted: 0
    }
  }
}
