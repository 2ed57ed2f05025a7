import TerminalCanvas
import TrainingTelemetry

/// What a panel says before it has anything to show.
enum EmptyNotice {
  /// - Parameter awaited: what the panel needs, such as `update`.
  static func paragraphs(
    _ state: DashboardState, awaiting awaited: String, shows purpose: String
  ) -> [String] {
    if let recording = state.recording {
      return absence(of: awaited, in: recording, state, shows: purpose)
    }
    let status = state.snapshot.status
    if let reason = status.stopReason, status.phase == .finished {
      return ["No \(awaited): " + ended(reason)]
    }
    if status.phase == .warmingUp {
      guard let progress = status.warmStart else {
        return ["The base policy is being prepared.", purpose]
      }
      let left = NumberFormat.duration(seconds: progress.secondsLeft)
      let attempt = progress.attempt > 1 ? ", attempt \(progress.attempt)" : ""
      return [
        "Warm start: the base policy learns the form of the answers from examples.",
        "step \(progress.step) of \(progress.stepCount)\(attempt) · loss "
          + "\(NumberFormat.significant(progress.loss)) nats per token · \(left) left",
        purpose,
      ]
    }
    let state =
      status.mode == .paused
      ? "No \(awaited) yet: the run is paused; step it or let it run."
      : "No \(awaited) yet: the first one is on its way."
    return [state, purpose]
  }

  /// Why a recorded moment lacks what the panel needs, and how to get it.
  private static func absence(
    of awaited: String, in recording: Recording, _ state: DashboardState, shows purpose: String
  ) -> [String] {
    guard state.snapshot.update?.hasTokens == false else {
      return ["No \(awaited) is recorded at this moment.", purpose]
    }
    let reason =
      "Not recorded: of most updates the record keeps scalars alone, and tokens of one group "
      + "every few iterations."
    let progress =
      recording.reached.map { " Iteration \($0) is reached." } ?? ""
    let remedy =
      recording.recomputes
      ? "It is being computed anew.\(progress)"
      : "\(state.keys.shown("recompute")) computes it anew."
    return [reason, remedy, purpose]
  }

  private static func ended(_ reason: RunStatus.StopReason) -> String {
    switch reason {
    case .iterationLimit: "the run has reached its last iteration."
    case .requested: "the run was stopped."
    case .breakpoint(let text): "stopped at a breakpoint, \(text)."
    case .nonFinite(let text): "stopped at a non-finite number, \(text)."
    case .failed(let text): "the run failed, \(text)."
    }
  }

  static func draw(
    _ paragraphs: [String], in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    let styled = paragraphs.enumerated().map { index, text in
      context.text(text, index == 0 ? .text : .textDim)
    }
    buffer.drawNotice(styled, in: area, context)
  }
}
