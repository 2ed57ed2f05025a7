import PolicyObjectives
public import RunKnowledge
import TerminalCanvas
import Theming
import TrainingTelemetry

/// The limiter table as numbers and words, without a layout.
public struct LimiterModel: Hashable {
  /// One line of the table: a bucket, one sign of it, or the sum of all.
  struct Row: Hashable {
    var sign: AdvantageSign?
    /// The interval of π_old in full, such as `.1–.3`, and by its upper edge alone, such as `<.3`.
    var range: String
    var edge: String
    var cells: [LimiterColumn: String]
    var interval: Interval?
    var hasTokens: Bool
  }

  /// What the bar draws; a bound that does not exist is `nil`.
  struct Interval: Hashable {
    var lower: Double?
    var upper: Double?
    /// Bounds at the values of a preview.
    var previewed: [Double] = []
    /// 5–95 % of the ratios.
    var observed: ClosedRange<Double>?
    var wall: Double
  }

  /// A row for each bucket, both signs together.
  var combined: [Row]
  /// Two rows for each bucket.
  var split: [Row]
  var total: Row
  /// Ratios at which GRPO clips.
  var references: [Double]
  /// Ends of the ratio axis and its labeled ticks, in the order in which they claim room.
  static let axis = PlotAxis(0.125...8, scale: .aroundOne)
  static let ticks: [(ratio: Double, label: String)] = [
    (1, "1"), (0.125, "1/8"), (8, "8"), (0.5, "1/2"), (2, "2"), (0.8, ".8"), (1.2, "1.2"),
    (0.25, "1/4"), (4, "4"),
  ]
  var legend: [String]
  /// Whether the objective has a gate with a width σ.
  var hasWidths: Bool
  /// What the column heads mean, for panels with room to spare.
  let columnKey = [
    Fact("att", "tokens with F < 0.99"), Fact("took", "share of the push that the gate took"),
    Fact("reach", "1−F at the farthest ρ"), Fact("push", "share of the update's weighted push"),
    Fact("Σ|Δπ|", "probability moved since the rollout"), Fact("H", "entropy, nats"),
  ].map { Fact($0.label + ":", $0.value, role: .textDim) }
  /// Sentences that explain what the table shows, each in several wordings.
  var remarks: [[String]]

  /// `nil` before the first update.
  public init?(_ run: KnownRun, preview: KnobPreview? = nil) {
    guard let update = run.snapshot.update, update.hasTokens else { return nil }
    let pushed = update.buckets.reduce(0) {
      $0 + $1.positive.weightedPush + $1.negative.weightedPush
    }
    hasWidths = update.buckets.contains { $0.positive.width != nil || $0.negative.width != nil }
    combined = update.buckets.map { Self.row(of: $0, pushed: pushed) }
    split = update.buckets.flatMap { bucket in
      [
        Self.row(of: bucket.positive, .positive, in: bucket, pushed: pushed),
        Self.row(of: bucket.negative, .negative, in: bucket, pushed: pushed),
      ]
    }
    if let previewed = preview?.after?.buckets, previewed.count == combined.count {
      for (index, bucket) in previewed.enumerated() {
        let bounds = [bucket.negative.lowerBound, bucket.positive.upperBound]
        combined[index].interval?.previewed = bounds.compactMap { $0 }
        for (sign, side) in [bucket.positive, bucket.negative].enumerated() {
          split[2 * index + sign].interval?.previewed =
            [side.lowerBound, side.upperBound].compactMap { $0 }
        }
      }
    }
    total = Self.total(of: update)
    references = Self.referenceBounds
    let isHard = update.buckets.allSatisfy { $0.positive.width == nil }
    let bounds = isHard ? "bounds" : "half gate"
    legend = [
      "├ ┤ \(bounds) · ▓ 5–95% of ρ · ╎ 1/π_old, no ρ beyond · ┊ GRPO 0.8 1.2",
      "├ ┤ \(bounds) · ▓ 5–95% of ρ · ╎ 1/π_old · ┊ GRPO",
      "├┤ \(bounds) ▓ ρ ╎ 1/π ┊ GRPO",
    ]
    if preview?.after != nil { legend = legend.map { "◈ preview · " + $0 } }
    remarks = [
      GateRemark.phrases(run), Self.missingBounds(update.buckets), Self.missingGate(update),
    ].filter { !$0.isEmpty }
  }

  /// GRPO's bounds at its defaults; they depend on no token.
  private static let referenceBounds: [Double] = {
    guard let grpo = ReferenceObjective.value else { return [] }
    func limits(_ advantage: Double) -> (lower: Double?, upper: Double?) {
      let limits = grpo.limits(
        behaviorProbability: 0.5, advantage: advantage, context: .init())
      return (limits?.lower, limits?.upper)
    }
    return [limits(-1).lower, limits(1).upper].compactMap { $0 }
  }()

  /// Why there may be no bound at all.
  private static func missingGate(_ update: UpdateDetail) -> [String] {
    guard let minibatch = update.minibatch, minibatch.gates.isEmpty, minibatch.tokenCount > 0
    else { return [] }
    return [
      "No gate per token: the ratio of a whole sequence decides, so no token has bounds of its "
        + "own.", "No gate per token: whole sequences decide.",
    ]
  }

  /// Why there may be no lower end on any bar.
  private static func missingBounds(_ buckets: [BucketStatistics]) -> [String] {
    let sides = buckets.map(\.negative).filter { $0.width != nil }
    guard !sides.isEmpty, sides.allSatisfy({ $0.lowerBound == nil }),
      let reach = sides.compactMap(\.reach).max()
    else { return [] }
    let share = NumberFormat.share(reach)
    return [
      "▼ has no half gate at this σ: at most \(share) of a token can be taken, even at ρ → 0.",
      "▼ no half gate: takes at most \(share).",
    ]
  }
}

extension LimiterModel {
  private static func row(of bucket: BucketStatistics, pushed: Double) -> Row {
    let up = bucket.positive
    let down = bucket.negative
    let push = up.weightedPush + down.weightedPush
    let quantiles = [up.ratioQuantiles, down.ratioQuantiles].compactMap { $0 }
    let low = quantiles.map(\.low).min()
    let high = quantiles.map(\.high).max()
    let entropies = [(up.entropy, up.tokenCount), (down.entropy, down.tokenCount)]
    let entropy = entropies.reduce(0.0) { $0 + ($1.0 ?? 0) * Double($1.1) }
    let active = bucket.activeTokenCount
    return Row(
      sign: nil, range: range(of: bucket), edge: edge(of: bucket),
      cells: [
        .count: NumberFormat.count(active),
        .signs: "\(NumberFormat.count(up.tokenCount))/\(NumberFormat.count(down.tokenCount))",
        .idle: NumberFormat.count(bucket.idleTokenCount),
        .attenuated: PanelNumbers.percent(bucket.attenuatedShare),
        .positiveSigma: PanelNumbers.plain(up.width?.sigma, width: 5),
        .negativeSigma: PanelNumbers.plain(down.width?.sigma, width: 5),
        .removed: PanelNumbers.percent(bucket.removedShare),
        .reach: reachText(up.reach) + "/" + reachText(down.reach),
        .pushShare: PanelNumbers.percent(pushed > 0 ? push / pushed : nil),
        .bounds: boundsText(down.lowerBound, up.upperBound),
        .massMoved: PanelNumbers.plain(active > 0 ? up.massMoved + down.massMoved : nil),
        .entropy: PanelNumbers.plain(active > 0 ? entropy / Double(active) : nil),
        .extremes: extremesText(quantiles),
        .positiveTails: tailsText(up.ratioQuantiles),
        .negativeTails: tailsText(down.ratioQuantiles),
        .pushes: pair(up, down, NumberFormat.share) {
          pushed > 0 ? $0.weightedPush / pushed : nil
        },
        .takes: pair(up, down, NumberFormat.share) { $0.removedShare },
        .masses: pair(up, down, shortNumber) { $0.tokenCount > 0 ? $0.massMoved : nil },
        .entropies: pair(up, down, shortNumber) { $0.entropy },
      ],
      interval: Interval(
        lower: down.lowerBound, upper: up.upperBound, observed: ordered(low, high),
        wall: up.wall),
      hasTokens: active > 0)
  }

  private static func row(
    of side: BucketSide, _ sign: AdvantageSign, in bucket: BucketStatistics, pushed: Double
  ) -> Row {
    let hasTokens = side.tokenCount > 0
    let attenuated =
      hasTokens ? side.attenuatedCount.map { Double($0) / Double(side.tokenCount) } : nil
    return Row(
      sign: sign, range: sign == .positive ? range(of: bucket) : "",
      edge: sign == .positive ? edge(of: bucket) : "",
      cells: [
        .count: NumberFormat.count(side.tokenCount),
        .idle: sign == .positive ? NumberFormat.count(bucket.idleTokenCount) : "",
        .attenuated: PanelNumbers.percent(attenuated),
        .sigma: PanelNumbers.plain(side.width?.sigma, width: 5),
        .removed: PanelNumbers.percent(side.removedShare),
        .reach: reachText(side.reach),
        .pushShare: PanelNumbers.percent(pushed > 0 ? side.weightedPush / pushed : nil),
        .massMoved: PanelNumbers.plain(hasTokens ? side.massMoved : nil),
        .entropy: PanelNumbers.plain(side.entropy),
        .probability: PanelNumbers.plain(side.probability),
        .bounds: boundsText(side.lowerBound, side.upperBound),
        .ratios: quantileText(side.ratioQuantiles),
        .extremes: extremesText([side.ratioQuantiles].compactMap { $0 }),
        .taken: PanelNumbers.plain(side.weightedRemoved, width: 7),
        .meanAdvantage: hasTokens ? PanelNumbers.advantage(side.advantage) : NumberFormat.missing,
      ],
      interval: Interval(
        lower: side.lowerBound, upper: side.upperBound,
        observed: ordered(side.ratioQuantiles?.low, side.ratioQuantiles?.high), wall: side.wall),
      hasTokens: hasTokens)
  }

  private static func total(of update: UpdateDetail) -> Row {
    let metrics = update.metrics
    let up = update.buckets.reduce(0) { $0 + $1.positive.tokenCount }
    let down = update.buckets.reduce(0) { $0 + $1.negative.tokenCount }
    let masses = update.buckets.reduce((0.0, 0.0)) {
      ($0.0 + $1.positive.massMoved, $0.1 + $1.negative.massMoved)
    }
    let pushed = metrics.positive.weightedPush + metrics.negative.weightedPush
    return Row(
      sign: nil, range: "all", edge: "all",
      cells: [
        .count: NumberFormat.count(metrics.activeTokenCount),
        .signs: "\(NumberFormat.count(up))/\(NumberFormat.count(down))",
        .idle: NumberFormat.count(update.buckets.reduce(0) { $0 + $1.idleTokenCount }),
        .attenuated: PanelNumbers.percent(metrics.attenuatedShare),
        .removed: PanelNumbers.percent(metrics.removedShare),
        .pushShare: PanelNumbers.percent(1),
        .massMoved: PanelNumbers.plain(masses.0 + masses.1),
        .entropy: PanelNumbers.plain(metrics.entropy),
        .extremes: PanelNumbers.plain(metrics.ratioMinimum, width: 5) + " "
          + PanelNumbers.plain(metrics.ratioMaximum, width: 5),
        .pushes: pair(metrics.positive, metrics.negative, NumberFormat.share) {
          pushed > 0 ? $0.weightedPush / pushed : nil
        },
        .takes: pair(metrics.positive, metrics.negative, NumberFormat.share) {
          $0.removedShare
        },
        .masses: pair(masses.0, masses.1, shortNumber) { $0 },
      ],
      interval: nil, hasTokens: metrics.activeTokenCount > 0)
  }
}

/// The sign of an advantage.
enum AdvantageSign: Hashable {
  case positive
  case negative

  var glyph: String { self == .positive ? "▲" : "▼" }
  var role: ThemeRole { self == .positive ? .positive : .negative }
}
