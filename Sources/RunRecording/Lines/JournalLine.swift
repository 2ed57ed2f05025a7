public import TrainingTelemetry

/// One line of `journal.jsonl`: what was asked of the run, what came into force, and what a
/// person should know, in order.
public enum JournalLine: Sendable, Hashable {
  case opened(JournalOpening)
  case command(JournalCommand)
  case knobChange(KnobChange)
  case objectiveChange(ObjectiveChange)
  case notice(Notice)
  case closed(JournalClosing)

  /// The line that an event belongs on; `nil` for events that the metrics keep.
  public init?(_ event: TrainingEvent) {
    switch event {
    case .knobChange(let change): self = .knobChange(change)
    case .objectiveChange(let change): self = .objectiveChange(change)
    case .notice(let notice): self = .notice(notice)
    case .rollout, .update, .evaluation, .restarted: return nil
    }
  }
}

/// A program began to write: at the start of the run, and again at each resumption.
public struct JournalOpening: Sendable, Hashable, Codable {
  /// Seconds since 1970, UTC.
  public var time: Double
  /// The program that writes, with its version.
  public var program: String
  /// Updates in the checkpoint from which it went on; 0 at the start.
  public var total: Int
}

/// The run ended, or the program that wrote it stopped.
public struct JournalClosing: Sendable, Hashable, Codable {
  public var time: Double
  public var total: Int
  /// `iteration_limit`, `requested`, or the text of what went wrong.
  public var reason: String
}

/// A command, with the place between two updates at which it was taken.
public struct JournalCommand: Sendable, Hashable, Codable {
  /// Counts the commands of the run from 1.
  public var sequence: Int
  /// The last update before it. Update 0 of an iteration is the moment after its rollout, which
  /// the moment before it shares its total with.
  public var iteration: Int
  public var update: Int
  public var total: Int
  public var command: RecordedCommand
}

/// A trainer's command in the words of the file format.
public struct RecordedCommand: Sendable, Hashable, Codable {
  public enum Name: String, Sendable, Hashable, Codable {
    case run
    case pause
    case stepUpdate = "step_update"
    case stepIteration = "step_iteration"
    case setKnobs = "set_knobs"
    case setPace = "set_pace"
    case setObjective = "set_objective"
    case change
    case showGroup = "show_group"
    case followGroups = "follow_groups"
    case addBreakpoint = "add_breakpoint"
    case removeBreakpoint = "remove_breakpoint"
    case tryPrompt = "try_prompt"
    case pinPrompt = "pin_prompt"
    case fork
    case restart
    case evaluate
    case stop
  }

  public var name: Name
  /// Of `set_knobs`, `change` and `fork`.
  public var settings: [KnobSetting]?
  /// Of `set_pace`: updates per second; absent at full speed.
  public var pace: Double?
  /// Of `set_objective`; of `change` and `fork`, absent where it keeps the objective.
  public var objective: String?
  /// Of `show_group` and `follow_groups`.
  public var group: Int?
  /// Of `add_breakpoint` and `remove_breakpoint`.
  public var breakpoint: Breakpoint?
  /// Of `try_prompt` and `pin_prompt`; absent where no prompt is pinned any more.
  public var prompt: String?
  /// Of `restart`.
  public var seed: UInt64?
  /// Of `fork`: pairs, the iterations of each, and whether the run waits meanwhile.
  public var replicas: Int?
  public var iterations: Int?
  public var holdsRun: Bool?

  public init(_ command: TrainerCommand) {
    switch command {
    case .run: name = .run
    case .pause: name = .pause
    case .stepUpdate: name = .stepUpdate
    case .stepIteration: name = .stepIteration
    case .setKnobs(let settings):
      name = .setKnobs
      self.settings = settings
    case .setPace(let pace):
      name = .setPace
      self.pace = pace
    case .setObjective(let objective):
      name = .setObjective
      self.objective = objective
    case .change(let change):
      name = .change
      objective = change.objective
      settings = change.settings
    case .showGroup(let group):
      name = .showGroup
      self.group = group
    case .followGroups(let group):
      name = .followGroups
      self.group = group
    case .addBreakpoint(let breakpoint):
      name = .addBreakpoint
      self.breakpoint = breakpoint
    case .removeBreakpoint(let breakpoint):
      name = .removeBreakpoint
      self.breakpoint = breakpoint
    case .tryPrompt(let prompt):
      name = .tryPrompt
      self.prompt = prompt
    case .pinPrompt(let prompt):
      name = .pinPrompt
      self.prompt = prompt
    case .fork(let request):
      name = .fork
      objective = request.change.objective
      settings = request.change.settings
      replicas = request.replicas
      iterations = request.iterations
      holdsRun = request.holdsRun
    case .restart(let seed):
      name = .restart
      self.seed = seed
    case .evaluate: name = .evaluate
    case .stop: name = .stop
    }
  }

  /// The command, or `nil` when what it needs is missing.
  public var command: TrainerCommand? {
    switch name {
    case .run: .run
    case .pause: .pause
    case .stepUpdate: .stepUpdate
    case .stepIteration: .stepIteration
    case .setKnobs: settings.map { .setKnobs($0) }
    case .setPace: .setPace(pace)
    case .setObjective: objective.map { .setObjective($0) }
    case .change: settings.map { .change(RunChange(objective: objective, settings: $0)) }
    case .showGroup: group.map { .showGroup($0) }
    case .followGroups: group.map { .followGroups(from: $0) }
    case .addBreakpoint: breakpoint.map { .addBreakpoint($0) }
    case .removeBreakpoint: breakpoint.map { .removeBreakpoint($0) }
    case .tryPrompt: prompt.map { .tryPrompt($0) }
    case .pinPrompt: .pinPrompt(prompt)
    case .fork: forkRequest.map { .fork($0) }
    case .restart: .restart(seed: seed)
    case .evaluate: .evaluate
    case .stop: .stop
    }
  }

  private var forkRequest: ForkRequest? {
    guard let settings, let replicas, let iterations, let holdsRun else { return nil }
    return ForkRequest(
      change: RunChange(objective: objective, settings: settings), replicas: replicas,
      iterations: iterations, holdsRun: holdsRun)
  }
}

extension JournalLine: PlausibleCounts {
  public var isPlausible: Bool {
    switch self {
    case .opened(let opening): CountBounds.inRun.contains(opening.total)
    case .command(let command): command.isPlausible
    case .knobChange(let change): change.isPlausible
    case .objectiveChange(let change): change.isPlausible
    case .notice(let notice): notice.isPlausible
    case .closed(let closing): CountBounds.inRun.contains(closing.total)
    }
  }
}

extension JournalCommand: PlausibleCounts {
  public var isPlausible: Bool {
    CountBounds.inRun.contains(sequence) && CountBounds.inIteration.contains(iteration)
      && CountBounds.inIteration.contains(update) && CountBounds.inRun.contains(total)
      && CountBounds.inIteration.contains(command.group ?? 0)
  }
}

extension JournalLine: Codable {
  private enum Kind: String, Codable {
    case opened
    case command
    case knobChange = "knob_change"
    case objectiveChange = "objective_change"
    case notice
    case closed
  }

  private enum Key: String, CodingKey {
    case kind
  }

  public init(from decoder: any Decoder) throws {
    switch try decoder.container(keyedBy: Key.self).decode(Kind.self, forKey: .kind) {
    case .opened: self = .opened(try JournalOpening(from: decoder))
    case .command: self = .command(try JournalCommand(from: decoder))
    case .knobChange: self = .knobChange(try KnobChange(from: decoder))
    case .objectiveChange: self = .objectiveChange(try ObjectiveChange(from: decoder))
    case .notice: self = .notice(try Notice(from: decoder))
    case .closed: self = .closed(try JournalClosing(from: decoder))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    let (kind, content): (Kind, any Encodable) =
      switch self {
      case .opened(let opening): (.opened, opening)
      case .command(let command): (.command, command)
      case .knobChange(let change): (.knobChange, change)
      case .objectiveChange(let change): (.objectiveChange, change)
      case .notice(let notice): (.notice, notice)
      case .closed(let closing): (.closed, closing)
      }
    try container.encode(kind, forKey: .kind)
    try content.encode(to: encoder)
  }
}
