import FoundationEssentials
import TerminalCanvas
import TrainingDashboard
import TrainingTelemetry

/// Saves what is on the screen as text and as SVG.
enum PictureFiles {
  /// Writes `maspo-TASK-UPDATES.txt` and `.svg` into `folder`, replacing files of these names.
  ///
  /// - Returns: what to tell the person.
  /// - Throws: what Foundation throws when a file cannot be written.
  static func save(
    _ frame: CellBuffer, _ state: DashboardState, folder: String
  ) throws -> String {
    let snapshot = state.snapshot
    let name = "maspo-\(snapshot.identity.task)-\(snapshot.status.position.total)"
    try (frame.text + "\n").write(
      toFile: "\(folder)/\(name).txt", atomically: true, encoding: .utf8)
    try FrameExport.svg(frame, title: "maspo").write(
      toFile: "\(folder)/\(name).svg", atomically: true, encoding: .utf8)
    return "saved \(name).txt and \(name).svg in \(folder)"
  }
}
