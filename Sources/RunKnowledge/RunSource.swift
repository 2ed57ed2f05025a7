public import TrainingTelemetry

/// What a run may be asked for, beside being looked at.
public enum Capability: String, Sendable, Hashable, CaseIterable {
  /// To go on or to pause.
  case run
  /// One update, or one iteration.
  case step
  case pace
  case evaluate
  /// Another run from the same base policy.
  case restart
  case knobs
  /// To try knob moves on the last minibatch before they are made.
  case preview
  case objective
  case breakpoints
  /// Another group of the rollout, token by token.
  case groups
  /// Answers to a prompt that a person types.
  case trial
  case pin
  /// Paired continuations of the state, with a change and without.
  case fork
  /// The tokens of an update that were not recorded.
  case recompute
}

extension TrainerCommand {
  /// What a run must be capable of to carry the command out; `nil` for what ends the program's
  /// part in it.
  public var capability: Capability? {
    switch self {
    case .run, .pause: .run
    case .stepUpdate, .stepIteration: .step
    case .setKnobs, .change: .knobs
    case .setObjective: .objective
    case .addBreakpoint, .removeBreakpoint: .breakpoints
    case .setPace: .pace
    case .showGroup, .followGroups: .groups
    case .tryPrompt: .trial
    case .pinPrompt: .pin
    case .fork: .fork
    case .restart: .restart
    case .evaluate: .evaluate
    case .stop: nil
    }
  }
}

/// Where the snapshots of a run come from, and what can be asked there. A new kind of run is one
/// value of this type.
public struct RunSource: Sendable, Hashable {
  /// Why something cannot be asked for.
  public enum Refusal: Sendable, Hashable {
    /// In words that end a sentence.
    case words(String)
    /// The run is over; another one can be started.
    case over
  }

  /// What is said of a run that stands still.
  public struct Standing: Sendable, Hashable {
    /// What it is, in capitals.
    public let label: String
    /// How the run ended, such as `finished`, or that it is `under way`.
    public let ending: String
  }

  public let capabilities: Set<Capability>
  /// Why nothing else can be asked for.
  public let limits: String
  /// Whether newer snapshots may come.
  public let isUnderWay: Bool
  /// What stands in place of the run's mode; `nil` where newer snapshots come.
  public let standing: Standing?
  /// Why the tokens of an update may be absent; `nil` where they never are.
  public let absence: String?
  /// Bytes of the moments that are kept at most.
  let pastByteCapacity: Int
  /// Whether updates are known one by one.
  public let hasUpdates: Bool
  /// What the end of the run takes away.
  private let endsWithRun: Set<Capability>

  init(
    capabilities: Set<Capability>, limits: String, isUnderWay: Bool, standing: Standing? = nil,
    absence: String? = nil, hasUpdates: Bool = true,
    pastByteCapacity: Int = MomentHistory.byteCapacity, endsWithRun: Set<Capability> = []
  ) {
    self.capabilities = capabilities
    self.limits = limits
    self.isUnderWay = isUnderWay
    self.standing = standing
    self.absence = absence
    self.pastByteCapacity = pastByteCapacity
    self.hasUpdates = hasUpdates
    self.endsWithRun = endsWithRun
  }

  /// A trainer of this process.
  public static let live = RunSource(
    capabilities: Set(Capability.allCases).subtracting([.recompute]),
    limits: "every update of a live run that is seen has its tokens", isUnderWay: true,
    endsWithRun: [.run, .step, .evaluate, .knobs, .objective, .breakpoints, .fork])

  /// A run that another trainer makes. Objective and knobs are those by which its tokens are judged
  /// here; where the trainer obeys, its own knobs move. Its moments may have a million tokens.
  public static let attached = RunSource(
    capabilities: [.run, .step, .knobs, .preview, .objective, .groups],
    limits: "another trainer makes this run, and it has no such request", isUnderWay: true,
    pastByteCapacity: 32 << 20, endsWithRun: [.run, .step])

  /// A run that a folder holds: its moments stand still, and no trainer is there to continue it.
  ///
  /// - Parameters:
  ///   - name: as `maspo resume` takes it.
  ///   - ending: how it ended, such as `finished`, or that it is `under way`.
  public static func recorded(name: String, ending: String) -> RunSource {
    RunSource(
      capabilities: [.recompute],
      limits: "this run is recorded and no trainer runs; maspo resume \(name) continues it",
      isUnderWay: false, standing: Standing(label: "RECORDED", ending: ending),
      absence: "Not recorded: of most updates the record keeps scalars alone, and tokens of one "
        + "group every few iterations.")
  }

  /// Results of `maspo compare`: scores after some iterations and means of each rollout, and no
  /// update.
  ///
  /// - Parameter ending: what they are of, such as `mean of 4 seeds`.
  public static func compared(ending: String) -> RunSource {
    RunSource(
      capabilities: [],
      limits:
        "these are results that maspo compare keeps; no trainer runs, and no run was recorded",
      isUnderWay: false, standing: Standing(label: "COMPARED", ending: ending),
      absence: "Not kept: of each run maspo compare keeps the scores of its evaluations and the "
        + "reward and entropy of its rollouts, no updates and no tokens. maspo train records them.",
      hasUpdates: false)
  }

  /// What a trainer elsewhere must agree to.
  private static let steering: Set<Capability> = [.run, .step]
  /// What a warm start does not have yet.
  private static let afterTheWarmStart: Set<Capability> = [.step, .evaluate, .trial, .fork]

  /// Why a run in this state cannot be asked; `nil` where it can.
  public func refusal(of capability: Capability, in status: RunStatus) -> Refusal? {
    guard capabilities.contains(capability) else { return .words(limits) }
    guard isUnderWay else { return nil }
    if status.phase == .finished, endsWithRun.contains(capability) {
      return status.attachment == nil ? .over : .words("its trainer has ended the run")
    }
    if let attachment = status.attachment, !attachment.obeys, Self.steering.contains(capability) {
      return .words("the probe obeys only where it was started with control=True")
    }
    if status.phase == .warmingUp, Self.afterTheWarmStart.contains(capability) {
      return .words("the base policy is still in its warm start; the run follows by itself")
    }
    return nil
  }
}
