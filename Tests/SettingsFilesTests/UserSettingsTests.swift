import Foundation
import PolicyTraining
import StrictTOML
import TerminalCanvas
import TestSupport
import Testing
import Theming
import TrainingTelemetry

@testable import SettingsFiles
@testable import TrainingDashboard

/// A folder that is gone after the test.
final class TemporaryFolder {
  let path = FileManager.default.temporaryDirectory
    .appendingPathComponent("maspo-settings-\(UUID().uuidString)").path

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Reads `text` as a person's settings file.
  func user(_ text: String) throws -> UserSettings {
    let file = "\(path)/config.toml"
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return UserSettings(path: file)
  }
}

/// The dashboard's checked-in snapshot, at 120x40.
func sampleState() throws -> DashboardState {
  var state = DashboardState(snapshot: try RunFixture.load())
  state.size = ScreenSize(width: 120, height: 40)
  state.showsFirstHint = false
  return state
}

@Suite("A person's settings file")
struct UserSettingsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func thePlaceFollowsTheXDGRules() {
    let cases = [
      (["XDG_CONFIG_HOME": "/x", "HOME": "/h"], "/x/maspo/config.toml"),
      (["XDG_CONFIG_HOME": "x", "HOME": "/h"], "/h/.config/maspo/config.toml"),
      (["HOME": "/h"], "/h/.config/maspo/config.toml"),
    ]
    for (environment, path) in cases {
      #expect(UserSettings.path(environment: environment) == path)
    }
  }

  @Test func noFileIsNoMistake() {
    let user = UserSettings(path: "\(folder.path)/absent.toml")
    #expect(user.mistakes.isEmpty && user.run.isEmpty && user.keys == .standard)
    #expect(!user.concernsRuns)
  }

  @Test func everySectionIsRead() throws {
    let user = try folder.user(
      """
      [run]
      sigma_base = 0.2
      [screen]
      glyphs = "block"
      mouse = false
      [keys]
      pause = ["x", "F5"]
      sigma = ["j", ["k", "F2"]]
      """)
    #expect(user.mistakes.isEmpty && user.run.has("sigma_base") && user.concernsRuns)
    #expect(user.screen.glyphs == .block && !user.screen.usesMouse)
    #expect(
      user.keys.overrides == [
        "pause": [[.character("x"), .function(5)]],
        "sigma": [[.character("j")], [.character("k"), .function(2)]],
      ])
    #expect(user.origin(ofKeys: "sigma") == .file(user.path, line: 8))
  }

  @Test(arguments: UserSettings.Section.allCases)
  func aMistakeLeavesTheOtherSectionsInForce(section: UserSettings.Section) throws {
    var lines = ["run": "seed = 5", "screen": "lens = \"gate\"", "keys": "pause = \"x\""]
    lines[section.rawValue] = "nonsense = 1"
    let user = try folder.user(lines.map { "[\($0)]\n\($1)" }.joined(separator: "\n"))
    #expect(user.mistakes.map(\.section) == [section])
    #expect(user.run.isEmpty == (section == .run))
    #expect((user.screen.effective("lens").origin == .standard) == (section == .screen))
    #expect((user.keys == .standard) == (section == .keys))
    let warning = try #require(user.warnings.first)
    #expect(warning.contains("\(section.rawValue).nonsense"))
    #expect(warning.hasSuffix("the defaults of [\(section.rawValue)] apply"))
    #expect((user.runMistake != nil) == (section == .run))
  }

  @Test(arguments: ["seed = 3", "[run]\nx = [", "[running]\nseed = 1", "run = 3"])
  func aFileThatIsWrongAsAWholeHasNoSection(text: String) throws {
    let user = try folder.user(text + "\n[keys]\npause = \"x\"")
    #expect(user.mistakes.map(\.section) == [nil])
    #expect(user.keys == .standard && user.runMistake != nil && user.concernsRuns)
  }

  /// Only with the rest of the run does the file's default become wrong.
  @Test func defaultsThatDoNotFitAreLeftOut() throws {
    var user = try folder.user("[run]\nminibatches = 512\nseed = 9")
    let run = try user.resolve { try RunResolution([$0], threads: 1) }
    #expect(run.configuration.seed == 1 && user.run.isEmpty)
    #expect(user.warnings.count == 1 && user.warnings[0].contains("run.minibatches = 512"))
    #expect(throws: SettingsError.self) {
      try user.resolve { try RunResolution([$0, try layer("heads = 3")], threads: 1) }
    }
  }

  @Test(arguments: ScreenField.all.map(\.name))
  func everyFieldOfTheScreenRefusesWhatItCannotBe(name: String) throws {
    let field = try #require(ScreenField.named(name))
    var values = ["3", "[1]", "1.5"]
    switch field.shape {
    case .flag: values.append("\"yes\"")
    case .list(let allowed):
      values += ["[\"nonsense\"]", "[\"\(allowed[0])\", \"\(allowed[0])\"]"]
    case .text(let allowed): if allowed != nil { values.append("\"nonsense\"") }
    }
    for value in values {
      let user = try folder.user("[screen]\n\(name) = \(value)")
      guard case .badValue(user.path, 2, "screen.\(name)", _, _)? = user.mistakes.first?.error
      else {
        Issue.record("\(value): \(user.mistakes)")
        continue
      }
    }
    let misspelt = try folder.user("[screen]\n\(name)q = 1")
    guard case .unknownKey(_, 2, _, name, _)? = misspelt.mistakes.first?.error else {
      Issue.record("\(misspelt.mistakes)")
      return
    }
  }

  @Test(arguments: KeyBindingCatalog.all.map(\.name))
  func everyBindingRefusesWhatIsNoKey(name: String) throws {
    for value in ["\"spc\"", "3", "[[\"x\", [\"y\"]]]", "[]"] {
      let user = try folder.user("# keys\n[keys]\n\(name) = \(value)")
      switch user.mistakes.first?.error {
      case .badValue(user.path, 3, "keys.\(name)", _, _)?,
        .refused(user.path, 3, "keys.\(name)", _, _)?:
        break
      default: Issue.record("\(value): \(user.mistakes)")
      }
    }
  }

  @Test func aKeyThatIsTakenIsNamedWithItsOwner() throws {
    let user = try folder.user("[keys]\npause = \"s\"")
    #expect(user.warnings.first?.contains("keys.pause = \"s\": s is a key of 'update'") == true)
    #expect(user.keys == .standard)
  }

  @Test func reboundKeysReachFooterAndHelp() throws {
    let user = try folder.user("[keys]\npause = \"x\"\nsigma = [\"j\", \"k\"]")
    var state = try sampleState()
    let before = DashboardScreen.render(
      state, size: state.size, theme: .builtIn, glyphs: .braille
    ).text
    #expect(before.contains("space pause") && before.contains("[ ] σ"))
    state.keys = user.keys
    let after = DashboardScreen.render(
      state, size: state.size, theme: .builtIn, glyphs: .braille
    ).text
    #expect(after.contains("x pause") && after.contains("j k σ") && !after.contains("space pause"))
    #expect(HelpText.lines(width: 90, keys: state.keys).contains(.key("x", "run or pause")))
    #expect(KeyBindingCatalog.action(for: .character("x"), in: state) == .toggleRunning)
  }

  @Test func aRelativeThemePathBeginsAtTheFile() throws {
    for (theme, path) in [
      ("mine.toml", "\(folder.path)/mine.toml"), ("a/b", "\(folder.path)/a/b"),
      ("/x/y.toml", "/x/y.toml"), ("paper", "paper"),
    ] {
      let user = try folder.user("[screen]\ntheme = \"\(theme)\"")
      #expect(user.screen.effective("theme").value == .text(path))
      #expect(user.screen.effective("theme").origin == .file(user.path, line: 2))
    }
  }
}
