import PolicyObjectives
public import RunKnowledge
import TerminalCanvas
import TrainingTelemetry

/// A preview in words: what would change, and what the gate would take and leave.
public struct PreviewText {
  let preview: KnobPreview
  /// Of the moment shown.
  let rows: [KnobRow]

  public init(preview: KnobPreview, rows: [KnobRow]) {
    self.preview = preview
    self.rows = rows
  }

  /// Longer wordings first.
  public var phrases: [String] {
    let moves = "Preview \(self.moves.joined(separator: ", "))"
    let dose = self.dose
    guard let before = preview.before?.metrics, let after = preview.after?.metrics else {
      return ["\(moves): no gate of the last minibatch would change.\(dose)"]
    }
    if before.ratioMinimum == 1, before.ratioMaximum == 1 {
      return [
        "\(moves): every ρ of the last minibatch is 1, so no gate would differ yet.\(dose)",
        "\(moves): every ρ is 1, so no gate differs yet.",
      ]
    }
    let word = NumberFormat.share
    func change(_ value: (UpdateMetrics) -> Double?) -> String {
      "\(word(value(before))) → \(word(value(after)))"
    }
    func push(_ value: (UpdateMetrics) -> Double) -> String {
      "\(NumberFormat.significant(value(before))) → \(NumberFormat.significant(value(after)))"
    }
    let total = change(\.removedShare)
    let up = change(\.positive.removedShare)
    let down = change(\.negative.removedShare)
    return [
      "\(moves): the gate would take \(total) of the last minibatch (▲ \(up), push "
        + "\(push(\.positive.weightedPush)); ▼ \(down), push \(push(\.negative.weightedPush))), "
        + "attenuating \(change(\.attenuatedShare)) of its tokens.\(dose)",
      "\(moves): the gate would take \(total) (▲ \(up), ▼ \(down)).\(dose)",
      "\(moves): gate takes \(total), ▲ \(up), ▼ \(down)",
      "Gate takes \(total), ▲ \(up), ▼ \(down)",
    ]
  }

  /// `σ_base 0.3 → 0.1` for every row that would change; both betas as one where they move so.
  private var moves: [String] {
    let rows = self.rows.filter { row in
      row.names.allSatisfy { preview.value(of: $0) != nil }
        && Set(row.names.map { preview.value(of: $0) }).count == 1
    }
    let merged = Set(rows.filter { $0.names.count > 1 }.flatMap(\.names))
    return rows.filter { $0.names.count > 1 || !merged.contains($0.names[0]) }.map { row in
      let now = row.isMixed ? "mixed" : KnobFormat.text(row.future)
      return "\(row.symbol) \(now) → \(KnobFormat.text(preview.value(of: row.names[0])?.value))"
    }
  }

  private var dose: String {
    switch preview.dose {
    case .solved: " Dose held by σ_base."
    case .noSolution(let reason): " The dose cannot be held: \(reason)."
    case nil: ""
    }
  }
}
