internal import LocalFiles
internal import PolicyObjectives
internal import TrainingTelemetry

#if canImport(Glibc)
  internal import Glibc
#endif

/// Something about an attached run that its owner should know, with the numbers behind it.
public struct AttachedFinding: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case ratiosOneByConstruction, lossZero, truncated, groupsEqual, rewardConstant
    case samplerShifted, samplerNoisy, ratiosNotOneAtFirst, runaway, nonFinite
  }

  public let kind: Kind
  public let text: String
}

/// Finds what is the case in each step; a lasting finding is given once, and again after it was not
/// the case.
struct FindingWatch {
  /// Share of truncated answers that is worth a word.
  static let truncatedShare = 0.5
  /// Rollouts without which a reward that does not vary proves nothing.
  static let leastRollouts = 3
  /// |ln π| by which sampler and trainer may differ: half precision is off by less.
  static let samplerTolerance = 0.01
  /// How far a ratio may be from 1 before any update.
  static let firstRatioTolerance = 0.02

  private var lasting: Set<AttachedFinding.Kind> = []
  private var rewards: [String: (low: Double, high: Double)] = [:]
  private var rollouts = 0
  private var saidConstant: Set<String> = []

  mutating func look(
    at step: AttachedStep, old: String?, firstBad: StreamRun.BadToken?
  ) -> (fresh: [AttachedFinding], standing: [AttachedFinding]) {
    let found =
      ratios(step, old) + groups(step) + constantRewards(step) + sampler(step)
      + nonFinite(step, firstBad)
    let kinds = Set(found.map(\.kind))
    let fresh = found.filter { !lasting.contains($0.kind) || $0.kind == .rewardConstant }
    // What is the case at each rollout's first update, and no fault, is said once.
    lasting = kinds.union(lasting.intersection([.lossZero]))
    return (fresh, found)
  }

  private func ratios(_ step: AttachedStep, _ old: String?) -> [AttachedFinding] {
    let figures = step.figures
    if old == "detached" {
      return [
        AttachedFinding(
          kind: .ratiosOneByConstruction,
          text: "every ratio is 1 by construction: the trainer keeps no old log-probabilities "
            + "while each answer is used once, so no clip or gate can act and the loss reads "
            + "about 0; more updates for each rollout (num_iterations in TRL) bring them in")
      ]
    }
    if old == "unseen" {
      return [
        AttachedFinding(
          kind: .ratiosOneByConstruction,
          text: "every ratio is shown as 1: this trainer's files hold no log-probabilities of the "
            + "policy while it learns; sampler against trainer, advantages and rewards are its own")
      ]
    }
    var found: [AttachedFinding] = []
    if let low = figures.ratioMin, let high = figures.ratioMax {
      let tolerance = Self.firstRatioTolerance
      if low >= 1 - 1e-6, high <= 1 + 1e-6, let loss = figures.loss, abs(loss) < 1e-6 {
        found.append(
          AttachedFinding(
            kind: .lossZero,
            text: "loss \(short(loss)) is no fault: before the first update of a rollout every "
              + "ratio is 1, and the advantages of a group add up to 0; the gradient is not 0"))
      } else if step.tokens.isFirstPass, old == "trainer",
        low < 1 - tolerance || high > 1 + tolerance
      {
        found.append(
          AttachedFinding(
            kind: .ratiosNotOneAtFirst,
            text: "ratios are \(short(low)) to \(short(high)) at the first update of a rollout, "
              + "where they should be 1: old log-probabilities come from other weights or "
              + "another computation"))
      }
    }
    let runaway = Float(log(MinibatchRecord.runawayRatio))
    let runaways = zip(step.tokens.advantages, step.tokens.differences).count {
      $0 < 0 && $1 > runaway
    }
    if runaways > 0 {
      found.append(
        AttachedFinding(
          kind: .runaway,
          text: "\(counted(runaways, "token")) with A<0 ran past ρ 4 (largest ratio "
            + "\(short(figures.ratioMax ?? 0))): no clip limits that side; fewer updates for each "
            + "rollout or a smaller lr do"))
    }
    return found
  }

  private func groups(_ step: AttachedStep) -> [AttachedFinding] {
    var found: [AttachedFinding] = []
    let groups = step.answers.rewardsByGroup
    if groups.count > 1, step.figures.equalGroups == groups.count {
      let rewards = groups.values.flatMap { $0 }
      found.append(
        AttachedFinding(
          kind: .groupsEqual,
          text: "all \(groups.count) groups have equal rewards within them (mean reward "
            + "\(short(rewards.reduce(0, +) / Double(max(1, rewards.count))))): every advantage "
            + "is 0, and nothing is learnt from this rollout"))
    }
    let answers = step.answers.parts.reduce(0) { $0 + $1.columns.sequences.count }
    if let truncated = step.figures.truncated, answers > 0,
      Double(truncated) >= Self.truncatedShare * Double(answers)
    {
      found.append(
        AttachedFinding(
          kind: .truncated,
          text: "\(truncated) of \(answers) answers were cut off at the longest length: their "
            + "rewards judge answers that were not finished; allow more tokens, or mask them"))
    }
    return found
  }

  private mutating func constantRewards(_ step: AttachedStep) -> [AttachedFinding] {
    guard step.tokens.isFirstPass else { return [] }
    var names: [String] = []
    for part in step.answers.parts {
      guard let columns = part.columns.rewardsByFunction else { continue }
      names = part.columns.words.rewards ?? []
      for (name, values) in zip(names, columns) {
        for value in values where value.isFinite {
          let known = rewards[name] ?? (value, value)
          if rewards[name] != nil || rewards.count < 64 {
            rewards[name] = (min(known.low, value), max(known.high, value))
          }
        }
      }
    }
    guard names.count > 1 else { return [] }
    rollouts += 1
    guard rollouts >= Self.leastRollouts else { return [] }
    return names.compactMap { name in
      guard let range = rewards[name], range.low == range.high,
        saidConstant.insert(name).inserted
      else { return nil }
      return AttachedFinding(
        kind: .rewardConstant,
        text: "reward '\(name.harmlessLine)' was \(short(range.low)) for every answer of "
          + "\(rollouts) rollouts: it teaches nothing")
    }
  }

  private func sampler(_ step: AttachedStep) -> [AttachedFinding] {
    let gaps = step.tokens.samplerGaps
    guard gaps.count > 1 else { return [] }
    let mean = gaps.reduce(0) { $0 + Double($1) } / Double(gaps.count)
    let squares = gaps.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    let spread = (squares / Double(gaps.count - 1)).squareRoot()
    let numbers =
      "sampler − trainer is \(short(mean)) ± \(short(spread)) nats over "
      + "\(counted(gaps.count, "token"))"
    if abs(mean) > Self.samplerTolerance, abs(mean) >= spread {
      return [
        AttachedFinding(
          kind: .samplerShifted,
          text: "\(numbers): the same shift at most tokens, as temperature, top_p or top_k make "
            + "where one side renormalizes and the other does not")
      ]
    }
    guard spread > Self.samplerTolerance else { return [] }
    return [
      AttachedFinding(
        kind: .samplerNoisy,
        text: "\(numbers): noise, as other kernels, another precision or stale weights make")
    ]
  }

  private func nonFinite(
    _ step: AttachedStep, _ bad: StreamRun.BadToken?
  ) -> [AttachedFinding] {
    guard let bad else { return [] }
    let place = [
      bad.sequence.map { "answer \($0)" }, bad.token.map { "token \($0)" },
    ].compactMap { $0 }.joined(separator: ", ")
    return [
      AttachedFinding(
        kind: .nonFinite,
        text: "the first log-probability that is not finite: step \(bad.step), rank \(bad.rank)"
          + (place.isEmpty ? "" : ", \(place)"))
    ]
  }

  private func short(_ value: Double) -> String { value.threeDigits }
}
