import Foundation
import Testing

/// What the benchmark reports, not how fast it is.
@Suite(.fewAtATime) struct BenchmarkCommandTests {
  private struct Report: Decodable {
    struct Figure: Decodable {
      var name: String
      var median: Double
      var minimum: Double
      var maximum: Double
    }
    struct Point: Decodable {
      var variable: String
      var rolloutMilliseconds: Double
      var updateMilliseconds: Double
    }
    var schema: String
    var threads: Int
    var figures: [Figure]
    var scaling: [Point]
    var omissions: [String]
  }

  @Test func everyFigureIsThere() throws {
    let result = try FinishedProcess(
      "benchmark --json --repetitions 1 --threads 1 --no-scaling --no-terminal")
    #expect(result.status == 0, "\(result.errors)")
    let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    #expect(report.schema == "maspo-benchmark/1" && report.threads == 1)
    #expect(
      report.figures.map(\.name) == [
        "multiply-add peak", "rollout", "update", "iteration", "iteration / peak",
        "computed / peak", "warm start", "objective, single", "objective, double", "frame 120x40",
        "frame 200x60",
      ])
    for figure in report.figures {
      #expect(
        figure.median > 0 && figure.minimum <= figure.median && figure.median <= figure.maximum,
        "\(figure.name)")
    }
    let share = report.figures.first { $0.name == "computed / peak" }?.median ?? 2
    #expect(share < 1, "nothing is faster than the machine's multiply-adds")
    #expect(report.scaling.isEmpty && report.omissions.count == 2)
  }

  @Test(arguments: [
    ("--threads 0", "threads = 0 is", "1 … 256"),
    ("--repetitions 0", "repetitions = 0 is", "1 … 10000"),
  ])
  func badInputIsRefused(arguments: String, name: String, allowed: String) throws {
    let result = try FinishedProcess("benchmark \(arguments)")
    #expect(result.status != 0)
    #expect(result.errors.contains(name) && result.errors.contains(allowed))
  }
}
