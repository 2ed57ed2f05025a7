import TestSupport
import Testing
import TrainingTelemetry

@testable import RunKnowledge
@testable import TrainingDashboard

@Suite("Reports without a screen")
struct ReportingTests {
  @Test(arguments: [PlainTextReporter.Detail.brief, .full])
  func linesOfTheFixture(detail: PlainTextReporter.Detail) throws {
    var reporter = PlainTextReporter(detail)
    let lines = reporter.lines(for: try SnapshotFixture.load())
    assertSnapshot(
      lines.joined(separator: "\n"), named: "plain-\(detail == .brief ? "brief" : "full")")
  }

  @Test func everyIterationGetsItsLineOnce() throws {
    var reporter = PlainTextReporter()
    var snapshot = try SnapshotFixture.load()
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
    var snapshot = try SnapshotFixture.load()
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
    var snapshot = try SnapshotFixture.load()
    snapshot.events = []
    snapshot.status.stopReason = .nonFinite("update 12: loss is nan")
    #expect(reporter.lines(for: snapshot).last?.contains("update 12: loss is nan") == true)
    #expect(reporter.lines(for: snapshot) == [])
  }

  @Test func closingReport() throws {
    var state = try SnapshotFixture.state()
    let command = "maspo --preset heavy-reuse --seed 7"
    assertSnapshot(
      ClosingReport.lines(state.run.present, seconds: 93, command: command).joined(separator: "\n"),
      named: "closing-report")
    // Only the base policy was evaluated.
    let evaluations = state.run.present.history.evaluations
    state.run.present.history = MetricHistory()
    state.run.present.history.append(.evaluation(try #require(evaluations.first)))
    state.run.present.history.append(
      .update(try #require(state.run.present.snapshot.update?.metrics)))
    let early = ClosingReport.lines(state.run.present, seconds: 93, command: command)
    #expect(
      early[1] == "learnt base policy Avg@32 0.229, Pass@32 0.810, not evaluated since", "\(early)")
    // What a preview came to is no move.
    state.run.present.journal = Journal()
    state.run.present.journal.append(
      .init(kind: .information, updatesBefore: 5, text: "gate takes, previewed"))
    #expect(
      !ClosingReport.lines(state.run.present, seconds: 93, command: command).contains {
        $0.hasPrefix("moved")
      })
    state.run.present.history = MetricHistory()
    state.run.present.journal = Journal()
    let lines = ClosingReport.lines(state.run.present, seconds: 93, command: command)
    #expect(lines.count == 3 && lines[1].contains("middle") && lines[2] == "again  \(command)")
  }
}

@Suite("History and pace of frames")
struct HistoryAndPacerTests {
  @Test func historyIsBoundedAndCoversTheRunEvenly() throws {
    let template = try #require(try SnapshotFixture.load().update?.metrics)
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
    let template = try #require(try SnapshotFixture.load().update?.metrics)
    var history = MetricHistory()
    for total in 1...8000 {
      var metrics = template
      metrics.position.total = total
      history.append(.update(metrics))
    }
    #expect(history.updates.map(\.position.total) == Array(1...8000))
  }

  @Test func newsWaitsForItsFrameAndKeysDoNot() {
    var pacer = FramePacer()
    #expect(pacer.timeoutMilliseconds(at: 0, deadline: nil) == nil)
    pacer.change(isUrgent: false)
    #expect(pacer.isDue(at: 0))
    pacer.drew(at: 0)
    #expect(!pacer.isDue(at: 100))
    pacer.change(isUrgent: false)
    #expect(!pacer.isDue(at: 0.02))
    #expect(pacer.timeoutMilliseconds(at: 0.02, deadline: nil) == 14)
    pacer.change(isUrgent: true)
    #expect(pacer.isDue(at: 0.02))
    // A flood of keys is not drawn key by key.
    pacer.drew(at: 0.02)
    pacer.change(isUrgent: true)
    #expect(!pacer.isDue(at: 0.021))
    #expect(pacer.isDue(at: 0.029))
    // But a key that comes right after a frame of news is.
    pacer.drew(at: 0.03)
    pacer.change(isUrgent: false)
    pacer.drew(at: 0.07)
    pacer.change(isUrgent: true)
    #expect(pacer.isDue(at: 0.07))
  }

  /// News takes a fiftieth of the time at most, down to ten frames a second; keys do not wait.
  @Test(arguments: [(0.0005, 1.0 / 30), (0.0015, 0.075), (0.02, 0.1)])
  func newsIsDrawnLessOftenWhereFramesCostMuch(seconds: Double, interval: Double) {
    var pacer = FramePacer()
    for frame in 0..<60 {
      pacer.change(isUrgent: false)
      pacer.drew(at: Double(frame), seconds: seconds)
    }
    pacer.change(isUrgent: false)
    #expect(!pacer.isDue(at: 59 + 0.98 * interval))
    #expect(pacer.isDue(at: 59 + 1.001 * interval))
    pacer.change(isUrgent: true)
    #expect(pacer.isDue(at: 59))
  }

  @Test func sleepEndsAtTheDeadline() {
    var pacer = FramePacer()
    #expect(pacer.timeoutMilliseconds(at: 10, deadline: 10.5) == 500)
    #expect(pacer.timeoutMilliseconds(at: 11, deadline: 10.5) == 0)
    pacer.change(isUrgent: false)
    pacer.drew(at: 10)
    pacer.change(isUrgent: false)
    #expect(pacer.timeoutMilliseconds(at: 10, deadline: 10.01) == 10)
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
