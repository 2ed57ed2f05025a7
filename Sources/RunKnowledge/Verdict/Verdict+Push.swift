import TerminalCanvas
import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

extension Verdict {
  /// A gradient far longer than usual, and the tokens that push most in its minibatch.
  static func gradient(_ update: UpdateDetail, _ run: KnownRun) -> [Finding] {
    let metrics = update.metrics
    // Those before it: what was usual then stays so when more come.
    let end = run.history.firstUpdate(after: metrics.position.total - 1)
    let window = run.history.updates[..<end].suffix(VerdictThresholds.gradientSpikeWindow)
    let norms = window.compactMap(\.gradientNorm).sorted()
    guard norms.count >= VerdictThresholds.leastUpdatesForSpike, let norm = metrics.gradientNorm
    else { return [] }
    let usual = norms[norms.count / 2]
    let isClipped = metrics.clipFactor.map { $0 < 1 }
    let factor =
      isClipped ?? true
      ? VerdictThresholds.gradientSpikeFactor : VerdictThresholds.unclippedGradientSpikeFactor
    guard usual > 0, norm > usual * factor else { return [] }
    let tokens = PushedToken.largest(in: update, run.snapshot.rollout)
      .filter { $0.share >= VerdictThresholds.spikeTokenShare }
      .prefix(VerdictThresholds.spikeTokens)
    let runsAway = tokens.contains {
      $0.advantage < 0 && $0.ratio > MinibatchRecord.runawayRatio
    }
    let reading = tokens.isEmpty ? "" : "; behind it: " + tokens.map(\.text).joined(separator: ", ")
    return [
      Finding(
        .gradientSpike, .warning,
        "gradient norm \(NumberFormat.significant(norm, digits: 2)), usually "
          + NumberFormat.significant(usual, digits: 2)
          + (isClipped.map { isClipped in
            isClipped
              ? "; clipping scaled it by \(NumberFormat.significant(metrics.clipFactor, digits: 2))"
              : ", and not clipped"
          } ?? "") + reading,
        advice: runsAway
          ? "no gate limits A<0 above ρ 1: fewer updates per rollout or a smaller lr do"
          : isClipped ?? true
            ? "clipping held it; if it returns, a smaller lr or fewer updates per rollout"
            : """
            a smaller lr, or a gradient_clip below \
            \(NumberFormat.significant(norm, digits: 1))
            """)
    ]
  }

  /// Tokens that nothing limits.
  static func runaways(_ metrics: UpdateMetrics) -> [Finding] {
    let runaway = metrics.runawayTokenCount
    guard runaway > 0 else { return [] }
    let isMany =
      Double(runaway) >= VerdictThresholds.manyRunaways * Double(metrics.activeTokenCount)
    let farthest = metrics.ratioMaximum.map { NumberFormat.significant($0, digits: 2) } ?? "?"
    return [
      Finding(
        .runaway, isMany ? .warning : .information,
        "\(counted(runaway, "token")) with A<0 ran past ρ "
          + "\(NumberFormat.short(MinibatchRecord.runawayRatio)) (largest ρ \(farthest)), unlimited",
        advice: isMany
          ? "no gate acts there; fewer updates per rollout or a smaller lr do"
          : "no gate acts there; more of them call for fewer updates per rollout")
    ]
  }
}

/// A token with its part of an update's weighted push.
struct PushedToken: Hashable {
  /// What it prints and where; empty where that is not known.
  var name: String
  var probability: Double
  var ratio: Double
  var advantage: Double
  /// Of the minibatch's weighted push.
  var share: Double

  /// The tokens of the minibatch that push most, largest first.
  static func largest(in update: UpdateDetail, _ rollout: RolloutDetail?) -> [PushedToken] {
    guard let record = update.minibatch, record.gradient.count == record.tokenCount,
      record.tokenCount > 0
    else { return [] }
    let pushes = record.gradient.indices.map { abs(record.gradient[$0]) * record.sensitivities[$0] }
    let total = pushes.reduce(0, +)
    guard total > 0 else { return [] }
    let places = pushes.indices.sorted { (pushes[$0], $1) > (pushes[$1], $0) }
      .prefix(VerdictThresholds.spikeTokens)
    let names = Names(record, of: update.metrics.position, rollout)
    return places.map { token in
      PushedToken(
        name: names[token], probability: exp(record.behaviorLogProbabilities[token]),
        ratio: record.ratios[token], advantage: record.advantages[token],
        share: pushes[token] / total)
    }
  }

  /// `'8' of 3+4*2= 31% (π_old .021, ρ 3.1, A -1.1)`.
  var text: String {
    func number(_ value: Double) -> String { NumberFormat.significant(value, digits: 2) }
    return (name.isEmpty ? "a token" : name)
      + " \(NumberFormat.percent(share)) of the push (π_old \(number(probability)), "
      + "ρ \(number(ratio)), A \(number(advantage)))"
  }

  private struct Names {
    private let symbols: [Character]
    private let record: MinibatchRecord
    private let groups: [GroupSummary]

    init(_ record: MinibatchRecord, of position: UpdatePosition, _ rollout: RolloutDetail?) {
      self.record = record
      symbols = Array(record.symbols ?? "")
      // A rollout that came since has other prompts.
      let isSame = rollout?.metrics.iteration == position.iteration
      groups = isSame ? rollout?.groups ?? [] : []
    }

    subscript(token: Int) -> String {
      guard symbols.indices.contains(token) else { return "" }
      let prompt = prompt(of: token).map { " of \($0)" } ?? ""
      return "'\(symbols[token])'\(prompt)"
    }

    private func prompt(of token: Int) -> String? {
      guard let sequences = record.sequences, let size = groups.first?.answerCount, size > 0 else {
        return nil
      }
      var end = 0
      for (length, sequence) in zip(record.sequenceLengths, sequences) {
        end += length
        guard token < end else { continue }
        return groups.indices.contains(sequence / size) ? groups[sequence / size].prompt : nil
      }
      return nil
    }
  }
}
