public import TerminalCanvas
import TrainingTelemetry

/// The first line: what runs, how far it is and how fast.
public enum HeaderPanel: Panel {
  public static let descriptor = PanelDescriptor(
    name: "header", title: "Header",
    summary: "What runs, how far it is and how fast.",
    explanation: [
      "Iteration: one rollout (G answers to each of Q prompts) and the K updates made from it. "
        + "Update k of K: optimizer updates made from the rollout in force.",
      "Pace: optimizer updates per second, the limit asked for and the measured value of the "
        + "last second. Tokens/s: response tokens sampled per second in the last rollout.",
    ])

  public static func caption(_ state: DashboardState, _ context: DrawingContext) -> String { "" }

  public static func draw(
    _ state: DashboardState, in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
  }
}
