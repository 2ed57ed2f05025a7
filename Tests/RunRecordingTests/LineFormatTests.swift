import LocalFiles
import Testing
import TrainingTelemetry

@testable import RunRecording

@Suite struct LineFormatTests {
  static let position = UpdatePosition(iteration: 3, update: 5, updatesPerIteration: 8, total: 21)

  static let update = UpdateMetrics(
    position: position, loss: -0.1, learningRate: 1e-4, gradientNorm: 0.1 + 0.2, clipFactor: 1,
    klMean: 1.0 / 3, kl99: .nan, klMaximum: .infinity, entropy: .leastNonzeroMagnitude,
    ratioMinimum: 0.5,
    ratioMaximum: nil, tokenCount: 700, activeTokenCount: 400,
    positive: SignMetrics(
      tokenCount: 200, attenuatedCount: 3, push: 0.5, weightedPush: 0.25, weightedRemoved: 0.01,
      gradientNorm: 0.3),
    negative: SignMetrics(
      tokenCount: 200, attenuatedCount: nil, push: 0.5, weightedPush: 0.25, weightedRemoved: nil,
      gradientNorm: nil),
    gradientCosine: -0.25, waterfall: Waterfall(composition: 1, drift: 2, gate: -.infinity),
    runawayTokenCount: 1, diagnostics: ["clipShare": 0.5, "snake_case": 1], seconds: 0.004)

  static let rollout = RolloutMetrics(
    iteration: 3, updatesBefore: 16, reward: 0.25, groupCount: 16, zeroVarianceGroups: 2,
    allRightGroups: 1, allWrongGroups: 1, truncatedAnswers: 0, answerCount: 256,
    tokenCount: 6_000, entropy: 0.1, seconds: 0.02)

  static let evaluation = EvaluationMetrics(
    iteration: 3, updatesBefore: 24, promptCount: 100, samplesPerPrompt: 32, average: 0.5,
    pass: 0.9, seconds: 0.1)

  private func text(_ value: some Encodable) -> String {
    String(decoding: JSONText.encode(value), as: UTF8.self)
  }

  @Test(arguments: [
    MetricLine.update(update), .rollout(rollout), .evaluation(evaluation),
  ])
  func metricsReadBack(line: MetricLine) throws {
    let read = try #require(JSONText.decode(MetricLine.self, from: JSONText.encode(line)))
    // NaN is unequal to itself; its text is not.
    #expect(text(read) == text(line))
  }

  @Test func metricsAreFlatAndInSnakeCase() {
    let line = text(MetricLine.evaluation(Self.evaluation))
    #expect(
      line == #"{"average":0.5,"iteration":3,"kind":"evaluation","pass":0.9,"prompt_count":100,"#
        + #""samples_per_prompt":32,"seconds":0.1,"updates_before":24}"#)
    let update = text(MetricLine.update(Self.update))
    #expect(update.contains(#""kl99":"nan""#) && update.contains(#""kl_maximum":"inf""#))
    #expect(update.contains(#""gradient_norm":0.30000000000000004"#))
    #expect(update.contains(#""diagnostics":{"clipShare":0.5,"snake_case":1}"#))
  }

  static let commands: [TrainerCommand] = [
    .run, .pause, .stepUpdate, .stepIteration,
    .setKnobs([
      KnobSetting(name: "sigma_base", value: 0.1), KnobSetting(name: "sigma_high", value: nil),
    ]), .setPace(2.5), .setPace(nil), .setObjective("grpo"), .showGroup(3),
    .followGroups(from: 2),
    .change(RunChange(objective: "grpo", settings: [KnobSetting(name: "epochs", value: 2)])),
    .change(RunChange(settings: [KnobSetting(name: "sigma_high", value: nil)])),
    .restart(seed: .max),
    .restart(seed: nil), .evaluate, .stop,
    .addBreakpoint(.nonfinite), .removeBreakpoint(.nonfinite), .tryPrompt("1+2="),
    .pinPrompt("1+2="), .pinPrompt(nil),
    .fork(ForkRequest(change: RunChange(objective: "grpo"), replicas: 3, holdsRun: false)),
  ]

  @Test(arguments: commands)
  func commandsReadBack(command: TrainerCommand) throws {
    let line = JournalLine.command(
      JournalCommand(
        sequence: 7, iteration: 1, update: 2, total: 2, command: RecordedCommand(command)))
    let bytes = JSONText.encode(line)
    #expect(JSONText.decode(JournalLine.self, from: bytes) == line)
    #expect(RecordedCommand(command).command == command)
  }

  @Test func aCommandWithoutWhatItNeedsIsNone() {
    var recorded = RecordedCommand(.showGroup(1))
    recorded.group = nil
    #expect(recorded.command == nil)
    recorded = RecordedCommand(.addBreakpoint(.nonfinite))
    recorded.breakpoint = nil
    #expect(recorded.command == nil)
  }

  @Test(arguments: [
    JournalLine.opened(JournalOpening(time: 1.5, program: "maspo 1.0", total: 0)),
    .closed(JournalClosing(time: 1.5, total: 21, reason: "requested")),
    .notice(Notice(level: .warning, text: "line\nbreak and \"quotes\"", updatesBefore: 3)),
    .knobChange(
      KnobChange(
        name: "sigma_high", symbol: "σ", oldValue: nil, newValue: 0.25, updatesBefore: 3,
        iteration: 1)),
    .objectiveChange(
      ObjectiveChange(oldObjective: "maspo", newObjective: "grpo", updatesBefore: 8, iteration: 1)),
  ])
  func journalLinesReadBack(line: JournalLine) {
    let bytes = JSONText.encode(line)
    #expect(!bytes.contains(UInt8(ascii: "\n")))
    #expect(JSONText.decode(JournalLine.self, from: bytes) == line)
  }

  @Test func eventsGoToOneFileEach() {
    let events: [TrainingEvent] = [
      .update(Self.update), .rollout(Self.rollout), .evaluation(Self.evaluation),
      .notice(Notice(level: .error, text: "", updatesBefore: 0)),
    ]
    for event in events {
      #expect((MetricLine(event) == nil) != (JournalLine(event) == nil))
    }
  }

  @Test func foreignLinesAreNone() {
    for line in ["", "{}", #"{"kind":"other"}"#, #"{"kind":"update"}"#, "[1]", "\0\0\0"] {
      #expect(JSONText.decode(MetricLine.self, from: line.utf8) == nil)
      #expect(JSONText.decode(JournalLine.self, from: line.utf8) == nil)
    }
  }
}
