import Foundation
import LocalFiles
import RunComparison
import Testing
import TrainingTelemetry

@testable import RunExport

@Suite struct RunTablesTests {
  private let events: [TrainingEvent] = [
    .rollout(
      RolloutMetrics(
        iteration: 1, updatesBefore: 0, reward: 0.25, groupCount: 2, zeroVarianceGroups: 1,
        allRightGroups: 0, allWrongGroups: 1, truncatedAnswers: 0, answerCount: 8, tokenCount: 80,
        entropy: 0.5, seconds: 1)),
    .knobChange(
      KnobChange(
        name: "dual_clip", symbol: "c", oldValue: 3, newValue: nil, updatesBefore: 0, iteration: 1)),
    .objectiveChange(
      ObjectiveChange(
        oldObjective: "maspo", newObjective: "a,\"b\"", updatesBefore: 4, iteration: 1)),
    .evaluation(
      EvaluationMetrics(
        iteration: 1, updatesBefore: 4, promptCount: 2, samplesPerPrompt: 4, average: 0.125,
        pass: .nan, seconds: 2)),
  ]

  private func lines(_ name: String) throws -> [String] {
    let file = try #require(RunTables.files(of: events).first { $0.name == name })
    return file.text.split(separator: "\n").map(String.init)
  }

  @Test func numbersAreExactAndTextIsQuoted() throws {
    #expect(try lines("rollouts.csv")[1] == "1,0,0.25,2,1,0,1,8,0,80,0.5,1.0")
    #expect(try lines("evaluations.csv")[1] == "1,4,2,4,0.125,nan,2.0")
    let moves = try lines("knob_moves.csv")
    #expect(moves[1] == "0,1,dual_clip,3.0,none")
    #expect(moves[2] == "4,1,objective,maspo,\"a,\"\"b\"\"\"")
    #expect(try lines("updates.csv").count == 1)
  }

  /// The page explains exactly the columns that there are, in their order and with their units.
  @Test func thePageNamesEveryColumn() throws {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Sources/RunExport/RunExport.docc/Tables.md")
    let rows = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
      .filter { $0.hasPrefix("| `") }
      .map { row in
        row.split(separator: "|").prefix(2).map { $0.trimmingCharacters(in: .whitespaces) }
      }
    func expected<Row>(_ columns: [CSVColumn<Row>]) -> [[String]] {
      columns.map { ["`\($0.name)`", $0.unit] }
    }
    #expect(
      rows == expected(ExportColumns.updates) + [["`diagnostic_NAME`", "1"]]
        + expected(ExportColumns.rollouts) + expected(ExportColumns.evaluations)
        + expected(ExportColumns.moves) + expected(CurveTable.columns))
  }
}
