import FoundationEssentials
import LocalFiles
import RunKnowledge
import TerminalCanvas
import TrainingDashboard
import TrainingTelemetry

/// Saves what is on the screen as text and as SVG.
enum PictureFiles {
  /// Writes `maspo-TASK-UPDATES.txt` and `.svg` into `folder`, replacing files of these names.
  ///
  /// - Returns: what to tell the person.
  /// - Throws: `OutputError`.
  static func save(
    _ frame: CellBuffer, _ state: DashboardState, folder: String
  ) throws(OutputError) -> String {
    let snapshot = state.run.present.snapshot
    let name = "maspo-\(snapshot.identity.task)-\(snapshot.status.position.total)"
    let texts = [("txt", frame.text + "\n"), ("svg", FrameExport.svg(frame, title: "maspo"))]
    for (ending, text) in texts {
      let file = "\(folder)/\(name).\(ending)"
      try OutputError.naming(file) {
        try SafeFile.replace(file, with: text.utf8)
      }
    }
    return "saved \(name).txt and \(name).svg in \(folder)"
  }
}
