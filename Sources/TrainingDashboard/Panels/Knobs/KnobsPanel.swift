public import TerminalCanvas
import TrainingTelemetry

/// The numbers that may change while the run goes on.
public enum KnobsPanel: Panel {
  public static let descriptor = PanelDescriptor(
    name: "knobs", title: "Knobs",
    summary: "The numbers that may change while the run goes on.",
    explanation: [])

  public static func caption(_ state: DashboardState, _ context: DrawingContext) -> String { "" }

  public static func draw(
    _ state: DashboardState, in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
  }
}
