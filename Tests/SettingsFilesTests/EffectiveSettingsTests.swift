import Foundation
import StrictTOML
import Testing
import TrainingDashboard

@testable import SettingsFiles

@Suite("Settings in force")
struct EffectiveSettingsTests {
  private func effective(_ user: UserSettings) throws -> String {
    let run = try RunResolution([user.run], threads: 2)
    return EffectiveSettings(run: run, screen: user.screen, user: user).toml
  }

  /// What is shown is a settings file that says the same.
  @Test func theListReadsBackToItself() throws {
    let folder = try TemporaryFolder()
    let text = """
      [run]
      preset = "edge"
      objective = "grpo"
      iterations = 5
      eps_low = 0.1
      [screen]
      panels = ["knobs", "ledger"]
      ledger = "by-bucket"
      mouse = false
      [keys]
      pause = "\\""
      pace = ["\\\\", ["x", "F12"]]
      """
    let first = try effective(try folder.user(text))
    let user = try folder.user(first)
    #expect(user.mistakes.isEmpty, "\(user.warnings)")
    let second = try effective(user)
    func values(_ text: String) -> [Substring] {
      text.split(separator: "\n").map {
        $0.prefix(upTo: $0.range(of: "  # ")?.lowerBound ?? $0.endIndex)
      }
    }
    #expect(values(first) == values(second))
    #expect(Set(user.keys.overrides.keys) == ["pause", "pace"])
    for field in ScreenField.all { #expect(first.contains("\n\(field.name) = ")) }
    for binding in KeyBindingCatalog.all { #expect(first.contains("\n\(binding.name) = ")) }
    for field in RunField.all where field.name != "task-file" {
      #expect(first.contains("\n\(field.name) = "))
    }
    #expect(first.contains("\n# task-file is not set"))
  }

  @Test func everyLineTellsItsOrigin() throws {
    let folder = try TemporaryFolder()
    let user = try folder.user("[run]\npreset = \"edge\"\n[screen]\nlens = \"gate\"")
    var screen = user.screen
    screen.add("theme", .text("paper"), .remembered("/s/screen.toml"))
    screen.add(option: "no-mouse", to: "mouse", .flag(false))
    let run = try RunResolution([user.run], threads: 2)
    let lines = EffectiveSettings(run: run, screen: screen, user: user).toml
      .split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
      .map { $0.joined(separator: " ") }
    for line in [
      "preset = \"edge\" # \(user.path):2", "epochs = 4 # preset edge", "seed = 1 # default",
      "# iterations is not set # default", "lens = \"gate\" # \(user.path):4",
      "theme = \"paper\" # remembered in /s/screen.toml", "mouse = false # --no-mouse",
      "glyphs = \"auto\" # default",
    ] {
      #expect(lines.contains(line), "no \(line)")
    }
  }
}
