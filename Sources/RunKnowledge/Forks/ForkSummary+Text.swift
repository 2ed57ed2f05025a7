import BoundedNumbers
import TerminalCanvas

extension ForkSummary {
  /// The summary as a table with its words, a line a row, that ends in a newline.
  public var text: String {
    let header = [
      "", "unchanged", "changed", "changed − unchanged [95 %]", "in words",
      "placebo − unchanged [95 %]",
    ]
    let lines =
      [header]
      + rows.map { row in
        [
          row.measure.title(k: samplesPerPrompt), Self.text(row.unchanged, row.measure),
          Self.text(row.changed, row.measure), Self.text(row.difference, row.measure),
          row.words.rawValue, Self.text(row.placeboDifference, row.measure),
        ]
      }
    let widths = header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    let table = lines.map { line in
      let cells = zip(line, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }
      return String(cells.joined(separator: "  ").trimmingSuffix(" "))
    }
    return ([title] + table + [""] + closing).joined(separator: "\n") + "\n"
  }

  private var title: String {
    "\(task), \(preset), \(objective): from update \(update) (iteration \(iteration)) "
      + "\(iterations) iterations on, \(finishedPairs) of \(plannedPairs) pairs\nchanged: \(change)"
  }

  private var closing: [String] {
    [
      sentence + ".",
      "mean ± standard error over the replicas; in brackets the 95 % confidence interval of the",
      "difference, paired by replica (Student t). The placebo has one weight moved by 1e-6.",
    ]
  }

  /// What may be said of the change, without a full stop.
  public var sentence: String {
    let row = main
    let name = row.measure.title(k: samplesPerPrompt)
    switch row.words {
    case .tooFewPairs:
      return
        "too few pairs for a word: \(finishedPairs) of at least \(PairedDifference.fewestPairs)"
    case .notToldApart:
      let more =
        row.morePairs.map {
          "; if the difference is what it seems, about \($0) more pairs would tell"
        } ?? "; more pairs than can be made would be needed to tell"
      return "\(name) is not told apart from chance: "
        + Self.text(row.difference, row.measure) + more
    case .better, .worse, .higher, .lower:
      let chance =
        row.placeboWords == .notToldApart || row.placeboWords == .tooFewPairs
        ? "" : "; so does the placebo, by chance: do not trust this one"
      return "\(name) gets \(row.words.rawValue): "
        + Self.text(row.difference, row.measure) + chance
    }
  }

  /// `0.412±0.010`; of collapses how many of how many.
  public static func text(_ estimate: MeanEstimate?, _ measure: ForkMeasure) -> String {
    guard let estimate else { return NumberFormat.missing }
    if measure == .collapse {
      return
        "\(Int(bounded: (estimate.mean * Double(estimate.count)).rounded())) of \(estimate.count)"
    }
    return NumberFormat.fixed(estimate.mean, decimals: measure.decimals)
      + (estimate.standardError.map {
        "±" + NumberFormat.fixed($0, decimals: measure.decimals)
      } ?? "")
  }

  /// `+0.031 [+0.010, +0.052]`, without the interval where there is none.
  public static func text(_ difference: PairedDifference?, _ measure: ForkMeasure) -> String {
    guard let difference else { return NumberFormat.missing }
    func signed(_ value: Double) -> String {
      // A minus sign as wide as the plus sign.
      String(
        NumberFormat.signed(value, decimals: measure.decimals).map { $0 == "-" ? "−" : $0 })
    }
    guard let lower = difference.lower, let upper = difference.upper else {
      return signed(difference.estimate.mean)
    }
    return "\(signed(difference.estimate.mean)) [\(signed(lower)), \(signed(upper))]"
  }
}

extension String {
  fileprivate func trimmingSuffix(_ character: Character) -> Substring {
    var end = endIndex
    while end > startIndex, self[index(before: end)] == character { end = index(before: end) }
    return self[..<end]
  }
}
