public import RunKnowledge
import TerminalCanvas
import Theming
import TrainingTelemetry

/// The pinned prompt's history and newest answers, without a layout.
public struct PinnedModel: Hashable {
  /// Answers with the same text, as one.
  struct Kind: Hashable {
    var answer: SampledAnswer
    var count: Int
  }

  var prompt: String
  /// Share of right answers, and mean entropy, over iterations.
  var rightShares: [LineChart.Point]
  var entropies: [LineChart.Point]
  var iterations: ClosedRange<Double>
  var facts: [Fact]
  /// Which weights the newest answers are of; longer wordings first.
  var place: [String]
  /// The answers that were given most often first.
  var kinds: [Kind]

  /// `nil` where nothing is pinned, or nothing was sampled yet.
  public init?(_ run: KnownRun) {
    guard let pinned = run.snapshot.pinned, let sample = pinned.sample else { return nil }
    prompt = pinned.prompt
    rightShares = pinned.points.map { LineChart.Point(x: Double($0.iteration), y: $0.rightShare) }
    entropies = pinned.points.map { LineChart.Point(x: Double($0.iteration), y: $0.entropy) }
    let first = Double(pinned.points.first?.iteration ?? 0)
    let last = Double(pinned.points.last?.iteration ?? 0)
    iterations = first...max(first + 5, last)
    let count = sample.answers.count
    let right = sample.answers.count(where: \.isRight)
    let digits = "\(count)".count
    facts = [
      Fact(
        "right", NumberFormat.padded("\(right)", width: digits) + "/\(count)", role: .rewardCurve),
      Fact("H", PanelNumbers.unit(sample.entropy), role: .entropyCurve),
    ]
    place =
      sample.position.total == 0
      ? ["the base policy's answers", "base policy"]
      : [
        "answers before update \(sample.position.total + 1)", "after \(sample.position.total)",
      ]
    kinds = Self.kinds(of: sample.answers)
  }

  /// Of equally frequent ones the first sampled comes first.
  private static func kinds(of answers: [SampledAnswer]) -> [Kind] {
    var kinds: [Kind] = []
    for answer in answers {
      // A cut-off text is another answer than the same text with its end.
      let index = kinds.firstIndex {
        $0.answer.text == answer.text && $0.answer.isTruncated == answer.isTruncated
      }
      if let index {
        kinds[index].count += 1
      } else {
        kinds.append(Kind(answer: answer, count: 1))
      }
    }
    return kinds.enumerated().sorted {
      (-$0.element.count, $0.offset) < (-$1.element.count, $1.offset)
    }
    .map(\.element)
  }
}
