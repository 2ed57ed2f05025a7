import RunKnowledge
public import RunViews
public import TrainingTelemetry

/// The window in which a person tries a prompt on the policy.
public struct Trial: Sendable, Hashable {
  public var prompt: String
  /// Number of the trial that is on its way; `nil` once its answers are here.
  public internal(set) var awaited: Int?
  /// The newest answers.
  public internal(set) var sample: PromptSample?
  /// The cursor, among the answers of `sample`.
  public internal(set) var selection = Selection()

  public init(prompt: String, awaited: Int? = nil, sample: PromptSample? = nil) {
    self.prompt = prompt
    self.awaited = awaited
    self.sample = sample
  }

  /// Keeps the cursor on a token that exists.
  mutating func move(answer: Int, token: Int) {
    let answers = sample?.answers ?? []
    selection.answer = min(max(0, selection.answer + answer), max(0, answers.count - 1))
    let count =
      answers.indices.contains(selection.answer) ? answers[selection.answer].tokens.count : 0
    selection.token = min(max(0, selection.token + token), max(0, count - 1))
  }
}

extension DashboardState {
  mutating func reduceTrial(_ action: DashboardAction, at time: Double) -> [DashboardEffect] {
    switch action {
    case .openTrial:
      if case .trial(let trial) = overlay {
        overlay = .prompt(Prompt(.trial, text: trial.prompt))
      } else {
        overlay = .prompt(Prompt(.trial))
      }
    case .tryAgain:
      guard case .trial(let trial) = overlay, trial.awaited == nil else { return [] }
      return send(trial)
    case .moveTrial(let answer, let token):
      guard case .trial(var trial) = overlay else { return [] }
      trial.move(answer: answer, token: token)
      overlay = .trial(trial)
    default: break
    }
    return []
  }

  /// What an empty line stands for: the prompt of the group on the screen.
  var promptToTry: String? { shown.snapshot.rollout?.group.prompt }

  /// Takes what was typed. The task's rules are the trainer's to know: it accepts or refuses.
  mutating func submitTrial(_ prompt: Prompt) -> [DashboardEffect] {
    let typed = prompt.text.filter { !$0.isWhitespace }
    guard let text = typed.isEmpty ? promptToTry : typed else {
      var refused = prompt
      refused.refusal = "nothing is typed, and no group is on the screen to take a prompt from"
      overlay = .prompt(refused)
      return []
    }
    return send(Trial(prompt: text))
  }

  private mutating func send(_ trial: Trial) -> [DashboardEffect] {
    var trial = trial
    trial.awaited = (run.present.snapshot.trial?.number ?? 0) + 1
    overlay = .trial(trial)
    return [.send(.tryPrompt(trial.prompt))]
  }

  /// Shows the answers that were waited for, or asks for another prompt with the reason.
  mutating func settleTrial() {
    guard case .trial(var trial) = overlay, let awaited = trial.awaited,
      let arrived = run.present.snapshot.trial, arrived.number >= awaited,
      arrived.prompt == trial.prompt
    else { return }
    switch arrived.outcome {
    case .refused(let reason):
      overlay = .prompt(Prompt(.trial, text: trial.prompt, refusal: reason))
    case .sampled(let sample):
      trial.awaited = nil
      trial.sample = sample
      trial.move(answer: 0, token: 0)
      overlay = .trial(trial)
    }
  }
}
