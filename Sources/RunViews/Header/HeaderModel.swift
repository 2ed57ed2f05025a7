import PolicyObjectives
public import RunKnowledge
public import TerminalCanvas
public import Theming
public import TrainingTelemetry

/// What the header says, in words of steady width, so that nothing moves when a number changes.
public struct HeaderModel: Hashable {
  /// The run as it was asked to be, whether a snapshot confirms that or not.
  public struct Asked {
    let mode: RunStatus.Mode
    /// Updates per second; `nil` is full speed.
    let pace: Double?
    /// Whether a person asked for the pace just now.
    let isPaceNew: Bool
    /// What is to take over at the next rollout.
    let objective: String?

    public init(mode: RunStatus.Mode, pace: Double?, isPaceNew: Bool, objective: String?) {
      self.mode = mode
      self.pace = pace
      self.isPaceNew = isPaceNew
      self.objective = objective
    }
  }

  public struct Segment: Hashable {
    public var text: String
    /// For narrow screens; `nil` where there is no shorter form.
    var short: String?
    public var role: ThemeRole
    public var isBold = false
    /// Sits at the right end.
    public var isTrailing = false
    /// 0 is kept on the narrowest screen; each segment has its own.
    var importance: Int
  }

  /// In display order.
  var segments: [Segment]

  /// - Parameters:
  ///   - past: the past moment that is shown, if one is.
  ///   - returnKey: what leads back from it.
  ///   - race: which run of how many it is, where it is one of several.
  public init(
    _ run: WatchedRun, past: KnownRun?, asked: Asked, returnKey: String, race: String? = nil
  ) {
    let lane = race.map { race in
      Segment(
        text: "run \(race)", short: "run \(race.prefix { $0 != ":" })", role: .accent,
        isBold: true, isTrailing: true, importance: 5)
    }
    if let standing = run.source.standing {
      segments =
        Self.standing(
          standing, of: past ?? run.present, run.present.position, hasUpdates: run.source.hasUpdates
        )
        + [lane].compactMap { $0 }
      return
    }
    if let past {
      segments =
        Self.past(past.position, run.present.status, asked, returnKey) + [lane].compactMap { $0 }
      return
    }
    let snapshot = run.present.snapshot
    let status = snapshot.status
    if let attachment = status.attachment {
      segments = Self.attached(attachment, snapshot, asked.mode)
      return
    }
    let position = status.position
    let (mode, role) = Self.mode(status, asked.mode)
    let next = (asked.objective ?? status.nextObjective).flatMap {
      $0 == status.objective ? nil : $0
    }
    let objective =
      ObjectiveCatalog.title(of: status.objective)
      + (next.map { " → \(ObjectiveCatalog.title(of: $0))" } ?? "")
    let updates = "\(position.updatesPerIteration)"
    let update =
      "\(NumberFormat.padded("\(position.update)", width: updates.count))/\(updates)"
    let iteration = Self.iteration(position, limit: snapshot.identity.iterationLimit)
    // As wide as at its widest: other parts must not come and go with a number.
    let pace = NumberFormat.padded(Self.pace(status, asked), width: 17, alignment: .left)
    segments = [
      Segment(text: "maspo", role: .accent, isBold: true, importance: 9),
      Segment(
        text: "\(snapshot.identity.task) · \(objective)", role: .title, isBold: true,
        importance: 7),
      Segment(text: snapshot.identity.preset, role: .text, importance: 8),
      Segment(
        text: snapshot.identity.seed.map { "seed \($0)" } ?? "", role: .textDim, importance: 10),
      Segment(
        text: NumberFormat.padded(mode, width: 12, alignment: .left), role: role, isBold: true,
        isTrailing: true, importance: 0),
    ]
    if status.recordingTrouble != nil {
      segments.append(
        Segment(
          text: "! not recorded", short: "! no rec.", role: .warning, isBold: true,
          isTrailing: true, importance: 1))
    }
    if let lane { segments.append(lane) }
    if let fork = run.fork { segments.append(Self.fork(fork)) }
    segments += [
      Segment(
        text: "iteration \(iteration)", short: "it \(iteration)", role: .text,
        isTrailing: true, importance: 2),
      Segment(
        text: "update \(update)", short: "upd \(update)", role: .text, isTrailing: true,
        importance: 3),
      Segment(
        text: "pace \(pace)\(Self.possiblePace(status))", short: pace, role: .text,
        isTrailing: true, importance: 6),
      Segment(
        text: "\(NumberFormat.fitted(status.rolloutTokensPerSecond, width: 5)) tok/s",
        role: .textDim, isTrailing: true, importance: 11),
    ]
  }

  /// How far the fork of the run is.
  private static func fork(_ fork: WatchedFork) -> Segment {
    let (text, role): (String, ThemeRole) =
      switch fork.stage {
      case .awaitingState: ("waits", .textDim)
      case .computing:
        (NumberFormat.padded(NumberFormat.percent(fork.share), width: 5), .accent)
      case .done: ("done", .success)
      case .failed: ("failed", .error)
      }
    return Segment(
      text: "what if \(text)", role: role, isBold: true, isTrailing: true, importance: 4)
  }

  /// The most important segments that fit, long where there is room for it, in display order.
  public func fitted(to width: Int, gap: Int, glyphs: GlyphSet) -> [Segment] {
    func cells(_ text: String) -> Int { glyphs.spelled(text).count }
    let ranked = segments.sorted { $0.importance < $1.importance }
    var chosen: [Int: Segment] = [:]
    var room = width
    for segment in ranked {
      var shortened = segment
      shortened.text = segment.short ?? segment.text
      let needed = cells(shortened.text) + (chosen.isEmpty ? 0 : gap)
      // The first one is shown cut off rather than not at all.
      guard needed <= room || chosen.isEmpty else { continue }
      chosen[segment.importance] = shortened
      room -= needed
    }
    for segment in ranked {
      guard let short = chosen[segment.importance] else { continue }
      let extra = cells(segment.text) - cells(short.text)
      guard extra > 0, extra <= room else { continue }
      chosen[segment.importance] = segment
      room -= extra
    }
    return segments.compactMap { chosen[$0.importance] }
  }

  /// In place of all else while a past update is shown: that it is, which, and what the run does.
  private static func past(
    _ position: UpdatePosition, _ live: RunStatus, _ asked: Asked, _ returnKey: String
  ) -> [Segment] {
    let (doing, role) = mode(live, asked.mode)
    let width = "\(live.position.total)".count
    let total = NumberFormat.padded("\(position.total)", width: width)
    let update = "\(position.update) of \(position.updatesPerIteration)"
    return [
      Segment(text: "◀ PAST", role: .warning, isBold: true, importance: 0),
      Segment(
        text: "update \(total) of \(live.position.total)",
        short: "\(total)/\(live.position.total)", role: .title, isBold: true, importance: 1),
      Segment(
        text: "iteration \(position.iteration), update \(update)",
        short: "it \(position.iteration)", role: .text, importance: 4),
      Segment(
        text: "the run: \(doing)", short: doing, role: role, isBold: true, isTrailing: true,
        importance: 2),
      Segment(
        text: "\(returnKey) returns", role: .key, isTrailing: true, importance: 3),
    ]
  }

  /// A run that stands still: that it does, which update of how many, and how it ended.
  ///
  /// - Parameters:
  ///   - last: where it ends.
  ///   - hasUpdates: whether updates are known one by one.
  private static func standing(
    _ standing: RunSource.Standing, of run: KnownRun, _ last: UpdatePosition, hasUpdates: Bool
  ) -> [Segment] {
    let identity = run.snapshot.identity
    let position = run.position
    let total = NumberFormat.padded("\(position.total)", width: "\(last.total)".count)
    let update = "\(position.update) of \(position.updatesPerIteration)"
    let objective = ObjectiveCatalog.title(of: run.status.objective)
    let place =
      hasUpdates
      ? [
        Segment(
          text: "update \(total) of \(last.total)", short: "\(total)/\(last.total)", role: .title,
          isBold: true, importance: 1),
        Segment(
          text: "iteration \(position.iteration), update \(update)",
          short: "it \(position.iteration)", role: .text, importance: 3),
      ]
      : [
        Segment(
          text: "iteration \(position.iteration) of \(last.iteration)",
          short: "\(position.iteration)/\(last.iteration)", role: .title, isBold: true,
          importance: 1)
      ]
    return [Segment(text: "◀ \(standing.label)", role: .warning, isBold: true, importance: 0)]
      + place + [
        Segment(
          text: "\(identity.task) · \(objective)" + (identity.seed.map { " · seed \($0)" } ?? ""),
          short: "\(identity.task) · \(objective)", role: .text, importance: 4),
        Segment(
          text: "the run: \(standing.ending)", short: standing.ending, role: .textDim,
          isTrailing: true, importance: 2),
      ]
  }

  /// Sign and word, so that color is not needed.
  private static func mode(
    _ status: RunStatus, _ mode: RunStatus.Mode
  ) -> (String, ThemeRole) {
    switch (status.phase, mode) {
    case (.finished, _):
      switch status.stopReason {
      case .nonFinite, .failed: ("✗ stopped", .error)
      default: ("■ finished", .success)
      }
    case (_, .paused): ("‖ paused", .warning)
    case (.warmingUp, _): ("~ warming up", .accent)
    case (.evaluating, _): ("● evaluating", .accent)
    case (_, .stepping): ("▸ stepping", .accent)
    case (_, .running): ("▶ running", .success)
    }
  }

  private static func iteration(_ position: UpdatePosition, limit: Int?) -> String {
    let width = limit.map { "\($0)".count } ?? 3
    let number = "\(position.iteration)"
    return NumberFormat.padded(number, width: max(width, number.count))
      + (limit.map { "/\($0)" } ?? "")
  }

  /// Measured and asked for, such as `5.97/s of 6`.
  private static func pace(_ status: RunStatus, _ asked: Asked) -> String {
    let measured =
      asked.mode == .paused
      ? NumberFormat.padded(NumberFormat.missing, width: 4)
      : NumberFormat.fitted(status.measuredPace, width: 4)
    guard let pace = asked.pace else { return "\(measured)/s full speed" }
    let isAutomatic = status.paceIsAutomatic && !asked.isPaceNew
    return "\(measured)/s \(isAutomatic ? "auto" : "of") "
      + NumberFormat.short(pace)
  }

  /// What the machine could do between rollouts.
  private static func possiblePace(_ status: RunStatus) -> String {
    guard let milliseconds = status.updateMilliseconds, milliseconds > 0 else { return "" }
    let most = max(1000 / milliseconds, status.measuredPace)
    let words = NumberFormat.significant(most, trimsZeros: true)
    return ", max \(NumberFormat.padded(words, width: 5, alignment: .left))"
  }
}
