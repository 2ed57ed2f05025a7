import Foundation
import Testing

/// A person's own settings file and remembered choices, as the program treats them.
@Suite(.serialized, .fewAtATime) struct UserSettingsCommandTests {
  /// A folder for settings and state.
  private func withSettings(
    _ text: String, _ body: (_ folder: URL, _ environment: [String: String]) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-user-\(UUID().uuidString)")
    let place = folder.appendingPathComponent("maspo")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try text.write(
      to: place.appendingPathComponent("config.toml"), atomically: true, encoding: .utf8)
    try body(folder, ["XDG_CONFIG_HOME": folder.path, "XDG_STATE_HOME": folder.path])
  }

  @Test func defaultsOfRunsLieUnderFilesAndOptions() throws {
    try withSettings("[run]\nseed = 5\nsigma_base = 0.2\nepochs = 2") { folder, environment in
      let file = folder.appendingPathComponent("run.toml").path
      try "sigma_base = 0.3".write(toFile: file, atomically: true, encoding: .utf8)
      let run = try FinishedProcess(
        "train --print-config --config \(file) --seed 6", environment: environment)
      for line in ["seed = 6", "sigma_base = 0.3", "epochs = 2"] {
        #expect(run.output.contains("\(line)\n"), "no \(line)")
      }
      let plain = try FinishedProcess(
        "train --print-config --no-user-config", environment: environment)
      #expect(plain.output.contains("seed = 1\n") && plain.output.contains("alpha = 0.3\n"))
    }
  }

  @Test func configShowsValuesWithOrigins() throws {
    try withSettings("[run]\nseed = 5\n[keys]\npause = \"x\"") { folder, environment in
      let run = try FinishedProcess("config --theme paper --epochs 3", environment: environment)
      #expect(run.status == 0 && run.errors.isEmpty)
      let path = folder.appendingPathComponent("maspo/config.toml").path
      for line in [
        /seed = 5 +# .*config\.toml:2/, /epochs = 3 +# --epochs/, /theme = "paper" +# --theme/,
        /pause = "x" +# .*config\.toml:4/, /update = "s" +# default/,
      ] {
        #expect(run.output.contains(line))
      }
      #expect(try FinishedProcess("config --path", environment: environment).output == path + "\n")
    }
  }

  @Test func aMistakeStopsATrainingAndIsShownByConfig() throws {
    try withSettings("[run]\nsigma_bse = 5\n[keys]\npause = \"s\"") { folder, environment in
      let train = try FinishedProcess("train --print-config", environment: environment)
      #expect(train.status != 0 && train.output.isEmpty)
      #expect(
        train.errors.contains("config.toml:2: unknown key 'run.sigma_bse', perhaps 'sigma_base'"))
      #expect(train.errors.contains("--no-user-config"))
      let config = try FinishedProcess("config", environment: environment)
      #expect(config.status != 0 && config.output.contains("alpha = 0.3 "))
      #expect(config.errors.contains("config.toml:4: keys.pause"))
      let without = try FinishedProcess(
        "train --print-config --no-user-config", environment: environment)
      #expect(without.status == 0)
    }
    // Mistakes that are the screen's do not concern a training.
    try withSettings("[keys]\npause = \"s\"") { _, environment in
      let train = try FinishedProcess("train --print-config", environment: environment)
      #expect(train.status == 0)
    }
  }

  @Test func theDashboardWarnsAndGoesOn() throws {
    try withSettings("[run]\nsigma_base = 0\n[keys]\npause = \"x\"") { _, environment in
      let session = try TmuxSession.paused("--no-record", environment: environment)
      defer { session.close() }
      try session.wait(forText: "config.toml:2: run.sigma_base = 0")
      // The keys of the same file hold.
      try session.wait(forText: "x starts the run")
      try session.send("x")
      try session.wait(for: "a running trainer") { !$0.contains("paused") }
      try session.send("q")
      let words = try session.wait(forText: "status 0").replacing("\n", with: "")
      #expect(words.contains("warning: ") && words.contains("the defaults of [run] apply"))
      #expect(words.contains("--no-user-config"))
    }
  }

  @Test func choicesAreRememberedUntilForgotten() throws {
    try withSettings("[screen]\nlens = \"ratio\"") { folder, environment in
      let file = folder.appendingPathComponent("maspo/screen.toml").path
      let first = try TmuxSession.paused("--no-record", environment: environment)
      defer { first.close() }
      try first.send("s")
      try first.wait(forText: "lens ratio")
      try first.send("l", "8", "q")
      try first.wait(forText: "status 0")
      let kept = try String(contentsOfFile: file, encoding: .utf8)
      #expect(kept.contains("lens = \"behavior-probability\"") && kept.contains("objectives"))

      let second = try TmuxSession.paused("--no-record", environment: environment)
      defer { second.close() }
      try second.send("s")
      try second.wait(forText: "lens π_old")
      #expect(try second.screen().contains("8 Same tokens, other objectives"))
      try second.send("q")
      try second.wait(forText: "status 0")
      #expect(try String(contentsOfFile: file, encoding: .utf8) == kept)

      let shown = try FinishedProcess("config", environment: environment).output
      #expect(shown.contains(/lens = "behavior-probability" +# remembered in .*screen\.toml/))
      let without = try FinishedProcess("config --no-remember", environment: environment).output
      #expect(without.contains(/lens = "ratio" +# .*config\.toml:2/))
      let removed = try FinishedProcess("config --forget", environment: environment)
      #expect(removed.output == "removed \(file)\n")
      #expect(!FileManager.default.fileExists(atPath: file))
    }
  }
}
