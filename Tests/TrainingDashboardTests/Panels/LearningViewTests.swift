import TerminalCanvas
import Testing
import TrainingTelemetry

@testable import RunKnowledge
@testable import RunViews
@testable import TrainingDashboard

@Suite("Views of the learning panel")
struct LearningViewTests {
  @Test(arguments: LearningView.allCases)
  func aViewShowsItsChart(view: LearningView) throws {
    var state = try SnapshotFixture.state()
    state.views.learning = view
    let charts = try #require(
      LearningModel(
        state.shown.history, view: state.views.learning, span: state.views.learningSpan,
        isLogarithmic: state.views.hasLogarithmicCurves)
    ).charts
    #expect(view == .overview ? charts.count == 5 : charts.map(\.view) == [view])
    for quantity in charts.flatMap(\.quantities) {
      #expect(
        try #require(
          LearningModel(
            state.shown.history, view: state.views.learning, span: state.views.learningSpan,
            isLogarithmic: state.views.hasLogarithmicCurves)
        ).curves[quantity]?.isEmpty == false)
    }
  }

  @Test func theSpanEndsAtTheNewestValue() throws {
    var state = try SnapshotFixture.state()
    let last = try #require(state.run.present.history.updates.last)
    let end = LearningModel.axisPosition(of: last.position)
    state.views.learningSpan = .last10
    let short = try #require(
      LearningModel(
        state.shown.history, view: state.views.learning, span: state.views.learningSpan,
        isLogarithmic: state.views.hasLogarithmicCurves)
    ).xRange
    #expect(short.upperBound - short.lowerBound == 10)
    #expect(short.upperBound >= end)
    state.views.learningSpan = .wholeRun
    #expect(
      try #require(
        LearningModel(
          state.shown.history, view: state.views.learning, span: state.views.learningSpan,
          isLogarithmic: state.views.hasLogarithmicCurves)
      ).xRange.lowerBound == 0)
  }

  @Test func onlyQuantitiesWithoutAnUpperEndGetALogarithm() throws {
    var state = try SnapshotFixture.state()
    state.views.hasLogarithmicCurves = true
    let charts = try #require(
      LearningModel(
        state.shown.history, view: state.views.learning, span: state.views.learningSpan,
        isLogarithmic: state.views.hasLogarithmicCurves)
    ).charts
    #expect(
      charts.filter { $0.scale == .logarithmic }.map(\.view) == [.kl, .entropy, .gradientNorms])
    #expect(charts.allSatisfy { ($0.scale == .logarithmic) == ($0.range == nil) })
  }
}
