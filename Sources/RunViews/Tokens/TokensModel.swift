public import RunKnowledge
import TerminalCanvas
import Theming
import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// One group of answers as words and levels of tint, without a layout.
public struct TokensModel: Hashable {
  struct Answer: Hashable {
    var isRight: Bool
    var isInMinibatch: Bool
    var isTruncated: Bool
    /// `▲`, `▼`, or `=` where the advantage is 0.
    var sign: String
    var signRole: ThemeRole
    var advantage: String
    /// With its parts, where there are several reward functions.
    var reward: String
    var tokens: Tokens

    /// Cells that its text takes, a line for each line break; counted up to a limit.
    func cellCount(upTo limit: Int) -> Int {
      var count = 0
      for token in tokens.records where count < limit {
        count += token.symbol.breaksLine ? 60 : token.symbol.count
      }
      return min(count, limit)
    }
  }

  /// The tokens of an answer, which may be thousands: each is read when it is looked at.
  struct Tokens: RandomAccessCollection, Hashable {
    let records: [TokenRecord]
    let scale: LensScale

    var startIndex: Int { 0 }
    var endIndex: Int { records.count }

    subscript(place: Int) -> Token {
      let record = records[place]
      return Token(
        symbol: record.symbol, reading: scale.reading(of: record),
        isExcluded: record.exclusion != nil)
    }
  }

  struct Token: Hashable {
    var symbol: String
    var reading: LensScale.Reading
    /// Does not enter the loss.
    var isExcluded: Bool
  }

  /// A group of the rollout in the overview.
  struct Group: Hashable {
    /// Right answers in eighths of the group: 0 for none, 8 for all, 1 to 7 between.
    var eighths: Int
    var rightCount: String
    /// All or none right: nothing to learn from.
    var isEqual: Bool
  }

  var prompt: String
  var groups: [Group]
  var groupIndex: Int
  var groupHeading: String
  var freshness: GroupFreshness
  /// Those that are listed, in the order of the list.
  var answers: [Answer]
  /// What stands in their place where there is none; longer wordings first.
  var absence: [String]
  /// The cursor, moved into the group.
  var selectedAnswer: Int
  var selectedToken: Int
  var scale: LensScale
  /// One sentence on the group; longer wordings first.
  var remark: [String]
  var remarkRole: ThemeRole
  private let group: GroupRecord

  /// `nil` before the first rollout.
  ///
  /// - Parameters:
  ///   - selection: the cursor, moved into the group.
  ///   - listed: which answers are listed, and in which order.
  ///   - compared: name of the objective that a lens holds against the one in force.
  ///   - filterKey: the key that lists other answers.
  public init?(
    _ run: KnownRun, at selection: Selection, listing listed: AnswerView, lens: TokenLens,
    comparedWith compared: String, filterKey: String
  ) {
    guard let rollout = run.snapshot.rollout, rollout.hasTokens else { return nil }
    let group = rollout.group
    self.group = group
    prompt = group.prompt
    groups = rollout.groups.map { Self.overview(of: $0) }
    groupIndex = group.index
    let equal = groups.count(where: \.isEqual)
    groupHeading =
      "right answers in the \(groups.count) groups of this rollout; \(equal) teach nothing"
    freshness = GroupFreshness(run, group: group)
    let scale = LensScale(
      lens, group: group, difference: ObjectiveDifference(run, against: compared))
    self.scale = scale
    let order = listed.answers(of: group)
    answers = order.map { index in
      let answer = group.answers[index]
      return Answer(
        isRight: answer.reward > 0, isInMinibatch: answer.isInMinibatch,
        isTruncated: answer.isTruncated, sign: Self.sign(answer.advantage),
        signRole: Self.role(answer.advantage),
        advantage: PanelNumbers.advantage(answer.advantage), reward: Self.reward(answer),
        tokens: Tokens(records: answer.tokens, scale: scale))
    }
    selectedAnswer = order.firstIndex(of: selection.answer) ?? 0
    absence = [
      "No answer of this group is listed: \(listed.filter.words). "
        + "\(filterKey) lists others.",
      "\(listed.filter.words): none", "none",
    ]
    let length = answers.isEmpty ? 0 : answers[selectedAnswer].tokens.count
    selectedToken = min(max(0, selection.token), max(0, length - 1))
    (remark, remarkRole) = Self.remark(on: group)
  }

  /// Whether tokens are pieces of words, so that an answer is a text.
  public var isText: Bool {
    answers.contains { $0.tokens.records.contains { $0.symbol.count > 1 } }
  }

  private static func reward(_ answer: AnswerRecord) -> String {
    let parts = (answer.rewardParts ?? []).map { "\($0.name) \(NumberFormat.short($0.value))" }
    return "reward \(NumberFormat.short(answer.reward))"
      + (parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")
  }

  /// The answer under the cursor among those listed, and its tokens.
  public var selected: Int { selectedAnswer }
  public var selectedLength: Int {
    answers.indices.contains(selectedAnswer) ? answers[selectedAnswer].tokens.count : 0
  }

  /// Tokens of the longest answer.
  var longest: Int { answers.map(\.tokens.count).max() ?? 0 }

  /// A line for each of the tokens that the gate took most from, the largest first, for panels with
  /// room to spare.
  var strongest: [[Fact]] { strongest(count: 12) }

  private func strongest(count: Int) -> [[Fact]] {
    struct Place {
      var answer: Int
      var token: Int
      var removed: Double
    }
    let places = group.answers.enumerated().flatMap { answer, record in
      record.tokens.enumerated().compactMap { index, token in
        token.weightedRemoved.map { Place(answer: answer, token: index, removed: $0) }
      }
    }
    let first = places.filter { $0.removed > 0 }.sorted { $0.removed > $1.removed }.prefix(count)
    return first.map { place in
      let token = group.answers[place.answer].tokens[place.token]
      let answer = NumberFormat.padded("\(place.answer + 1)", width: 2)
      let position = NumberFormat.padded("\(place.token + 1)", width: 2)
      return [
        Fact(
          "answer", "\(answer) \(Self.sign(token.advantage))", role: Self.role(token.advantage)),
        Fact("", "'\(token.symbol)' at \(position)"),
        Fact("ρ", PanelNumbers.plain(token.ratio, width: 5), role: .accent),
        Fact("F", PanelNumbers.plain(token.gate, width: 5), role: .attenuated),
        Fact("taken", PanelNumbers.plain(place.removed, width: 7), role: .attenuated),
        Fact("π_old", PanelNumbers.plain(exp(token.behaviorLogProbability))),
      ]
    }
  }

  private static func overview(of group: GroupSummary) -> Group {
    let isEqual = group.rightCount == 0 || group.rightCount == group.answerCount
    let share = Double(group.rightCount) / Double(max(1, group.answerCount))
    let between = min(7, max(1, Int((share * 8).rounded())))
    return Group(
      eighths: isEqual ? (group.rightCount == 0 ? 0 : 8) : between,
      rightCount: NumberFormat.padded("\(group.rightCount)", width: 2), isEqual: isEqual)
  }

  private static func sign(_ advantage: Double) -> String {
    advantage > 0 ? "▲" : advantage < 0 ? "▼" : "="
  }

  private static func role(_ advantage: Double) -> ThemeRole {
    advantage > 0 ? .positive : advantage < 0 ? .negative : .textDim
  }

  private static func remark(
    on group: GroupRecord
  ) -> (phrases: [String], role: ThemeRole) {
    guard group.answers.contains(where: { !$0.tokens.isEmpty }) else { return ([], .textDim) }
    if group.answers.allSatisfy({ $0.advantage == 0 }) {
      let right = group.rightCount
      let all = right == group.answers.count ? "right" : right == 0 ? "wrong" : "equally rewarded"
      return (
        [
          "All \(group.answers.count) answers are \(all), so every advantage is 0: this group "
            + "teaches nothing.",
          "All answers \(all): every A is 0, nothing to learn.",
          "All \(all): every A is 0.", "All A are 0.",
        ], .warning
      )
    }
    if group.answers.allSatisfy({ $0.tokens.allSatisfy { $0.ratio == 1 } }) {
      return (GateRemark.ratiosAllOne, .accent)
    }
    return gateRemark(on: group)
  }

  private static func gateRemark(
    on group: GroupRecord
  ) -> (phrases: [String], role: ThemeRole) {
    var ratios: ClosedRange<Double>?
    var (kept, taken) = (0.0, 0.0)
    var hasGate = true
    for answer in group.answers {
      for index in answer.tokens.indices where answer.tokens[index].advantage != 0 {
        let ratio = answer.tokens[index].ratio
        ratios =
          ratios.map { min($0.lowerBound, ratio)...max($0.upperBound, ratio) } ?? ratio...ratio
        kept += answer.tokens[index].weightedPush
        guard let removed = answer.tokens[index].weightedRemoved else {
          hasGate = false
          continue
        }
        taken += removed
      }
    }
    let low = PanelNumbers.plain(ratios?.lowerBound, width: 5)
    let high = PanelNumbers.plain(ratios?.upperBound, width: 5)
    let range = "ρ \(low) to \(high)"
    guard hasGate else {
      return (["\(range) · this objective has no gate per token", range], .textDim)
    }
    let offered = taken + kept
    let share = offered > 0 ? taken / offered : 0
    let word = NumberFormat.padded(NumberFormat.share(share), width: 5)
    let offer = share < VerdictThresholds.idleRemovedShare ? "push: nearly idle" : "weighted push"
    return (
      [
        "\(range) · the gate took \(word) of this group's \(offer)",
        "\(range) · gate took \(word) of the group", "gate took \(word) of the group",
        "took \(word) of group",
      ], .textDim
    )
  }
}
