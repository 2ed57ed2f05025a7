import RunKnowledge
import RunViews
import TerminalCanvas
import Theming
import TrainingTelemetry

/// What a panel says before it has anything to show.
enum EmptyNotice {
  /// - Parameter awaited: what the panel needs, such as `update`.
  static func paragraphs(
    _ state: DashboardState, awaiting awaited: String, shows purpose: String
  ) -> [String] {
    if let reason = state.run.source.absence {
      return absence(of: awaited, because: reason, state, shows: purpose)
    }
    let status = state.shown.snapshot.status
    if let attachment = status.attachment {
      return [
        attachment.awaited.map { "Waiting for \($0)." } ?? "The first step is not complete yet.",
        "'maspo probe --write maspo_probe.py' writes the file that records a TRL or verl run; its "
          + "head says how to use it.", purpose,
      ]
    }
    if let reason = status.stopReason, status.phase == .finished {
      return ["No \(awaited): " + reason.words.panel]
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

  /// Why a moment lacks what the panel needs, and how to get it.
  private static func absence(
    of awaited: String, because reason: String, _ state: DashboardState, shows purpose: String
  ) -> [String] {
    guard state.run.source.hasUpdates else { return [reason, purpose] }
    guard state.shown.snapshot.update?.hasTokens == false else {
      return ["No \(awaited) is recorded at this moment.", purpose]
    }
    let progress =
      state.recomputation.reached.map { " Iteration \($0) is reached." } ?? ""
    let remedy =
      state.recomputation.isOn
      ? "It is being computed anew.\(progress)"
      : "\(state.keys.shown("recompute")) computes it anew."
    return [reason, remedy, purpose]
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
