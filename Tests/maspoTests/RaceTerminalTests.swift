import Testing

/// A race in the dashboard: rivals in lock step, each a run of its own.
@Suite("Races in a terminal", .fewAtATime) struct RaceTerminalTests {
  private static let options = "--preset steady --iterations 1"

  private func digest(_ arguments: String) throws -> String {
    let run = try FinishedProcess(
      "train --warm-steps 800 --eval-prompts 4 \(Self.options) \(arguments) --json --no-record "
        + "--quiet")
    #expect(run.status == 0, "\(run.errors)")
    return try #require(run.output.firstMatch(of: /"weights_digest":"([0-9a-f]{16})"/)).1
      .description
  }

  /// Shown or not, every run of a race ends with the weights that it has alone.
  @Test func everyRunOfARaceIsTheRunThatItIsAlone() throws {
    let session = try TmuxSession.paused(
      "\(Self.options) --against objective=grpo --against sigma_base=0.2", width: 120)
    defer { session.close() }
    try session.wait(forText: "run 1 of 3")
    try session.send("S")
    try session.wait(for: "the whole iteration") {
      $0.contains(/upd(ate)? +4\/4/) && $0.contains("paused")
    }
    for lane in ["2 of 3", "3 of 3"] {
      try session.send("C")
      try session.wait(for: "run \(lane), as far") {
        $0.contains("run \(lane)") && $0.contains(/upd(ate)? +4\/4/) && $0.contains("paused")
      }
    }
    try session.resize(width: 250, height: 40)
    try session.send("q")
    let words = try session.wait(forText: "status 0")
    func told(_ pattern: Regex<(Substring, Substring)>) throws -> String {
      try String(#require(words.firstMatch(of: pattern), "\(words)").1)
    }
    #expect(try told(/\nweights_digest ([0-9a-f]{16})/) == digest(""))
    #expect(
      try told(/rival GRPO: weights_digest ([0-9a-f]{16}), recorded in/)
        == digest("--objective grpo"))
    #expect(
      try told(/rival sigma_base=0\.2: weights_digest ([0-9a-f]{16}), recorded in/)
        == digest("--set sigma_base=0.2"))
  }

  @Test(arguments: [
    ("--against objective=nothing", "there is no objective 'nothing'"),
    ("--against sigma_base", "--against sigma_base: expected objective=NAME"),
    ("--against sigma_base=-1", "sigma_base"),
    ("--against placebo --run-dir x", "leave out --run-dir"),
    ("--against placebo --plain", "--against and --plain exclude each other"),
    (
      "--against placebo --against placebo --against placebo --against placebo",
      "4 rivals; at most 3 can race"
    ),
  ])
  func whatCannotRaceIsSaid(arguments: String, reason: String) throws {
    let run = try FinishedProcess("watch --warm-steps 800 \(arguments)")
    #expect(run.status != 0 && run.errors.contains(reason), "\(run.errors)")
  }
}
