import PolicyObjectives
import TerminalCanvas
import TestSupport
import Testing
import Theming
import TrainingTelemetry

@testable import RunKnowledge
@testable import RunViews
@testable import TrainingDashboard

@Suite("Command palette")
struct PaletteTests {
  private func opened(width: Int = 120, height: Int = 40) throws -> DashboardState {
    var state = try SnapshotFixture.state(width: width, height: height)
    let action = try #require(KeyBindingCatalog.action(for: .character(":"), in: state))
    _ = state.reduce(action, at: 0)
    return state
  }

  private func press(_ keys: [Key], _ state: inout DashboardState) -> [DashboardEffect] {
    keys.flatMap { key in
      KeyBindingCatalog.action(for: key, in: state).map { state.reduce($0, at: 0) } ?? []
    }
  }

  private func type(_ text: String, _ state: inout DashboardState) {
    _ = press(text.map { .character($0) }, &state)
  }

  /// Every action of every key of the screen is an entry, and its words find it.
  @Test func everyBindingIsFound() throws {
    let state = try opened()
    let entries = state.paletteEntries
    for binding in KeyBindingCatalog.all where binding.name != "palette" {
      switch binding.scope {
      case .help, .menu, .prompt, .palette, .tour, .trial, .forkSetup, .fork: continue
      case .main, .panel, .draft: break
      }
      for stroke in binding.strokes {
        let entry = try #require(
          entries.first { $0.binding == binding.name && $0.action == stroke.action },
          "\(binding.name) is not in the palette")
        #expect(entry.keys.contains(stroke.key.shown), "\(binding.name)")
        #expect(
          state.paletteEntries(matching: entry.title).prefix(3).contains(entry),
          "\(entry.title) is not found by its own words")
      }
      #expect(binding.helpOfEach.isEmpty || binding.helpOfEach.count == binding.actions.count)
      #expect(
        state.paletteEntries(matching: binding.name).contains { $0.binding == binding.name })
    }
  }

  @Test func everythingThatHasANameIsFound() throws {
    var state = try opened()
    state.appearance.themes = ["one", "two"].map {
      Theme(name: $0, summary: "", colors: Self.colors)
    }
    let actions = Set(state.paletteEntries.map(\.action))
    for number in 1...PanelCatalog.selectable.count {
      #expect(
        actions.contains(.choosePanel(number))
          || actions.contains(.choose(.panel(PanelCatalog.identities[number - 1]))))
    }
    var choices: [DashboardChoice] = TokenLens.allCases.map { .lens($0) }
    choices += LedgerView.allCases.map { .ledgerView($0) } + GlyphSet.allCases.map { .glyphs($0) }
    choices += ObjectiveCatalog.names.flatMap { [.objective($0), .comparedObjective($0)] }
    choices += state.knobRows.all.map { .knobValue($0.target) } + [.theme("one"), .theme("two")]
    for choice in choices { #expect(actions.contains(.choose(choice)), "\(choice)") }
  }

  private static let colors = Dictionary(
    uniqueKeysWithValues: ThemeRole.allCases.map { ($0, CellColor.standard) })

  @Test func typingFiltersAndEnterDoes() throws {
    var state = try opened()
    type("set sbase", &state)
    let found = state.paletteEntries(matching: "set sbase")
    #expect(found.first?.action == .choose(.knobValue(.knob("sigma_base"))))
    #expect(press([.enter], &state) == [])
    #expect(state.overlay == .prompt(Prompt(.knob(.knob("sigma_base")))))
    type("0.4", &state)
    #expect(
      press([.enter], &state)
        == [.send(.setKnobs([KnobSetting(name: "sigma_base", value: 0.4)]))])
    #expect(state.overlay == nil)
  }

  @Test func arrowsChooseAndEscapeCloses() throws {
    var state = try opened()
    type("lens", &state)
    _ = press([.down, .down, .up], &state)
    let chosen = state.paletteEntries(matching: "lens")[1]
    guard case .palette(let palette) = state.overlay else {
      Issue.record("closed")
      return
    }
    #expect(palette.selected == 1 && palette.query == "lens")
    var other = state
    _ = press([.escape], &other)
    #expect(other.overlay == nil && other.lens == state.lens)
    var expected = state
    expected.overlay = nil
    _ = expected.reduce(chosen.action, at: 0)
    _ = press([.enter], &state)
    #expect(state == expected)
  }

  @Test func whatIsRefusedSaysWhyAndStays() throws {
    var state = try opened()
    state.run.present.snapshot.status.phase = .warmingUp
    type("one update, then", &state)
    let entry = try #require(state.paletteEntries(matching: "one update, then").first)
    #expect(entry.action == .stepUpdate)
    #expect(entry.refusal?.contains("warm start") == true)
    #expect(press([.enter], &state) == [])
    #expect(state.message?.text == entry.refusal)
    #expect(state.overlay != nil)
    let frame = DashboardScreen.render(
      state, size: state.size, theme: .builtIn, glyphs: .braille)
    #expect(frame.text.contains("not now: the base policy"))
  }

  @Test func quitAndPasteWork() throws {
    var state = try opened()
    let pasted = try #require(KeyBindingCatalog.action(for: .paste("leave,\nwith"), in: state))
    _ = state.reduce(pasted, at: 0)
    #expect(press([.enter], &state) == [.quit])
  }

  @Test func nothingFoundIsSaid() throws {
    var state = try opened()
    type("qqqqxzw", &state)
    #expect(press([.down, .enter], &state) == [])
    #expect(state.message?.text.contains("qqqqxzw") == true)
  }

  @Test(arguments: [
    ("theme", "theme: midnight", "the more it means"), ("lr", "learning rate", "already there"),
    ("pau", "run or pause", "plots and use"),
  ])
  func wordsAndNeighborsCountMore(query: String, better: String, worse: String) throws {
    let best = try #require(LetterSearch.score(of: Array(query), in: Array(better)))
    let other = LetterSearch.score(of: Array(query), in: Array(worse)) ?? -100
    #expect(best > other)
  }

  @Test(arguments: [(40, 12), (80, 24), (120, 40)])
  func frames(width: Int, height: Int) throws {
    var state = try opened(width: width, height: height)
    type("sigma", &state)
    assertSnapshot(
      DashboardScreen.render(state, size: state.size, theme: .builtIn, glyphs: .braille),
      named: "palette-\(width)x\(height)")
  }

  @Test func everySizeIsDrawn() throws {
    for width in stride(from: 0, through: 130, by: 13) {
      for height in 0...30 {
        let state = try opened(width: width, height: height)
        _ = DashboardScreen.render(state, size: state.size, theme: .builtIn, glyphs: .ascii)
      }
    }
  }
}
