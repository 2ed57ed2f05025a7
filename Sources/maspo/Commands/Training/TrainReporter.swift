internal import FoundationEssentials
internal import LocalFiles
internal import PolicyTraining
internal import TerminalCanvas
internal import TrainingTelemetry

#if canImport(Glibc)
  internal import Glibc
#endif

/// Turns snapshots into lines: one JSON object per iteration, and progress for people.
struct TrainReporter {
  private let configuration: RunConfiguration
  private let writesJSON: Bool
  private let writesProgress: Bool
  private let started = ContinuousClock.now
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var current: IterationReport?
  private var lastEvaluation: EvaluationMetrics?
  private var lastProgress = ContinuousClock.now - .seconds(1)
  /// Whether standard output has stopped taking lines; no more are then written.
  private(set) var hasLostLines = false

  /// - Parameter lastEvaluation: of a run that goes on, from before.
  init(
    configuration: RunConfiguration, writesJSON: Bool, writesProgress: Bool,
    lastEvaluation: EvaluationMetrics? = nil
  ) {
    self.configuration = configuration
    self.lastEvaluation = lastEvaluation
    self.writesJSON = writesJSON
    self.writesProgress = writesProgress
  }

  mutating func report(_ snapshot: TrainingSnapshot) {
    for event in snapshot.events { note(event) }
    showProgress(snapshot.status)
  }

  /// Writes what is still open, then the summary.
  mutating func finish(_ summary: RunSummary?) {
    flush()
    let report = SummaryReport(
      iterations: summary?.iterations ?? 0, avgAtK: lastEvaluation?.average,
      passAtK: lastEvaluation?.pass, k: configuration.evaluation.samplesPerPrompt,
      wallSeconds: started.duration(to: .now) / .seconds(1),
      rolloutTokens: summary?.rolloutTokens ?? 0,
      updates: summary?.updates ?? 0, seed: configuration.seed,
      weightsDigest: summary?.weightsDigest)
    if writesProgress { endProgressLine() }
    if writesJSON {
      write(report)
      if writesProgress { printError(report.sentence) }
    } else {
      // The result is what a log is kept for.
      write(line: Data((report.sentence + "\n").utf8))
    }
  }

  private mutating func note(_ event: TrainingEvent) {
    switch event {
    case .rollout(let metrics):
      flush()
      current = IterationReport(metrics)
    case .update(let metrics): current?.updates.append(metrics)
    case .evaluation(let metrics):
      lastEvaluation = metrics
      if current == nil {
        if writesJSON { write(IterationReport.Line(base: metrics)) }
      } else {
        current?.evaluation = metrics
      }
    case .knobChange(let change):
      say(
        "update \(change.updatesBefore + 1): \(change.name) "
          + "\(KnobText.format(change.oldValue)) -> \(KnobText.format(change.newValue))")
    case .objectiveChange(let change):
      say("update \(change.updatesBefore + 1): \(change.oldObjective) -> \(change.newObjective)")
    case .notice(let notice): say(notice.text)
    case .restarted(let seed): say("restarted" + (seed.map { " with seed \($0)" } ?? ""))
    }
  }

  private mutating func flush() {
    guard let report = current else { return }
    current = nil
    if writesJSON { write(report.line) }
  }

  private mutating func showProgress(_ status: RunStatus) {
    guard writesProgress else { return }
    let interval: Duration = isTerminal ? .milliseconds(200) : .seconds(5)
    guard lastProgress.duration(to: .now) > interval else { return }
    lastProgress = .now
    let line = progressLine(status)
    if isTerminal {
      StandardStreams.writeError("\r\u{1B}[K\(line)")
    } else {
      printError(line)
    }
  }

  private func progressLine(_ status: RunStatus) -> String {
    if let warmStart = status.warmStart {
      return "warm start \(warmStart.step)/\(warmStart.stepCount), loss "
        + NumberFormat.fixed(warmStart.loss, decimals: 3)
        + ", initialization \(warmStart.attempt), "
        + NumberFormat.fixed(warmStart.secondsLeft, decimals: 0) + " s left"
    }
    var line = "iteration \(status.position.iteration)"
    if let limit = configuration.iterationLimit { line += "/\(limit)" }
    if let reward = current?.rollout.reward {
      line += ", reward " + NumberFormat.fixed(reward, decimals: 2)
    }
    if let lastEvaluation {
      let k = lastEvaluation.samplesPerPrompt
      line += ", held-out Avg@\(k) " + NumberFormat.fixed(lastEvaluation.average, decimals: 3)
      line += " Pass@\(k) " + NumberFormat.fixed(lastEvaluation.pass, decimals: 3)
    }
    return line + ", " + NumberFormat.fixed(status.measuredPace, decimals: 0) + " updates/s"
  }

  private func say(_ text: String) {
    guard writesProgress else { return }
    endProgressLine()
    printError(text)
  }

  private func endProgressLine() {
    if isTerminal { StandardStreams.writeError("\r\u{1B}[K") }
  }

  private mutating func write(_ value: some Encodable) {
    write(line: Data(JSONText.encode(value) + [UInt8(ascii: "\n")]))
  }

  private mutating func write(line: Data) {
    guard !hasLostLines else { return }
    do {
      try StandardStreams.writeOutput(line)
    } catch {
      hasLostLines = true
      endProgressLine()
      printError("warning: \(error); the run goes on without")
    }
  }
}

/// One iteration, gathered from its events.
struct IterationReport {
  var rollout: RolloutMetrics
  var updates: [UpdateMetrics] = []
  var evaluation: EvaluationMetrics?

  init(_ rollout: RolloutMetrics) {
    self.rollout = rollout
  }

  /// What one line of JSON says; absent values are left out.
  struct Line: Encodable {
    var iteration: Int
    var updates: Int?
    var reward: Double?
    var equalGroups: Int?
    var truncatedAnswers: Int?
    var rolloutTokens: Int?
    var entropy: Double?
    var klMean: Double?
    var klMaximum: Double?
    var ratioMaximum: Double?
    var attenuatedShare: Double?
    var removedSharePositive: Double?
    var removedShareNegative: Double?
    var gradientNorm: Double?
    var avgAtK: Double?
    var passAtK: Double?
    var seconds: Double?
  }

  var line: Line {
    func mean(_ value: (UpdateMetrics) -> Double?) -> Double? {
      let values = updates.compactMap(value)
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    return Line(
      iteration: rollout.iteration, updates: updates.last?.position.total,
      reward: rollout.reward, equalGroups: rollout.zeroVarianceGroups,
      truncatedAnswers: rollout.truncatedAnswers, rolloutTokens: rollout.tokenCount,
      entropy: rollout.entropy, klMean: mean(\.klMean),
      klMaximum: updates.compactMap(\.klMaximum).max(),
      ratioMaximum: updates.compactMap(\.ratioMaximum).max(),
      attenuatedShare: mean(\.attenuatedShare),
      removedSharePositive: mean(\.positive.removedShare),
      removedShareNegative: mean(\.negative.removedShare), gradientNorm: mean(\.gradientNorm),
      avgAtK: evaluation?.average, passAtK: evaluation?.pass,
      seconds: rollout.seconds + updates.map(\.seconds).reduce(0, +))
  }
}

/// The last line of a run.
struct SummaryReport: Encodable {
  var iterations: Int
  var avgAtK: Double?
  var passAtK: Double?
  var k: Int
  var wallSeconds: Double
  var rolloutTokens: Int
  var updates: Int
  var seed: UInt64
  var weightsDigest: String?

  var sentence: String {
    var parts = [
      "\(counted(iterations, "iteration")), \(counted(updates, "update"))"
    ]
    if let avgAtK, let passAtK {
      parts.append(
        "held-out Avg@\(k) " + NumberFormat.fixed(avgAtK, decimals: 3) + ", Pass@\(k) "
          + NumberFormat.fixed(passAtK, decimals: 3))
    }
    parts.append(NumberFormat.fixed(wallSeconds, decimals: 1) + " s")
    if let weightsDigest { parts.append("weights \(weightsDigest)") }
    return parts.joined(separator: "; ")
  }
}

extension IterationReport.Line {
  /// The base policy's evaluation, before the first iteration.
  init(base evaluation: EvaluationMetrics) {
    self.init(
      iteration: evaluation.iteration, avgAtK: evaluation.average, passAtK: evaluation.pass,
      seconds: evaluation.seconds)
  }
}
