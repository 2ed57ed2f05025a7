import TerminalCanvas
import Testing
import Theming
import TrainingTelemetry

@testable import RunKnowledge
@testable import RunViews
@testable import TrainingDashboard

@Suite("Rebound keys")
struct KeyReboundTests {
  private func state(_ overrides: KeyBindings.Overrides) throws -> DashboardState {
    var state = try SnapshotFixture.state()
    state.keys = try KeyBindings(overrides: overrides)
    return state
  }

  @Test func theNewKeyActsAndTheOldOneDoesNot() throws {
    let state = try state(["pause": [[.character("x"), .function(5)]]])
    for key in [Key.character("x"), .function(5)] {
      #expect(KeyBindingCatalog.action(for: key, in: state) == .toggleRunning)
    }
    #expect(KeyBindingCatalog.action(for: .character(" "), in: state) == nil)
    #expect(KeyBindingCatalog.action(for: .character("s"), in: state) == .stepUpdate)
  }

  @Test func pairsTakeOneListForEachAction() throws {
    let state = try state(["pace": [[.function(9)], [.function(10), .character("+")]]])
    #expect(KeyBindingCatalog.action(for: .function(9), in: state) == .changePace(-1))
    #expect(KeyBindingCatalog.action(for: .character("+"), in: state) == .changePace(1))
    #expect(KeyBindingCatalog.action(for: .character("-"), in: state) == nil)
    #expect(state.keys.shown("pace") == "F9 F10")
  }

  @Test func whatTheScreenSaysOfKeysFollows() throws {
    let digits = (1...9).map { [Key.function($0)] }
    var state = try state([
      "pause": [[.character("x")]], "panel-number": digits, "sigma": [[.up], [.down]],
      "answer": [[.pageUp], [.pageDown]], "help": [[.character("h")]],
      "help-close": [[.character("w")]],
    ])
    let context = DrawingContext(theme: .builtIn, glyphs: .braille)
    #expect(FooterView.hints(state, width: 200, context).plainText.contains("x pause"))
    #expect(FooterView.firstHint(state, width: 100).contains("x pauses · s makes one"))
    #expect(FooterView.firstHint(state, width: 100).contains("h explains all"))
    let help = HelpText.lines(width: 90, keys: state.keys)
    #expect(help.contains(.key("x", "run or pause")))
    #expect(help.contains(.key("F1 … F9", "choose a panel by its number")))
    #expect(!help.contains(.key("space", "run or pause")))
    state.size = ScreenSize(width: 120, height: 40)
    state.message = nil
    let frame = DashboardScreen.render(
      state, size: state.size, theme: .builtIn, glyphs: .braille)
    #expect(frame.text.contains("F1 Learning"))
    let row = try #require(state.knobRows[.knob("sigma_base")])
    #expect(KnobText(row, state).keys == "↑ ↓")
    state.overlay = .help(scroll: 0)
    let helpFrame = DashboardScreen.render(
      state, size: state.size, theme: .builtIn, glyphs: .braille)
    #expect(helpFrame.text.contains("w close"))
    #expect(KeyBindingCatalog.action(for: .character("w"), in: state) == .cancel)
  }

  @Test func withOtherKeysEverythingElseStaysAsItWas() throws {
    let running = try SnapshotFixture.state()
    var paused = running
    paused.run.present.snapshot.status.mode = .paused
    var warmingUp = running
    warmingUp.run.present.snapshot.status.phase = .warmingUp
    var empty = paused
    empty.run.present.snapshot.update = nil
    empty.run.present.snapshot.rollout = nil
    for binding in KeyBindingCatalog.all {
      let rebound = binding.rebound(to: binding.actions.indices.map { [.function($0 + 1)] })
      #expect(rebound.name == binding.name && rebound.scope == binding.scope)
      #expect(rebound.group == binding.group && rebound.hint == binding.hint)
      #expect(rebound.actions == binding.actions && rebound.helpOfEach == binding.helpOfEach)
      #expect(rebound.help == binding.helpWhenRebound ?? binding.help)
      #expect(rebound.shownKeys.hasPrefix("F1"))
      for state in [running, paused, warmingUp, empty] {
        #expect(rebound.hintNow(state) == binding.hintNow(state), "\(binding.name)")
      }
    }
  }

  @Test func thePauseKeyRunsAPausedRunUnderItsNewNameToo() throws {
    var state = try state(["pause": [[.character("x")]]])
    let context = DrawingContext(theme: .builtIn, glyphs: .braille)
    #expect(FooterView.hints(state, width: 200, context).plainText.contains("x pause"))
    state.run.present.snapshot.status.mode = .paused
    #expect(FooterView.hints(state, width: 200, context).plainText.contains("x run"))
  }

  @Test func theSameKeyMayServeWhereItCannotBeMistaken() throws {
    // ↑ is a key of the main screen, of a panel, of the help and of menus.
    let state = try state(["zoom": [[.enter]]])
    #expect(KeyBindingCatalog.action(for: .enter, in: state) == .toggleZoom)
  }

  @Test(
    arguments: [
      (["pauze": [[.character("x")]]], "unknown binding 'pauze'"),
      (["pause": [[.character("s")]]], "s is a key of 'update'"),
      (["update": [[.character("z")]], "pause": [[.character("z")]]], "z is a key of"),
      (["sigma": [[.character("x")]]], "takes a list of 2"),
      (["pause": [[]]], "takes one key"), (["pause": [[.ctrl("c")]]], "always leaves"),
      (["prompt-accept": [[.character("x")]]], "typed"),
    ] as [(KeyBindings.Overrides, String)])
  func whatCannotBeIsRefusedByName(overrides: KeyBindings.Overrides, words: String) {
    do throws(KeyBindingError) {
      _ = try KeyBindings(overrides: overrides)
      Issue.record("accepted")
    } catch {
      #expect(error.description.contains(words), "\(error)")
      #expect(overrides[error.binding] != nil)
    }
  }

  @Test func keysCanBeSwapped() throws {
    // Two bindings may swap their keys.
    let state = try state(["pause": [[.character("s")]], "update": [[.character(" ")]]])
    #expect(KeyBindingCatalog.action(for: .character(" "), in: state) == .stepUpdate)
  }

  @Test func everyKeyOfTheCatalogCanBeNamed() {
    for stroke in KeyBindingCatalog.all.flatMap(\.strokes) {
      #expect(Key(named: stroke.key.name) == stroke.key)
    }
    for text in ["", "xx", "ctrl-", "ctrl-i", "ctrl-C", "F0", "F25", "Fx", "\t", "spc"] {
      #expect(Key(named: text) == nil, "\(text)")
    }
  }
}
