import TerminalCanvas
public import TrainingTelemetry

/// What the last update did and why, in words, computed from telemetry alone: evidence, not
/// prophecy. The thresholds are in `VerdictThresholds`.
public struct Verdict: Sendable, Hashable {
  /// One thing that is the case.
  public struct Finding: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
      case breakpoint, warmingUp, waiting, finished, failed, nonFinite
      case collapsed, allGroupsEqual, mostGroupsEqual, zeroVarianceRising
      case entropyCollapsed, entropyExploded, gradientSpike
      case ratiosAllOne, noTokenGate, gateIdle, boundsUnreachable, attenuation, runaway
      case gateTilts, oneSided
      /// Told by the stream of another trainer.
      case stream
    }

    public var kind: Kind
    public var level: Notice.Level
    /// With the numbers behind it.
    public var text: String
    /// The next thing to try.
    public var advice: Advice?

    public init(_ kind: Kind, _ level: Notice.Level, _ text: String, advice: Advice? = nil) {
      self.kind = kind
      self.level = level
      self.text = text
      self.advice = advice
    }
  }

  /// The update that it is of; `nil` where there is none.
  public var position: UpdatePosition?
  /// Whether another trainer made it, whose log counts steps.
  var isOfAttachedRun = false
  /// The gravest first; never empty.
  public var findings: [Finding]

  init(_ findings: [Finding]) { self.findings = findings }

  /// Where the update stands, such as `update 21 of 32`, with its iteration where the reader is in
  /// another one; empty where there is no update.
  public func subject(seenFrom reader: UpdatePosition? = nil) -> String {
    guard let position else { return "" }
    if isOfAttachedRun { return "step \(position.total)" }
    let update = "update \(position.update) of \(position.updatesPerIteration)"
    return reader.map { $0.iteration == position.iteration } ?? true
      ? update : "iteration \(position.iteration), \(update)"
  }

  /// Everything in one sentence.
  public var text: String {
    let words = findings.map(\.text).joined(separator: "; ")
    let subject = subject()
    return subject.isEmpty ? words : "\(subject): \(words)"
  }

  public var level: Notice.Level { findings.first?.level ?? .information }
  public var advice: Advice? { findings.lazy.compactMap(\.advice).first }
}

extension Verdict {
  /// Judges the snapshot of a run, with its history for what is usual.
  public init(of run: KnownRun) {
    let status = run.status
    // Of a run that another trainer ended the last step is what there is to see.
    if let reason = status.stopReason, status.attachment == nil || run.snapshot.update == nil {
      findings = [Self.ending(reason, run)]
      return
    }
    if status.phase == .warmingUp {
      findings = [
        Finding(
          .warmingUp, .information,
          "supervised warm start: the policy learns the form of an answer from imperfect "
            + "demonstrations; reinforcement learning follows")
      ]
      return
    }
    let hits = Self.breakpoints(run)
    guard let update = run.snapshot.update else {
      if !hits.isEmpty {
        findings = hits
        return
      }
      if let attachment = status.attachment {
        findings = [
          Finding(
            .waiting, .information,
            attachment.awaited.map { "waiting for \($0)" } ?? "no step is complete yet")
        ]
        return
      }
      let isPaused = run.status.mode == .paused
      findings = [
        Finding(
          .waiting, .information,
          isPaused
            ? "no update yet: the run is paused"
            : "no update yet: the first rollout is being sampled",
          advice: isPaused
            ? "\(.run) runs, \(.update) makes one update"
            : nil)
      ]
      return
    }
    position = update.metrics.position
    isOfAttachedRun = status.attachment != nil
    let found =
      Self.attachment(run) + Self.collapse(run) + Self.groups(run) + Self.entropy(run)
      + Self.gradient(update, run)
      + Self.signs(update.metrics, run) + Self.gate(update, run) + Self.runaways(update.metrics)
    let ending = status.stopReason.map { [Self.ending($0, run)] } ?? []
    findings =
      hits
      + (found + ending).enumerated().sorted { first, second in
        (first.element.level.gravity, -first.offset) > (
          second.element.level.gravity, -second.offset
        )
      }.map(\.element)
  }

  public static func ending(_ reason: RunStatus.StopReason, _ run: KnownRun) -> Finding {
    let next: Advice = "\(.quit) leaves with a summary, \(.restart) starts another run"
    return switch reason {
    case .iterationLimit:
      Finding(
        .finished, .information,
        "the run is over: \(counted(run.status.position.iteration, "iteration")) done",
        advice: next)
    case .requested:
      Finding(.finished, .information, "the run was stopped on request", advice: next)
    case .breakpoint(let what):
      Finding(.finished, .information, "stopped: \(what)", advice: next)
    case .ended(let why):
      Finding(
        .finished, .information, "its trainer ended the run: \(why)")
    case .nonFinite(let what):
      Finding(
        .nonFinite, .error, "stopped on the last good policy: \(what)",
        advice: "\(.restart) starts over; a smaller lr, or a lower gradient_clip, from the start")
    case .failed(let what):
      Finding(.failed, .error, "the run cannot go on: \(what)", advice: next)
    }
  }
}

extension Notice.Level {
  /// For comparing: the larger, the graver.
  public var gravity: Int {
    switch self {
    case .information: 0
    case .warning: 1
    case .error: 2
    }
  }
}
