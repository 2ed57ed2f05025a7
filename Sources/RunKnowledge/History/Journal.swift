import PolicyObjectives
import TerminalCanvas
public import TrainingTelemetry

/// What happened, in words: knob moves, evaluations, warnings; the newest last.
public struct Journal: Sendable, Equatable {
  /// The oldest entries go when there are more.
  public static let capacity = 500

  public struct Entry: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
      case knob, objective, evaluation, restart, information, warning, error
    }

    public var kind: Kind
    /// Updates made before it happened.
    public var updatesBefore: Int
    public var text: String

    public init(kind: Kind, updatesBefore: Int, text: String) {
      self.kind = kind
      self.updatesBefore = updatesBefore
      self.text = text
    }
  }

  public private(set) var entries: [Entry] = []
  /// The last knob change, to tell both betas moved as one from two moves.
  private var lastChange: KnobChange?
  /// Updates before which each warning was last given, so that a lasting or flickering one is
  /// written down once.
  private var lastGiven: [Verdict.Finding.Kind: Int] = [:]

  public init() {}

  /// A journal as it was, to be looked at.
  init(entries: [Entry]) { self.entries = entries }

  public mutating func append(_ entry: Entry) {
    entries.append(entry)
    if entries.count > Self.capacity { entries.removeFirst(entries.count - Self.capacity) }
    lastChange = nil
  }

  /// Writes the line of an event; rollouts and updates, which come by the thousand, have none.
  public mutating func append(_ event: TrainingEvent) {
    switch event {
    case .rollout, .update: break
    case .evaluation(let metrics):
      let text =
        "Avg@\(metrics.samplesPerPrompt) \(NumberFormat.fixed(metrics.average, decimals: 3))  "
        + "Pass@\(metrics.samplesPerPrompt) \(NumberFormat.fixed(metrics.pass, decimals: 3))"
        + (metrics.updatesBefore == 0
          ? " of the base policy" : " after update \(NumberFormat.count(metrics.updatesBefore))")
      append(Entry(kind: .evaluation, updatesBefore: metrics.updatesBefore, text: text))
    case .knobChange(let change): append(change)
    case .objectiveChange(let change):
      append(
        Entry(
          kind: .objective, updatesBefore: change.updatesBefore,
          text: "objective \(ObjectiveCatalog.title(of: change.oldObjective)) → "
            + ObjectiveCatalog.title(of: change.newObjective)))
    case .notice(let notice):
      append(
        Entry(
          kind: Entry.Kind(notice.level), updatesBefore: notice.updatesBefore,
          text: notice.text))
    case .restarted(let seed):
      lastGiven = [:]
      append(
        Entry(
          kind: .restart, updatesBefore: 0,
          text: seed.map { "started over from the base policy with seed \($0)" }
            ?? "began anew under another attempt"))
    }
  }

  private mutating func append(_ change: KnobChange) {
    let movedAsOne =
      lastChange.map { last in
        [last.name, change.name] == MASPOObjective.asymmetryParameters
          && last.updatesBefore == change.updatesBefore && last.newValue == change.newValue
          && last.oldValue == change.oldValue
      } ?? false
    if movedAsOne { entries.removeLast() }
    let name = movedAsOne ? MASPOObjective.asymmetry : change.symbol
    append(
      Entry(
        kind: .knob, updatesBefore: change.updatesBefore,
        text: "\(name) \(KnobFormat.text(change.oldValue)) → \(KnobFormat.text(change.newValue))"))
    if !movedAsOne { lastChange = change }
  }
}

extension Journal.Entry.Kind {
  init(_ level: Notice.Level) {
    switch level {
    case .information: self = .information
    case .warning: self = .warning
    case .error: self = .error
    }
  }
}

extension Journal {
  /// Updates for which a warning must have been absent to be written down again.
  static let warningRest = 64

  /// Writes a line for each warning of a verdict that has not been given lately.
  public mutating func note(_ verdict: Verdict, updatesBefore: Int) {
    for finding in verdict.findings where finding.isForJournal {
      let isNew = lastGiven[finding.kind].map { updatesBefore - $0 > Self.warningRest } ?? true
      if isNew {
        append(
          Entry(
            kind: Entry.Kind(finding.level), updatesBefore: updatesBefore, text: finding.text))
      }
      lastGiven[finding.kind] = updatesBefore
    }
  }
}

extension Journal {
  /// Those since the run started over, if it did.
  public var entriesOfThisRun: ArraySlice<Entry> {
    let restart = entries.lastIndex { $0.kind == .restart }
    return entries[(restart.map { $0 + 1 } ?? entries.startIndex)...]
  }
}
