public import RunKnowledge
import TerminalCanvas
import Theming
import TrainingTelemetry

/// The update ledger as numbers and words, without a layout.
public struct LedgerModel: Hashable {
  /// What one update, or one bucket, pushed with each sign, and what the gate took.
  struct Entry: Hashable {
    /// `nil` where the gate is not per token: then nothing is known of what was taken.
    var positive: Bar
    var negative: Bar
    /// First update after a rollout.
    var startsIteration = false
    /// A knob or the objective was changed right before it.
    var isMarked = false
    /// Of a bucket.
    var label = ""

    var largest: Double {
      max(positive.solid + positive.ghost, negative.solid + negative.ghost)
    }
  }

  /// One sign in words: magnitudes of the last update.
  struct Side: Hashable {
    var push: Fact
    var norm: Fact
    var taken: Fact
  }

  /// The last updates, oldest first.
  var updates: [Entry]
  /// The update that the numbers are of.
  var last: Entry
  /// The last update by bucket of π_old.
  var buckets: [Entry]
  var bucketNumbers: LedgerBuckets
  var positive: Side
  var negative: Side
  var cosine: Fact
  /// `net = mix + drift + gate`, in this order; empty where the objective has no such sum.
  var waterfall: [Fact]
  var step: [Fact]
  var remark: [String]
  /// ‖g₊‖, ‖g₋‖ and their cosine of the last updates, for a chart; `nil` where absent.
  var norms: [(positive: Double?, negative: Double?, cosine: Double?)] {
    history.map { ($0.positive, $0.negative, $0.cosine) }
  }
  private var history: [Norms]

  private struct Norms: Hashable {
    var positive: Double?
    var negative: Double?
    var cosine: Double?
  }

  /// - Parameter count: how many of the last updates to take.
  ///
  /// `nil` before the first update.
  public init?(_ run: KnownRun, count: Int) {
    guard let last = run.snapshot.update?.metrics ?? run.history.updates.last else {
      return nil
    }
    let recent = run.history.updates.suffix(max(1, count))
    let marked = Set(
      run.history.knobChanges.suffix(count).map(\.updatesBefore)
        + run.history.objectiveChanges.suffix(count).map(\.updatesBefore))
    updates = recent.map { metrics in
      Entry(
        positive: Self.bar(metrics.positive), negative: Self.bar(metrics.negative),
        startsIteration: metrics.position.update == 1,
        isMarked: marked.contains(metrics.position.total - 1))
    }
    self.last = Entry(positive: Self.bar(last.positive), negative: Self.bar(last.negative))
    history = recent.map {
      Norms(
        positive: $0.positive.gradientNorm, negative: $0.negative.gradientNorm,
        cosine: $0.gradientCosine)
    }
    buckets = (run.snapshot.update?.buckets ?? []).map { bucket in
      Entry(
        positive: Self.bar(bucket.positive), negative: Self.bar(bucket.negative),
        label: LimiterModel.edge(of: bucket))
    }
    bucketNumbers = LedgerBuckets(run.snapshot.update?.buckets ?? [])
    positive = Self.side(last.positive, "₊", .positive)
    negative = Self.side(last.negative, "₋", .negative)
    cosine = Fact(
      "cos", PanelNumbers.signed(last.gradientCosine, width: 6), startsLine: true)
    waterfall = Self.waterfall(last.waterfall)
    step = Self.step(last)
    remark = GateRemark.phrases(run)
  }

  private static func bar(_ side: SignMetrics) -> Bar {
    Bar(solid: side.weightedPush, ghost: side.weightedRemoved ?? 0)
  }

  private static func bar(_ side: BucketSide) -> Bar {
    Bar(solid: side.weightedPush, ghost: side.weightedRemoved ?? 0)
  }

  private static func side(_ side: SignMetrics, _ sign: String, _ role: ThemeRole) -> Side {
    Side(
      push: Fact("", PanelNumbers.plain(side.weightedPush, width: 7), role: role),
      norm: Fact("‖g\(sign)‖", PanelNumbers.plain(side.gradientNorm)),
      taken: Fact("took", PanelNumbers.percent(side.removedShare), role: .attenuated))
  }

  private static func waterfall(_ sum: Waterfall?) -> [Fact] {
    guard let sum else { return [] }
    // The gate's part is what it takes away: all three parts add up to the net.
    return [
      Fact("net", PanelNumbers.signed(sum.net, width: 8) + " =", role: .title),
      Fact("mix", PanelNumbers.signed(sum.composition, width: 8)),
      Fact("drift", PanelNumbers.signed(sum.drift, width: 8)),
      Fact("gate", PanelNumbers.signed(-sum.gate, width: 8), role: .attenuated),
    ]
  }

  private static func step(_ metrics: UpdateMetrics) -> [Fact] {
    var facts: [Fact] = []
    if let on = metrics.realisedStepOnBatch {
      facts.append(Fact("step KL on batch", PanelNumbers.plain(on, width: 7)))
    }
    if let off = metrics.realisedStepOffBatch {
      facts.append(Fact("off batch", PanelNumbers.plain(off, width: 7)))
    }
    return facts + [
      Fact("‖g‖", PanelNumbers.plain(metrics.gradientNorm)),
      Fact("norm clip ×", PanelNumbers.plain(metrics.clipFactor, width: 5)),
      Fact("lr", PanelNumbers.plain(metrics.learningRate, width: 7)),
      Fact("push without s ▲", PanelNumbers.plain(metrics.positive.push, width: 7)),
      Fact("▼", PanelNumbers.plain(metrics.negative.push, width: 7)),
      Fact(
        "A<0 at ρ>4", NumberFormat.padded("\(metrics.runawayTokenCount)", width: 3),
        role: metrics.runawayTokenCount > 0 ? .warning : .text),
    ]
      + metrics.diagnostics.sorted { $0.key < $1.key }.map {
        Fact($0.key, PanelNumbers.plain($0.value, width: 7))
      }
  }
}
