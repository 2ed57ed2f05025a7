import TerminalCanvas
import Testing
import Theming
import TrainingTelemetry

@testable import RunKnowledge
@testable import RunViews
@testable import TrainingDashboard

/// Which answers are listed, in which order, and which group a key looks for.
@Suite("Finding answers and groups")
struct AnswerViewTests {
  @discardableResult
  private func press(_ keys: String, _ state: inout DashboardState) throws -> [DashboardEffect] {
    try KeySequence(parsing: keys).keys.flatMap { key in
      KeyBindingCatalog.action(for: key, in: state).map { state.reduce($0, at: 10) } ?? []
    }
  }

  private func group(_ state: DashboardState) throws -> GroupRecord {
    try #require(state.run.present.snapshot.rollout?.group)
  }

  /// In the fixture the first nine of sixteen answers are right, and numbers 0 and 8 are in the
  /// minibatch.
  @Test func filtersListTheirKind() throws {
    var state = try SnapshotFixture.state()
    let group = try group(state)
    func listed() -> [Int] { state.listedAnswers }
    #expect(listed() == Array(0..<16))
    try press("a", &state)
    #expect(state.answerView.filter == .right && listed() == Array(0..<9))
    try press("a", &state)
    #expect(state.answerView.filter == .wrong && listed() == Array(9..<16))
    #expect(state.message?.text == "wrong answers only, as sampled")
    #expect(state.selection.answer == 9, "the cursor is on an answer that is listed")
    try press("a", &state)
    #expect(listed() == group.answers.indices.filter { group.answers[$0].isInMinibatch })
    try press("a", &state)
    #expect(state.answerView == AnswerView())
  }

  @Test func ordersAreFallingAndKeepEqualOnesAsSampled() throws {
    var state = try SnapshotFixture.state()
    let group = try group(state)
    for order in [AnswerOrder.largestUpdate, .attenuation] {
      try press("A", &state)
      #expect(state.answerView.order == order)
      let keys = state.listedAnswers.map { order.key(of: group.answers[$0]) }
      #expect(keys == keys.sorted(by: >) && Set(state.listedAnswers).count == 16)
    }
    let pushes = group.answers.map { $0.tokens.map(\.weightedPush).reduce(0, +) }
    var view = AnswerView()
    view.order = .largestUpdate
    #expect(view.answers(of: group).first == pushes.indices.max { pushes[$0] < pushes[$1] })
    var equal = group
    for answer in equal.answers.indices { equal.answers[answer].tokens = [] }
    #expect(view.answers(of: equal) == Array(0..<16))
  }

  @Test func theCursorFollowsTheListAndTheTokenStaysTheAnswersOwn() throws {
    var state = try SnapshotFixture.state()
    try press("A", &state)
    let listed = state.listedAnswers
    state.selection.answer = listed[0]
    try press("<down>", &state)
    #expect(state.selection.answer == listed[1])
    try press(String(repeating: "<down>", count: 30), &state)
    #expect(state.selection.answer == listed[15])
    try press("<up>", &state)
    #expect(state.selection.answer == listed[14])
    let model = try #require(TokensPanel.model(state))
    #expect(model.selectedAnswer == 14)
    let text = model.answers[14].tokens.map(\.symbol)
    #expect(text == (try group(state)).answers[listed[14]].tokens.map(\.symbol))
  }

  @Test func aNewSnapshotKeepsTheCursorOnAListedAnswer() throws {
    var state = try SnapshotFixture.state()
    try press("aaa", &state)
    #expect(state.answerView.filter == .minibatch && state.selection.answer == 0)
    var snapshot = state.run.present.snapshot
    snapshot.rollout?.group.answers[0].isInMinibatch = false
    _ = state.reduce(.snapshotArrived(snapshot), at: 11)
    #expect(state.selection.answer == 8)
  }

  @Test func landmarksAreSoughtAmongTheListed() throws {
    var state = try SnapshotFixture.state()
    try press("af", &state)
    let group = try group(state)
    let right = group.answers.filter { $0.reward > 0 }.flatMap(\.tokens)
    let found = group.answers[state.selection.answer].tokens[state.selection.token]
    #expect(found.ratio == right.map(\.ratio).max())
    try press("f", &state)
    #expect(state.selection.answer < 9)
  }

  @Test func theCaptionSaysWhatHolds() throws {
    var state = try SnapshotFixture.state()
    let context = DrawingContext(theme: .builtIn, glyphs: .braille)
    func caption() -> String { TokensPanel.caption(state, context) }
    #expect(caption() == "group 5/16 · 9 ✓, 7 ✗ · lens removed")
    try press("aaA", &state)
    #expect(caption() == "group 5/16 · 7 wrong, by update · lens removed")
    try press("aaA", &state)
    #expect(caption() == "group 5/16 · 16 answers, by removed · lens removed")
  }

  @Test func anEmptyListSaysSo() throws {
    var state = try SnapshotFixture.state(width: 120, height: 40)
    let count = state.run.present.snapshot.rollout?.group.answers.count ?? 0
    for index in 0..<count { state.run.present.snapshot.rollout?.group.answers[index].reward = 1 }
    try press("aa", &state)
    #expect(state.listedAnswers.isEmpty)
    #expect(state.message?.text.contains("there are none") == true)
    for size in [(40, 12), (120, 40), (200, 60)] {
      let frame = DashboardScreen.render(
        state, size: ScreenSize(width: size.0, height: size.1), theme: .builtIn, glyphs: .braille)
      #expect(size.0 == 40 || frame.text.contains("wrong answers only"))
    }
    try press("<down><up>f", &state)
    #expect(state.message?.text.contains("wrong answers only") == true)
  }

  // MARK: Groups

  @Test func theNextMixedGroupSkipsThoseThatTeachNothing() throws {
    var state = try SnapshotFixture.state()
    // Group 4 is shown; of the others, in fours: all right, none right, 5 and 12 of 16.
    #expect(try press("n", &state) == [.send(.followGroups(from: 6))])
    #expect(try press("n", &state) == [.send(.followGroups(from: 7))])
    #expect(try press("n", &state) == [.send(.followGroups(from: 10))])
    let count = state.run.present.snapshot.rollout?.groups.count ?? 0
    for index in 0..<count { state.run.present.snapshot.rollout?.groups[index].rightCount = 0 }
    #expect(try press("n", &state) == [])
    #expect(state.message?.text.contains("no other group") == true)
  }

  @Test func groupsAreWalkedByWhatTheGateTook() throws {
    var state = try SnapshotFixture.state()
    #expect(try press("w", &state) == [])
    #expect(state.message?.text.contains("known after an update") == true)
    let count = state.run.present.snapshot.rollout?.groups.count ?? 0
    for index in 0..<count { state.run.present.snapshot.rollout?.groups[index].weightedRemoved = 0 }
    #expect(try press("w", &state) == [])
    #expect(state.message?.text.contains("took nothing") == true)
    state.run.present.snapshot.rollout?.groups[3].weightedRemoved = 0.002
    state.run.present.snapshot.rollout?.groups[9].weightedRemoved = 0.005
    #expect(try press("w", &state) == [.send(.showGroup(9))])
    #expect(state.message?.text.contains("group 10: the gate took 0.00500") == true)
    #expect(try press("w", &state) == [.send(.showGroup(3))])
    #expect(try press("w", &state) == [.send(.showGroup(9))], "around the end")
  }

  @Test func groupsOfThePastAreNotAskedFor() throws {
    var state = try SnapshotFixture.state()
    var snapshot = state.run.present.snapshot
    snapshot.status.position.total += 1
    snapshot.update?.metrics.position = snapshot.status.position
    _ = state.reduce(.snapshotArrived(snapshot), at: 1)
    _ = state.reduce(.scrub(.moments(-1)), at: 2)
    #expect(try press("n", &state) == [])
    #expect(state.message?.text.contains("past") == true)
    try press("a", &state)
    #expect(state.answerView.filter == .right, "looking is free")
  }
}
