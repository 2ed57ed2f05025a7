/// What is known of a run that another trainer makes, beside its numbers. Texts are harmless to a
/// terminal.
public struct AttachmentStatus: Sendable, Hashable, Codable {
  /// Such as `trl 1.16.0`.
  public var trainer: String
  /// The objective that the trainer declares, by the catalog's name where it has one.
  public var objective: String
  /// Whether the catalog has it: what is shown of pushes and gates is then of that objective.
  public var isObjectiveKnown: Bool
  /// Whether the tokens are judged by another objective or other parameters than the trainer's.
  public var isWhatIf = false
  /// Share of the push that the trainer's own gate took in the newest step; `nil` without one.
  public var ownRemovedShare: Double?
  /// Ranks that data came from, of how many.
  public var ranks: Int
  public var world: Int
  /// Frames that the probe dropped, and that could not be read.
  public var droppedFrames: Int
  public var damagedFrames: Int
  /// Seconds since the newest data were written; `nil` where the stream tells no time.
  public var age: Double?
  /// Whether s is 1 − π, since the stream has no Σπ².
  public var estimatesSensitivity: Bool
  /// Answers of the step of which tokens are kept for previews and comparisons, of how many.
  public var keptAnswers: Int
  public var answers: Int
  /// Whether the trainer obeys: pause, step, run and its objective's knobs.
  public var obeys: Bool
  /// A request that the trainer has not confirmed yet, in words.
  public var pendingRequest: String?
  /// What is the case with the newest step and its owner should know, the gravest first.
  public var findings: [Finding] = []
  /// What there must be before there is anything to show, in words; `nil` where something has come.
  public var awaited: String?

  public struct Finding: Sendable, Hashable, Codable {
    public var level: Notice.Level
    public var text: String

    public init(level: Notice.Level, text: String) {
      self.level = level
      self.text = text
    }
  }

  public init(
    trainer: String, objective: String, isObjectiveKnown: Bool, ranks: Int, world: Int,
    droppedFrames: Int, damagedFrames: Int, age: Double?, estimatesSensitivity: Bool,
    keptAnswers: Int, answers: Int, obeys: Bool
  ) {
    self.trainer = trainer
    self.objective = objective
    self.isObjectiveKnown = isObjectiveKnown
    self.ranks = ranks
    self.world = world
    self.droppedFrames = droppedFrames
    self.damagedFrames = damagedFrames
    self.age = age
    self.estimatesSensitivity = estimatesSensitivity
    self.keptAnswers = keptAnswers
    self.answers = answers
    self.obeys = obeys
  }
}
