public import TerminalCanvas
import TrainingTelemetry

/// What the last update did and why, and what happened before.
public enum JournalPanel: Panel {
  public static let descriptor = PanelDescriptor(
    name: "journal", title: "Journal",
    summary: "What the last update did and why; below it knob moves, evaluations and warnings.",
    explanation: [])

  public static func caption(_ state: DashboardState, _ context: DrawingContext) -> String { "" }

  public static func draw(
    _ state: DashboardState, in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
  }
}
