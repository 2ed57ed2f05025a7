import BoundedNumbers
import LocalFiles
import PolicyTraining
import TrainingTelemetry

/// What there is to say of a recorded run, for people and for programs. Files that cannot be read
/// leave gaps and a warning.
public struct RunReport: Sendable, Encodable {
  public struct Evaluation: Sendable, Hashable, Encodable {
    public var iteration: Int
    public var updates: Int
    public var avgAtK: Double
    public var passAtK: Double
    public var k: Int
  }

  /// A knob or the objective, as it came into force.
  public struct Change: Sendable, Hashable, Encodable {
    /// The first update that it acts on.
    public var update: Int
    public var name: String
    public var old: String
    public var new: String
  }

  public var folder: String
  public var state: String
  public var program: String
  /// Seconds since 1970, UTC.
  public var created: Double
  public var task: String
  public var preset: String
  public var objective: String
  public var seed: UInt64
  public var baseSeed: UInt64
  public var parameterCount: Int
  public var iterationLimit: Int?
  /// The run of which it is a fork.
  public var parent: RunDescription.Parent?
  /// The objective's and the run's settings at the start, as text that `--set` reads.
  public var knobs: [String: String] = [:]
  public var progress: RunProgress?
  public var evaluations: [Evaluation] = []
  public var changes: [Change] = []
  /// Commands taken, those included that changed only what was seen.
  public var commandCount = 0
  public var warnings: [String] = []

  public init(_ run: RecordedRun) {
    folder = run.folder.path
    state = run.state.word
    let description = run.description
    program = description.program
    created = description.created
    task = description.task
    preset = description.preset
    objective = description.objective.name
    seed = description.seed
    baseSeed = description.baseSeed
    parameterCount = description.parameterCount
    iterationLimit = run.iterationLimit
    parent = description.parent
    let configuration = try? run.configurationAtStart()
    for (name, value) in configuration?.knobValues ?? [] { knobs[name] = KnobText.format(value) }
    progress = run.progress
    switch run.state {
    case .failed(let text): warnings.append("the run failed: \(text)")
    case .atBreakpoint(let text): warnings.append("the run stopped at a breakpoint: \(text)")
    case .unknown(let text): warnings.append(text)
    case .underWay, .finished, .stopped, .interrupted: break
    }
    read("metrics.jsonl", run.metrics) { report, line in report.add(line) }
    read("journal.jsonl", run.journal) { report, line in report.add(line) }
  }

  /// Takes the lines of a log, and a warning of what cannot be read.
  private mutating func read<Line: Decodable & PlausibleCounts>(
    _ name: String, _ contents: () throws(RecordingError) -> LogContents<Line>,
    _ add: (inout RunReport, Line) -> Void
  ) {
    do throws(RecordingError) {
      let contents = try contents()
      for line in contents.lines { add(&self, line) }
      if let damage = contents.damage { warnings.append("\(name): \(damage)") }
    } catch {
      warnings.append("\(error)")
    }
  }

  private mutating func add(_ line: MetricLine) {
    guard case .evaluation(let metrics) = line else { return }
    evaluations.append(
      Evaluation(
        iteration: metrics.iteration, updates: metrics.updatesBefore, avgAtK: metrics.average,
        passAtK: metrics.pass, k: metrics.samplesPerPrompt))
  }

  private mutating func add(_ line: JournalLine) {
    switch line {
    case .command: commandCount += 1
    case .knobChange(let change):
      changes.append(
        Change(
          update: change.updatesBefore + 1, name: change.name,
          old: KnobText.format(change.oldValue), new: KnobText.format(change.newValue)))
    case .objectiveChange(let change):
      changes.append(
        Change(
          update: change.updatesBefore + 1, name: "objective", old: change.oldObjective,
          new: change.newObjective))
    case .opened, .notice, .closed: break
    }
  }

  /// One JSON object.
  public var json: String { String(decoding: JSONText.encode(self), as: UTF8.self) }

  /// The report in lines of text.
  public var lines: [String] {
    var lines = [
      "\(folder)", "  state       \(state)",
      "  run         \(task), \(objective), preset \(preset), seed \(seed), base seed \(baseSeed)",
      "  begun by    \(program)", "  parameters  \(parameterCount)",
    ]
    if let parent {
      lines.append(
        "  forked      from \(parent.folder) after update \(parent.update), iteration "
          + "\(parent.iteration): \(parent.change)")
    }
    if !knobs.isEmpty {
      let settings = knobs.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      lines.append("  settings    " + settings.joined(separator: " "))
    }
    if let progress {
      let limit = iterationLimit.map { " of \($0)" } ?? ""
      lines += [
        "  iterations  \(progress.iterations)\(limit), \(counted(progress.updates, "update")), "
          + "\(counted(progress.rolloutTokens, "rollout token")), \(Self.rounded(progress.wallSeconds)) s",
        "  weights     \(progress.weightsDigest)",
      ]
    }
    lines += evaluations.map { evaluation in
      "  evaluation  iteration \(evaluation.iteration): Avg@\(evaluation.k) "
        + "\(Self.rounded(evaluation.avgAtK)), Pass@\(evaluation.k) "
        + Self.rounded(evaluation.passAtK)
    }
    lines += changes.map { "  change      update \($0.update): \($0.name) \($0.old) -> \($0.new)" }
    lines += warnings.map { "  warning     \($0)" }
    return lines.map(\.harmlessLine)
  }

  /// Three decimals.
  private static func rounded(_ value: Double) -> String {
    guard abs(value) < 1e15 else { return "\(value)" }
    let thousandths = Int(bounded: (abs(value) * 1_000).rounded())
    let decimals = String(thousandths % 1_000)
    return (value < 0 ? "-" : "") + "\(thousandths / 1_000)."
      + String(repeating: "0", count: 3 - decimals.count) + decimals
  }
}

extension RecordedRun.State {
  /// One word for tables.
  public var word: String {
    switch self {
    case .underWay: "under way"
    case .finished: "finished"
    case .stopped: "stopped"
    case .atBreakpoint: "breakpoint"
    case .failed: "failed"
    case .interrupted: "interrupted"
    case .unknown: "unknown"
    }
  }
}
