import Foundation
import Testing

@testable import SettingsFiles

/// Settings files as the program reads and writes them.
@Suite(.fewAtATime) struct ConfigurationFileTests {
  /// Calls `body` with the path of a file that holds `text`.
  private func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result
  {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-\(UUID().uuidString).toml").path
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  private func digest(_ run: FinishedProcess) throws -> Substring {
    try #require(run.output.firstMatch(of: /"weights_digest":"([0-9a-f]{16})"/)?.1)
  }

  @Test func thePrintedConfigurationGivesTheSameRun() throws {
    let options =
      "--warm-steps 800 --eval-prompts 4 --preset steady --iterations 1 --seed 5 "
      + "--asymmetry 0.3 --set sigma_high=5 --at 2:sigma_base=0.2"
    let printed = try FinishedProcess("train \(options) --print-config")
    #expect(printed.status == 0)
    let run = try digest(try FinishedProcess("train \(options) --json --quiet"))
    try withFile(printed.output) { path in
      #expect(
        try FinishedProcess("train --config \(path) --print-config").output == printed.output)
      #expect(try digest(try FinishedProcess("train --config \(path) --json --quiet")) == run)
      let other = try FinishedProcess("train --config \(path) --seed 6 --json --quiet")
      #expect(try digest(other) != run)
    }
  }

  @Test func optionsWinOverTheFile() throws {
    try withFile("preset = \"edge\"\nsigma_base = 0.2\nseed = 9") { path in
      let run = try FinishedProcess("train --config \(path) --seed 10 --print-config")
      for line in ["preset = \"edge\"", "sigma_base = 0.2", "seed = 10", "iterations = 40"] {
        #expect(run.output.contains(line), "no \(line)")
      }
    }
  }

  @Test(arguments: [
    ("sigma_base = 0", ":1: sigma_base = 0", "0 < sigma_base"),
    ("\nsigma_bse = 1", ":2: unknown key 'sigma_bse'", "perhaps 'sigma_base'"),
    ("seed = ", ":1:", "end-of-file"), ("heads = 3", ":1: heads = 3", "divisor of width"),
  ])
  func aBadFileIsAnError(text: String, place: String, allowed: String) throws {
    try withFile(text) { path in
      for command in ["train", "watch", "render"] {
        let run = try FinishedProcess("\(command) --config \(path)")
        #expect(run.status != 0 && run.output.isEmpty)
        #expect(run.errors.contains(path + place) && run.errors.contains(allowed), "\(run.errors)")
      }
    }
  }

  /// The page's examples are ones that work.
  private func example(_ marker: String) throws -> String {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent(
        "../../Sources/SettingsFiles/SettingsFiles.docc/WritingSettingsFiles.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let rest = text.split(separator: "<!-- \(marker) -->\n```toml\n").dropFirst().first
    return String(try #require(rest?.split(separator: "```").first))
  }

  @Test func theExampleOfARunIsRead() throws {
    try withFile(try example("config-example")) { path in
      let run = try FinishedProcess("train --config \(path) --print-config")
      #expect(run.output.contains("task = \"countdown\"") && run.output.contains("beta_neg = 0.1"))
      #expect(run.output.contains("at = [\"200:sigma_base=0.5\", \"400:objective=grpo\"]"))
    }
  }

  @Test func theExampleOfAPersonsOwnSettingsIsRead() throws {
    try withFile(try example("user-config-example")) { path in
      let user = UserSettings(path: path)
      #expect(user.warnings.isEmpty)
      #expect(user.run.has("preset"))
      for name in ["pause", "picture", "sigma"] {
        #expect(user.origin(ofKeys: name) != .standard)
      }
      for field in ScreenField.all {
        #expect(user.screen.effective(field.name).origin != .standard, "no \(field.name)")
      }
    }
  }

  @Test func aFileThatIsNotThereIsAnError() throws {
    let run = try FinishedProcess("train --config /nonexistent.toml")
    #expect(run.status != 0 && run.errors.contains("/nonexistent.toml: cannot be read"))
  }

  /// Every option that says what a run is can stand in a file, and the other way round.
  @Test func optionsAndKeysAreTheSame() throws {
    let help = try FinishedProcess("train --help").output
    let options = Set(
      help.matches(of: /^  --([a-z][a-z-]*)/.anchorsMatchLineEndings()).map { String($0.1) })
    for field in RunField.all { #expect(options.contains(field.name), "no --\(field.name)") }
    let others: Set = [
      "config", "print-config", "no-user-config", "set", "run-dir", "no-record", "tensorboard",
      "checkpoint-seconds", "record-tokens-every", "break", "json", "quiet", "help", "version",
    ]
    for option in options.subtracting(others) {
      #expect(RunField.name(for: option) != nil, "no key \(option)")
    }
  }
}
