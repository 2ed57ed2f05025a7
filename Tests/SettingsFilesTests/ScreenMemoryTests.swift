import Foundation
import RunViews
import StrictTOML
import TerminalCanvas
import Testing
import Theming
import TrainingDashboard

@testable import SettingsFiles

@Suite("Remembered choices")
struct ScreenMemoryTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var path: String { "\(folder.path)/state/screen.toml" }

  /// The choices of a dashboard after some actions, kept over a settings file.
  private func play(_ actions: [DashboardAction], user: String = "") throws -> ScreenMemory {
    let settings = try folder.user(user).screen
    var state = try sampleState()
    state.appearance.themes = [.builtIn, paper]
    var memory = try ScreenMemory(reading: path)
    var all = settings
    all.add(memory.settings(over: settings))
    all.apply(to: &state)
    if all.effective("theme").value == .text("paper") { state.appearance.themeIndex = 1 }
    let start = ScreenSettings.choices(of: state)
    for action in actions { _ = state.reduce(action, at: 0) }
    memory.keep(from: start, to: ScreenSettings.choices(of: state), over: settings)
    try memory.write()
    return memory
  }

  private var paper: Theme {
    Theme(
      name: "paper", summary: "",
      colors: Dictionary(uniqueKeysWithValues: ThemeRole.allCases.map { ($0, .standard) }))
  }

  /// What is in force in the next dashboard.
  private func inForce(_ name: String, user: String = "") throws -> ScreenSettings.Entry {
    let settings = try folder.user(user).screen
    var all = settings
    all.add(try ScreenMemory(reading: path).settings(over: settings))
    return all.effective(name)
  }

  @Test func everyChoiceComesBack() throws {
    _ = try play([
      .changeTheme(1), .changeGlyphs(1), .choosePanel(6), .changeLens(1), .changeLedgerView(1),
      .changeLimiterView(1),
    ])
    let expected: [String: SettingValue] = [
      "theme": .text("paper"), "glyphs": .text("block"), "panels": .list(["knobs"]),
      "lens": .text("gate"),
      "ledger": .text("by-bucket"), "limiter": .text("amounts"),
    ]
    for field in ScreenField.all where field.isRemembered {
      let entry = try inForce(field.name)
      #expect(entry.value == expected[field.name] && entry.origin == .remembered(path))
    }
    var state = try sampleState()
    var settings = ScreenSettings()
    settings.add(try ScreenMemory(reading: path).settings(over: settings))
    settings.apply(to: &state)
    #expect(
      state.selectedPanel.name == "knobs" && state.lens == .gate && state.views.ledger == .byBucket)
    #expect(state.views.limiter == .amounts)
  }

  @Test func whatIsNotTouchedIsNotRemembered() throws {
    let memory = try play([.changeLens(1)])
    #expect(Set(memory.choices.keys) == ["lens"])
    let later = try play([.changeLedgerView(1)])
    #expect(Set(later.choices.keys) == ["lens", "ledger"])
  }

  @Test func aChoiceBackToTheDefaultIsNoChoice() throws {
    _ = try play([.changeLens(1)])
    #expect(try play([.changeLens(-1)]).choices.isEmpty)
    #expect(try inForce("lens").origin == .standard)
  }

  /// The choice wins over the file that stood when it was made, and yields to a newer one.
  @Test func theNewerWordWins() throws {
    let user = "[screen]\nlens = \"ratio\""
    _ = try play([.changeLens(1)], user: user)
    let chosen = try inForce("lens", user: user)
    #expect(chosen.value == .text("behavior-probability") && chosen.origin == .remembered(path))
    #expect(try inForce("lens", user: "[screen]\nlens = \"gate\"").value == .text("gate"))
    #expect(try inForce("lens").origin == .standard)
    // Another setting of the file is no word about this one.
    #expect(try inForce("lens", user: user + "\nmouse = false").value == chosen.value)
  }

  @Test func optionsWinOverWhatIsRemembered() throws {
    _ = try play([.changeTheme(1)])
    var settings = ScreenSettings()
    settings.add(try ScreenMemory(reading: path).settings(over: settings))
    settings.add(option: "theme", .text("moss"))
    #expect(settings.effective("theme").value == .text("moss"))
    // What was not changed on the screen stays remembered.
    _ = try play([.changeLens(1)])
    #expect(try inForce("theme").value == .text("paper"))
  }

  @Test func theFileIsReplacedWhole() throws {
    _ = try play([.changeTheme(1), .choosePanel(3)])
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/state")
    #expect(names == ["screen.toml"])
    let memory = try ScreenMemory(reading: path)
    #expect(memory.choices.count == 2)
    #expect(try TOMLDocument(memory.toml, file: "").keys() == ["panels", "theme"])
  }

  @Test func forgettingRemovesTheFile() throws {
    #expect(try ScreenMemory.forget(path) == false)
    _ = try play([.changeLens(1)])
    #expect(try ScreenMemory.forget(path))
    #expect(try ScreenMemory(reading: path).choices.isEmpty)
  }

  @Test(arguments: [
    "lens = \"nonsense\"", "mouse = false", "x = [", "[configured]\nmouse = true",
  ])
  func aFileThatIsNotOursIsAMistake(text: String) throws {
    let file = "\(folder.path)/damaged.toml"
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    #expect(throws: SettingsError.self) { try ScreenMemory(reading: file) }
  }

  @Test func thePlaceFollowsTheXDGRules() {
    #expect(ScreenMemory.path(environment: ["XDG_STATE_HOME": "/s"]) == "/s/maspo/screen.toml")
    #expect(
      ScreenMemory.path(environment: ["XDG_STATE_HOME": "s", "HOME": "/h"])
        == "/h/.local/state/maspo/screen.toml")
  }
}
