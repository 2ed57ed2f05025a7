import Foundation
import PolicyObjectives
import Testing
import TrainingTelemetry

@testable import AttachedRuns

/// What a dashboard is given of a run of another trainer.
@Suite("Attached runs as snapshots") struct AttachedViewTests {
  private func path(_ name: String) -> String {
    AttachedRunTests.fixtures.appendingPathComponent(name).path
  }

  private func snapshots(_ name: String) -> [TrainingSnapshot] {
    var view = AttachedView(path: path(name))
    return view.poll(now: 0, isFinal: true)
  }

  private func earlierEvents(path: String, before step: Int) -> [TrainingEvent] {
    var reading = EarlierSteps(path: path, before: step)
    while reading.readStep() {}
    return reading.events
  }

  private func steps(_ name: String, maspo: MASPOObjective = MASPOObjective()) -> [AttachedStep] {
    var run = AttachedRun(path: path(name), maspo: maspo)
    return run.poll(isFinal: true)
  }

  private func isNear(_ left: Double?, _ right: Double?) -> Bool {
    guard let left, let right else { return left == nil && right == nil }
    return abs(left - right) <= 1e-12 * max(1, abs(right))
  }

  @Test(arguments: AttachedRunTests.runs)
  func everyStepIsASnapshotWithTheFiguresOfTheLines(name: String) throws {
    let steps = steps(name)
    let snapshots = snapshots(name)
    #expect(snapshots.count == steps.count)
    for (snapshot, step) in zip(snapshots, steps) {
      let metrics = try #require(snapshot.update?.metrics)
      #expect(metrics.position.total == step.figures.step)
      #expect(isNear(metrics.loss, step.figures.loss))
      #expect(isNear(metrics.entropy, step.figures.entropy))
      #expect(isNear(metrics.ratioMinimum, step.figures.ratioMin))
      #expect(isNear(metrics.ratioMaximum, step.figures.ratioMax))
      #expect(isNear(metrics.removedShare, step.figures.removedShare))
      let buckets = try #require(snapshot.update?.buckets)
      #expect(buckets.reduce(0) { $0 + $1.activeTokenCount } == metrics.activeTokenCount)
      let rollout = try #require(snapshot.rollout)
      #expect(isNear(rollout.metrics.reward, step.figures.reward))
      #expect(rollout.metrics.zeroVarianceGroups == step.figures.equalGroups)
    }
  }

  @Test(arguments: AttachedRunTests.runs)
  func whatAStreamCannotTellIsAbsent(name: String) throws {
    for snapshot in snapshots(name) {
      let metrics = try #require(snapshot.update?.metrics)
      #expect(metrics.klMean == nil && metrics.klMaximum == nil && metrics.clipFactor == nil)
      #expect(metrics.positive.gradientNorm == nil && metrics.gradientCosine == nil)
      #expect(metrics.realisedStepOnBatch == nil)
      #expect(snapshot.identity.seed == nil)
      // The estimate of a divergence cannot be below 0.
      #expect(try #require(metrics.klEstimate) >= 0)
    }
  }

  /// The tokens of the group shown are those of the step, judged as the step was.
  @Test(arguments: AttachedRunTests.runs)
  func tokensOfAGroupAddUpToItsPart(name: String) throws {
    for snapshot in snapshots(name) {
      let rollout = try #require(snapshot.rollout)
      let group = rollout.group
      let taken = group.answers.flatMap(\.tokens).compactMap(\.weightedRemoved).reduce(0, +)
      let said = try #require(rollout.groups[group.index].weightedRemoved)
      #expect(isNear(taken, said))
      #expect(group.answers.allSatisfy { !$0.tokens.isEmpty })
      #expect(group.prompt.contains("="))
    }
  }

  @Test func aPositionCountsRolloutsAndPasses() {
    let positions = snapshots("grpo").map(\.status.position)
    #expect(positions.map(\.total) == Array(1...16))
    #expect(positions.map(\.iteration) == (1...8).flatMap { [$0, $0] })
    #expect(positions.map(\.update) == (1...8).flatMap { _ in [1, 2] })
    #expect(positions.allSatisfy { $0.updatesPerIteration == 2 })
  }

  /// MASPO in place of the trainer's GRPO takes what the lines say it would.
  @Test func anotherObjectiveJudgesTheSameTokens() throws {
    var maspo = MASPOObjective()
    try maspo.set("sigma_base", to: 0.2)
    let expected = try #require(steps("grpo", maspo: maspo).last?.figures.maspoRemovedShare)
    var view = AttachedView(path: path("grpo"))
    let theirs = try #require(view.poll(now: 0, isFinal: true).last)
    #expect(theirs.status.objective == "grpo" && theirs.status.attachment?.isWhatIf == false)
    view.obey(.setObjective("maspo"))
    view.obey(.setKnobs([KnobSetting(name: "sigma_base", value: 0.2)]))
    let ours = view.takeSnapshot(at: 0)
    #expect(ours.status.objective == "maspo" && ours.status.attachment?.isWhatIf == true)
    #expect(ours.status.attachment?.objective == "grpo")
    #expect(isNear(ours.update?.metrics.removedShare, expected))
    #expect(!isNear(ours.update?.metrics.removedShare, theirs.update?.metrics.removedShare))
    #expect(ours.update?.metrics.loss == theirs.update?.metrics.loss)
    view.obey(.setObjective("grpo"))
    let back = view.takeSnapshot(at: 0)
    #expect(back.update == theirs.update && back.status.attachment?.isWhatIf == false)
  }

  @Test func everyObjectiveOfTheCatalogJudges() {
    for name in ObjectiveCatalog.names {
      var view = AttachedView(path: path("grpo"))
      _ = view.poll(now: 0, isFinal: true)
      view.obey(.setObjective(name))
      let snapshot = view.takeSnapshot(at: 0)
      #expect(snapshot.update?.objective.name == name)
    }
  }

  @Test func anotherGroupIsShownUntilThePersonLetsGo() throws {
    var view = AttachedView(path: path("grpo"))
    let first = try #require(view.poll(now: 0, isFinal: true).last?.rollout?.group.index)
    view.obey(.showGroup(1 - first))
    let other = try #require(view.takeSnapshot(at: 0).rollout?.group)
    #expect(other.index == 1 - first)
  }

  /// A long stream is read in parts, and each part once.
  @Test func aLimitLeavesTheRestForLater() throws {
    var view = AttachedView(path: path("grpo"))
    var totals: [Int] = []
    while true {
      let snapshots = view.poll(now: 0, isFinal: true, steps: 1)
      if snapshots.isEmpty { break }
      // The end of the run is one more snapshot of the last step.
      for total in snapshots.map(\.status.position.total) where total != totals.last {
        totals.append(total)
      }
    }
    #expect(totals == Array(1...16))
  }

  @Test func earlierEventsEndBeforeTheStep() {
    let updates = earlierEvents(path: path("grpo"), before: 7).compactMap { event -> Int? in
      if case .update(let metrics) = event { metrics.position.total } else { nil }
    }
    #expect(updates == Array(1...6))
  }

  /// Of many segments the newest come first, and what lies before them is in the events.
  @Test func theNewestSegmentsAreReadFirst() throws {
    let words = #""old":"trainer""#
    let streams = (0..<5).map { segment in
      var stream = StreamFixture(words)
      for step in 1...4 { stream.step(4 * segment + step, difference: 0) }
      return stream
    }
    try streams[0].inFolder { folder in
      for (number, stream) in streams.enumerated() {
        try Data(stream.frames).write(
          to: URL(fileURLWithPath: folder + "/rank-00000.0001.00000\(number).msp"))
      }
      var view = AttachedView(path: folder, newestFirst: true)
      #expect(view.poll(now: 0).map(\.status.position.total) == Array(13...20))
      #expect(view.firstOfNewest == 13)
      let updates = earlierEvents(path: folder, before: 13).compactMap { event -> UpdatePosition? in
        if case .update(let metrics) = event { metrics.position } else { nil }
      }
      #expect(updates.map(\.total) == Array(1...12))
      var whole = AttachedView(path: folder)
      let positions = whole.poll(now: 0).map(\.status.position)
      #expect(positions.prefix(12).map(\.iteration) == updates.map(\.iteration))
    }
  }

  @Test func aLargeStepKeepsWholeAnswersForPreviews() throws {
    let step = try #require(steps("grpo").last)
    let judgement = try #require(StepJudgement(step, by: GRPOObjective()))
    let kept = judgement.kept(limit: 100)
    #expect(kept.tokenCount <= judgement.record.tokenCount / 2 && kept.tokenCount > 0)
    #expect(kept.sequenceLengths.reduce(0, +) == kept.tokenCount)
    #expect(kept.gates.count == kept.tokenCount && kept.entropies.count == kept.tokenCount)
  }

  /// Counts at the edge are refused where they come in, so that nothing that adds to one can trap.
  @Test(arguments: [Int.max, Int.min, -1, 1 << 49])
  func countsThatNoRunHasAreLeftAside(count: Int) throws {
    for words in [
      #"{"step":\#(count),"dropped":0}"#, #"{"step":2,"dropped":\#(count)}"#,
    ] {
      var stream = StreamFixture()
      stream.step(1, difference: 0)
      stream.add("step", words)
      stream.add("update", #"{"step":\#(count),"micro":\#(count),"epoch":\#(count)}"#)
      stream.add("rollout", #"{"rollout":\#(count),"step":\#(count)}"#)
      stream.add("control", #"{"id":1,"step":\#(count),"accepted":true}"#)
      stream.step(2, difference: 0.1)
      try stream.inFolder { folder in
        var view = AttachedView(path: folder)
        #expect(view.poll(now: 0, isFinal: true).map(\.status.position.total) == [1, 2])
        #expect(view.takeSnapshot(at: 0).status.attachment?.damagedFrames == 4)
      }
    }
  }

  @Test func aFolderWithoutAStreamSaysWhatIsWaitedFor() throws {
    var view = AttachedView(path: "/nonexistent-\(UUID().uuidString)")
    let snapshots = view.poll(now: 0)
    #expect(snapshots.allSatisfy { $0.update == nil })
    #expect(view.takeSnapshot(at: 0).status.attachment?.awaited?.contains("rank-*.msp") == true)
  }

  @Test func dataGrowOldAndTheHeaderIsTold() throws {
    var stream = StreamFixture()
    stream.step(1, difference: 0)
    stream.add("step", #"{"step":1,"time":100}"#)
    try stream.inFolder { folder in
      var view = AttachedView(path: folder)
      _ = view.poll(now: 101)
      #expect(view.takeSnapshot(at: 107.5).status.attachment?.age == 7.5)
      #expect(view.poll(now: 107.5).isEmpty)
      #expect(!view.poll(now: 109).isEmpty || !view.poll(now: 110.2).isEmpty)
    }
  }
}

@Suite("Text of tokens") struct TokenTextTests {
  @Test func aCharacterInPartsIsPrintedByTheTokenThatEndsIt() {
    let text = TokenText(pieces: [
      1: [0xE4, 0xBD], 2: [0xA0], 3: Array("a\n".utf8), 4: [0xFF], 5: Array("\u{1B}[2J".utf8),
    ])
    #expect(text.symbols([1, 2, 3]) == ["·", "你", "a⏎"])
    #expect(text.symbols([9]) == ["⟨9⟩"])
    #expect(text.symbols([4]) == ["\u{FFFD}"])
    #expect(text.symbols([5]) == ["\\u001b[2J"])
    // What never ends is no part of what comes later.
    #expect(text.symbols([1, 9, 3]) == ["·", "⟨9⟩", "a⏎"])
  }

  @Test func aLongPromptKeepsItsEnd() {
    let text = TokenText(pieces: [1: Array("ab".utf8)])
    #expect(text.text([1, 1, 1], limit: 6) == "ababab")
    #expect(text.text([1, 1, 1, 1], limit: 5) == "…babab")
  }
}

/// Requests reach the control file as the page ProbeStream says, and are answered in the stream.
@Suite("Steering") struct SteeringTests {
  private func lines(_ folder: String) throws -> [[String: Any]] {
    let text = try String(contentsOfFile: folder + "/control.jsonl", encoding: .utf8)
    #expect(text.hasSuffix("\n"))
    return try text.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func requestsArePendingUntilTheyAreAnswered() throws {
    var stream = StreamFixture(#""old":"trainer","control":true,"attempt":1"#)
    stream.step(1, difference: 0)
    try stream.inFolder { folder in
      var view = AttachedView(path: folder)
      _ = view.poll(now: 0)
      view.obey(.pause)
      view.obey(.stepUpdate)
      view.obey(.setKnobs([KnobSetting(name: "eps_low", value: 0.3)]))
      let pending = view.takeSnapshot(at: 0)
      #expect(pending.status.attachment?.pendingRequest == "set")
      #expect(pending.knob(named: "eps_low")?.pending == PendingValue(value: 0.3))
      #expect(pending.knob(named: "eps_low")?.value == 0.2)
      let lines = try lines(folder)
      #expect(lines.map { $0["command"] as? String } == ["pause", "step", "set"])
      #expect(lines.allSatisfy { $0["attempt"] as? Int == 1 })
      #expect(lines[1]["count"] as? Int == 1)
      #expect((lines[2]["values"] as? [String: Double]) == ["eps_low": 0.3])

      let id = try #require(lines[2]["id"] as? String)
      stream.add(
        "control",
        #"{"id":"\#(id)","command":"set","accepted":true,"step":1,"state":"paused"}"#)
      try stream.write(into: folder)
      let settled = try #require(view.poll(now: 0).last)
      #expect(settled.status.attachment?.pendingRequest == nil)
      #expect(settled.status.mode == .paused)
    }
  }

  /// A trainer stands still when the steps are made that were asked for, answered at once or not.
  @Test func stepsThatWereAskedForEndInAPause() throws {
    var stream = StreamFixture(#""old":"trainer","control":true,"attempt":1"#)
    stream.step(1, difference: 0)
    try stream.inFolder { folder in
      var view = AttachedView(path: folder)
      _ = view.poll(now: 0)
      view.obey(.stepUpdate)
      view.obey(.stepUpdate)
      let id = try #require(lines(folder).last?["id"] as? String)
      stream.add(
        "control",
        #"{"id":"\#(id)","command":"step","accepted":true,"step":1,"state":"stepping"}"#)
      stream.step(2, difference: 0)
      try stream.write(into: folder)
      #expect(view.poll(now: 0).last?.status.mode == .stepping)
      stream.step(3, difference: 0)
      try stream.write(into: folder)
      let paused = try #require(view.poll(now: 0).last)
      #expect(paused.status.mode == .paused)
      #expect(paused.status.attachment?.pendingRequest == nil)
    }
  }

  /// Nothing is written for a trainer that does not obey: knobs judge here.
  @Test func withoutControlNothingIsWritten() throws {
    var stream = StreamFixture()
    stream.step(1, difference: 0)
    try stream.inFolder { folder in
      var view = AttachedView(path: folder)
      _ = view.poll(now: 0)
      view.obey(.setKnobs([KnobSetting(name: "eps_low", value: 0.3)]))
      #expect(view.takeSnapshot(at: 0).knob(named: "eps_low")?.value == 0.3)
      #expect(!FileManager.default.fileExists(atPath: folder + "/control.jsonl"))
    }
  }

  /// What stands in the place of the control file is not written through.
  @Test func aLinkIsNotFollowed() throws {
    var stream = StreamFixture(#""old":"trainer","control":true"#)
    stream.step(1, difference: 0)
    try stream.inFolder { folder in
      let other = folder + "/other"
      try Data().write(to: URL(fileURLWithPath: other))
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/control.jsonl", withDestinationPath: other)
      var view = AttachedView(path: folder)
      _ = view.poll(now: 0)
      view.obey(.pause)
      #expect(try Data(contentsOf: URL(fileURLWithPath: other)).isEmpty)
      let events = view.takeSnapshot(at: 0).events
      #expect(
        events.contains {
          if case .notice(let notice) = $0 { notice.level == .error } else { false }
        })
    }
  }
}
