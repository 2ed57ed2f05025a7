import RunKnowledge
import TrainingTelemetry

extension DashboardState {
  /// The prompt that is pinned or about to be.
  public var pinnedPrompt: String? {
    if let request = requests.pin { return request.value }
    return run.present.snapshot.pinned?.prompt
  }

  /// Pins the prompt of the trial, or of the group on the screen; lets go of the one that is pinned.
  mutating func togglePin(at time: Double) -> [DashboardEffect] {
    let prompt: String?
    if case .trial(let trial) = overlay {
      prompt = pinnedPrompt == trial.prompt ? nil : trial.prompt
    } else {
      prompt = pinnedPrompt == nil ? shown.snapshot.rollout?.group.prompt : nil
      if prompt != nil { select(panel: PanelIdentity(PinnedPanel.self)) }
    }
    requests.pin = .init(prompt, at: time)
    say(
      prompt.map { "\($0) is pinned: it is answered after every rollout, beside the run" }
        ?? "no prompt is pinned any more", at: time)
    return [.send(.pinPrompt(prompt))]
  }
}
