import TestSupport
import Testing
import TrainingTelemetry

@testable import RunKnowledge

@Suite("Reports without a screen")
struct ReportingTests {
  @Test(arguments: [PlainTextReporter.Detail.brief, .full])
  func linesOfTheFixture(detail: PlainTextReporter.Detail) throws {
    var reporter = PlainTextReporter(detail)
    let lines = reporter.lines(for: try RunFixture.load())
    assertSnapshot(
      lines.joined(separator: "\n"), named: "plain-\(detail == .brief ? "brief" : "full")")
  }

  @Test func everyIterationGetsItsLineOnce() throws {
    var reporter = PlainTextReporter()
    var snapshot = try RunFixture.load()
    let lines = reporter.lines(for: snapshot)
    // Five whole iterations; the sixth has not ended.
    #expect(lines.count { $0.hasPrefix("iteration ") } == 5)
    snapshot.events = []
    #expect(reporter.lines(for: snapshot) == [])
    var metrics = try #require(snapshot.update?.metrics)
    metrics.position.update = 32
    snapshot.events = [.update(metrics)]
    let more = reporter.lines(for: snapshot)
    #expect(more.count == 1 && more[0].hasPrefix("iteration 6, reward 0.5"))
  }

  @Test func warmStartIsReportedInTenths() throws {
    var reporter = PlainTextReporter()
    var snapshot = try RunFixture.load()
    snapshot.events = []
    snapshot.status.phase = .warmingUp
    var count = 0
    for step in 0..<1000 {
      snapshot.status.warmStart = WarmStartProgress(
        step: step, stepCount: 1000, loss: 1, attempt: 1, secondsLeft: 3)
      count += reporter.lines(for: snapshot).count { $0.hasPrefix("warm start") }
    }
    #expect(count == 10)
  }

  @Test func endIsSaidOnce() throws {
    var reporter = PlainTextReporter()
    var snapshot = try RunFixture.load()
    snapshot.events = []
    snapshot.status.stopReason = .nonFinite("update 12: loss is nan")
    #expect(reporter.lines(for: snapshot).last?.contains("update 12: loss is nan") == true)
    #expect(reporter.lines(for: snapshot) == [])
  }

  @Test func closingReport() throws {
    var run = try WatchedRun(RunFixture.load())
    let command = "maspo --preset heavy-reuse --seed 7"
    assertSnapshot(
      ClosingReport.lines(run.present, seconds: 93, command: command).joined(separator: "\n"),
      named: "closing-report")
    // Only the base policy was evaluated.
    let evaluations = run.present.history.evaluations
    run.present.history = MetricHistory()
    run.present.history.append(.evaluation(try #require(evaluations.first)))
    run.present.history.append(
      .update(try #require(run.present.snapshot.update?.metrics)))
    let early = ClosingReport.lines(run.present, seconds: 93, command: command)
    #expect(
      early[1] == "learnt base policy Avg@32 0.229, Pass@32 0.810, not evaluated since", "\(early)")
    // What a preview came to is no move.
    run.present.journal = Journal()
    run.present.journal.append(
      .init(kind: .information, updatesBefore: 5, text: "gate takes, previewed"))
    #expect(
      !ClosingReport.lines(run.present, seconds: 93, command: command).contains {
        $0.hasPrefix("moved")
      })
    run.present.history = MetricHistory()
    run.present.journal = Journal()
    let lines = ClosingReport.lines(run.present, seconds: 93, command: command)
    #expect(lines.count == 3 && lines[1].contains("middle") && lines[2] == "again  \(command)")
  }
}

@Suite("History")
struct HistoryAndPacerTests {
  @Test func historyIsBoundedAndCoversTheRunEvenly() throws {
    let template = try #require(try RunFixture.load().update?.metrics)
    var history = MetricHistory()
    let count = 60_000
    for total in 1...count {
      var metrics = template
      metrics.position.total = total
      history.append(.update(metrics))
      #expect(
        history.updates.count
          <= MetricHistory.olderCapacity + 2 * MetricHistory.recentCapacity)
    }
    let totals = history.updates.map(\.position.total)
    #expect(totals == totals.sorted() && Set(totals).count == totals.count)
    #expect(totals.suffix(MetricHistory.recentCapacity).first == count - 4095)
    #expect(totals.last == count)
    let older = totals.filter { $0 <= count - 2 * MetricHistory.recentCapacity }
    let gaps = Set(zip(older, older.dropFirst()).map { $1 - $0 })
    #expect(gaps == [8], "one even stride, not a vanishing past")
  }

  @Test func shortHistoryIsWhole() throws {
    let template = try #require(try RunFixture.load().update?.metrics)
    var history = MetricHistory()
    for total in 1...8000 {
      var metrics = template
      metrics.position.total = total
      history.append(.update(metrics))
    }
    #expect(history.updates.map(\.position.total) == Array(1...8000))
  }
}

@Suite("Words for how many")
struct CountedTests {
  @Test(arguments: [(0, "0 updates"), (1, "1 update"), (2, "2 updates"), (-1, "-1 updates")])
  func oneIsSingular(count: Int, words: String) {
    #expect(counted(count, "update") == words)
  }

  @Test func aPluralMayBeIrregular() {
    #expect(
      [0, 1, 7].map { counted($0, "entry", plural: "entries") } == [
        "0 entries", "1 entry", "7 entries",
      ])
  }
}
