import Foundation
import TerminalCanvas
import Testing
import TrainingTelemetry

@testable import RunKnowledge
@testable import TrainingDashboard

/// Every verdict has a recorded run in which it is given, and one in which it must not be.
///
/// With RECORD_SNAPSHOTS=verdicts and MASPO_PROGRAM, the path of a `maspo` (a release build is
/// quicker), the recordings are made anew by the commands below, which they hold too; with
/// new-verdicts only those that are missing.
@Suite("Recorded verdicts")
struct VerdictRecordingTests {
  private typealias Kind = Verdict.Finding.Kind

  /// Name, arguments of `maspo render`, and how much is kept.
  private static let recordings: [(String, String, VerdictRecording.Extent)] = [
    ("reuse", "--task add --preset reuse --iterations 2 --updates 16", .tokens),
    (
      "narrow", "--task add --preset steady --sigma-base 0.2 --iterations 2 --updates 2",
      .tokens
    ),
    ("fresh", "--task add --preset reuse --iterations 1 --updates 1", .scalars),
    (
      "bites", "--task add --preset heavy-reuse --sigma-base 0.2 --iterations 4 --updates 30",
      .tokensAndUpdates
    ),
    (
      "spike", "--task add --preset edge --learning-rate 0.003 --iterations 3 --updates 14",
      .tokensAndUpdates
    ),
    (
      "sequences", "--task add --objective gspo --preset reuse --iterations 1 --updates 9",
      .scalars
    ),
    ("warm-start", "--task add --moment warm-start", .scalars),
    ("end", "--task add --preset steady --iterations 1 --moment end", .scalars),
    ("stalled", "--task add --warm-steps 1 --iterations 1", .scalars),
    ("break", "--task add --preset heavy-reuse --iterations 1 --break max_ratio>1.5", .scalars),
    (
      "infinite", "--task add --objective sapo --preset steady --iterations 1 --set tau_pos=1e-310",
      .scalars
    ),
    ("equal", "--task add --preset steady --temperature 0.01 --iterations 1", .scalars),
    ("mostly-equal", "--task add --preset steady --temperature 0.2 --iterations 1", .scalars),
    (
      "rising", "--task add --preset reuse --learning-rate 0.0003 --iterations 12 --updates 1",
      .scalars
    ),
    (
      "level", "--task add --preset reuse --learning-rate 0.0003 --iterations 22 --updates 1",
      .scalars
    ),
    ("mastered", "--task add --preset steady --iterations 90", .scalars),
    ("exploding", "--task add --preset steady --learning-rate 0.05 --iterations 4", .scalars),
    (
      "collapse",
      "--task add --preset edge --learning-rate 0.01 --iterations 3 --eval-every 3 "
        + "--eval-prompts 64 --eval-samples 8", .scalars
    ),
    (
      "tilts",
      "--task chain --preset heavy-reuse --sigma-base 0.2 --seed 1 --iterations 5 --updates 29",
      .tokensAndUpdates
    ),
    ("hot", "--task add --preset steady --temperature 1.5 --iterations 1", .scalars),
  ]

  /// The run in which the kind is found, and the one, as near to it as can be, in which it is not.
  private static let pairs: [Kind: (fires: String, isQuiet: String)] = [
    .breakpoint: ("break", "fresh"),
    .warmingUp: ("warm-start", "fresh"),
    .waiting: ("equal", "mostly-equal"),
    .finished: ("end", "fresh"),
    .failed: ("stalled", "end"),
    .nonFinite: ("infinite", "exploding"),
    .collapsed: ("collapse", "exploding"),
    .allGroupsEqual: ("equal", "mostly-equal"),
    .mostGroupsEqual: ("mostly-equal", "level"),
    .zeroVarianceRising: ("rising", "level"),
    .entropyCollapsed: ("equal", "mastered"),
    .entropyExploded: ("exploding", "hot"),
    .gradientSpike: ("spike", "bites"),
    .ratiosAllOne: ("fresh", "narrow"),
    .noTokenGate: ("sequences", "bites"),
    .gateIdle: ("narrow", "bites"),
    .boundsUnreachable: ("reuse", "narrow"),
    .attenuation: ("bites", "narrow"),
    .runaway: ("spike", "bites"),
    .gateTilts: ("tilts", "bites"),
    .oneSided: ("reuse", "bites"),
  ]

  /// What a stream tells is not found here: AttachedFindingTests try each both ways.
  private static let judged = Kind.allCases.filter { $0 != .stream }

  @Test func recordings() throws {
    let environment = ProcessInfo.processInfo.environment
    let asked = environment["RECORD_SNAPSHOTS"] ?? ""
    if ["verdicts", "new-verdicts"].contains(asked) {
      let program = try #require(environment["MASPO_PROGRAM"], "MASPO_PROGRAM is not set")
      for (name, arguments, extent) in Self.recordings
      where asked == "verdicts" || !VerdictRecording.exists(name) {
        try VerdictRecording.record(name, arguments, extent, program: program)
      }
    }
    for (name, arguments, _) in Self.recordings {
      let recording = try VerdictRecording.load(name)
      #expect(recording.command.hasPrefix("maspo render \(arguments) -"), "\(name) is outdated")
    }
  }

  @Test(arguments: Self.judged)
  func everyKindFiresInOneRunAndNotInAnother(kind: Verdict.Finding.Kind) throws {
    let pair = try #require(Self.pairs[kind], "\(kind) has no recorded pair")
    let fires = Verdict(of: try VerdictRecording.load(pair.fires).state.run.present)
    #expect(fires.findings.contains { $0.kind == kind }, "\(pair.fires): \(fires.text)")
    let isQuiet = Verdict(of: try VerdictRecording.load(pair.isQuiet).state.run.present)
    #expect(!isQuiet.findings.contains { $0.kind == kind }, "\(pair.isQuiet): \(isQuiet.text)")
  }

  /// What a person can do about it is said of everything but plain facts.
  @Test(arguments: Self.judged)
  func everyKindHasAdviceWhereThereIsAny(kind: Verdict.Finding.Kind) throws {
    let facts: Set<Kind> = [.warmingUp, .noTokenGate, .attenuation]
    let pair = try #require(Self.pairs[kind])
    let verdict = Verdict(of: try VerdictRecording.load(pair.fires).state.run.present)
    let finding = try #require(verdict.findings.first { $0.kind == kind })
    let advice = finding.advice?.text(naming: KeyBindings.standard.shown(for:))
    #expect((advice?.count ?? 0) <= 76, "too long for a line of 80 columns")
    #expect((advice == nil) == facts.contains(kind), "\(advice ?? "no advice")")
  }

  /// Where the run waits, the advice has a line of its own in the smallest full layout.
  @Test func adviceAfterABreakpointFits80Columns() throws {
    var state = try VerdictRecording.load("break").state
    state.size = ScreenSize(width: 80, height: 24)
    let frame = DashboardScreen.render(
      state, size: state.size, theme: state.theme, glyphs: .braille)
    let lines = frame.text.split(separator: "\n").map(String.init)
    #expect(lines.contains { $0.contains("paused: max_ratio>1.5 holds") })
    #expect(
      lines.contains {
        $0.hasPrefix(" → space goes on; it acts again once max_ratio>1.5 was false")
      },
      "\(frame.text)")
  }

  /// Advice names the keys in force.
  @Test func adviceFollowsReboundKeys() throws {
    var state = try VerdictRecording.load("reuse").state
    state.keys = try KeyBindings(
      overrides: ["sigma": [[.character("k")], [.character("Q")]]])
    let advice = Verdict(of: state.run.present).findings.first { $0.kind == .boundsUnreachable }?
      .advice?.text(naming: state.keys.shown(for:))
    #expect(advice?.hasPrefix("k to σ_base ") == true, "\(advice ?? "")")
  }

  /// The σ_base that is advised does what is said of it.
  @Test func theAdvisedSigmaBringsTheHalfGateIntoReach() throws {
    var update = try #require(try VerdictRecording.load("reuse").snapshot.update)
    let reach = try #require(GateReach(update))
    #expect(reach.unreachablePush > 0.9)
    let sigma = reach.halfReachSigma
    let place = try #require(update.objective.values.firstIndex { $0.name == "sigma_base" })
    for (value, isHalf) in [(sigma, true), (sigma * 1.001, false)] {
      update.objective.values[place].value = value
      let moved = try #require(GateReach(update))
      #expect((1 - moved.unreachablePush >= 0.5) == isHalf)
      #expect(abs(1 - moved.unreachablePush - reach.reachablePush(atBaseSigma: value)) < 1e-9)
    }
  }

  @Test func aSpikeNamesTheTokensBehindIt() throws {
    let recording = try VerdictRecording.load("spike")
    let finding = try #require(
      Verdict(of: recording.state.run.present).findings.first { $0.kind == .gradientSpike })
    let record = try #require(recording.snapshot.update?.minibatch)
    let pushes = record.gradient.indices.map { abs(record.gradient[$0]) * record.sensitivities[$0] }
    let largest = try #require(pushes.indices.max { pushes[$0] < pushes[$1] })
    let symbol = try #require(record.symbols.map { Array($0)[largest] })
    let share = Int((100 * pushes[largest] / pushes.reduce(0, +)).rounded())
    #expect(finding.text.contains("behind it: '\(symbol)' of "), "\(finding.text)")
    #expect(finding.text.contains(" \(share)% of the push"), "\(finding.text)")
  }
}
