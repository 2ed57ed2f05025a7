import Foundation
import TerminalCanvas
import Testing
import Theming
import TrainingTelemetry

@testable import RunKnowledge
@testable import RunViews
@testable import TrainingDashboard

@Suite("Key bindings")
struct KeyBindingTests {
  @Test func namesAndKeysAreUnique() {
    let all = KeyBindingCatalog.all
    #expect(Set(all.map(\.name)).count == all.count)
    var seen: [KeyScope: Set<Key>] = [:]
    for binding in all {
      for stroke in binding.strokes {
        let isNew = seen[binding.scope, default: []].insert(stroke.key).inserted
        #expect(isNew, "\(stroke.key.shown) is bound twice in \(binding.scope)")
      }
    }
  }

  @Test func everyBindingSaysWhatItDoes() {
    for binding in KeyBindingCatalog.all {
      #expect(!binding.strokes.isEmpty)
      #expect(!binding.help.isEmpty && !binding.shownKeys.isEmpty, "\(binding.name)")
      #expect((binding.hint?.count ?? 1) <= 10, "\(binding.name)")
    }
  }

  @Test func panelScopesNamePanelsThatExist() {
    for case .panel(let panel) in KeyBindingCatalog.all.map(\.scope) {
      #expect(PanelCatalog.identities.contains(panel))
    }
  }

  @Test func helpAndMarkdownListEveryKeyOfTheScreen() {
    let lines = HelpText.lines(width: 90)
    let shown = lines.compactMap { if case .key(let keys, _) = $0 { keys } else { nil } }
    for binding in KeyBindingCatalog.all {
      switch binding.scope {
      case .main, .panel, .draft, .trial, .forkSetup, .fork:
        #expect(shown.contains(binding.shownKeys), "\(binding.name)")
        #expect(KeyBindingCatalog.markdownTable.contains("| `\(binding.shownKeys)` | "))
      case .help, .menu, .prompt, .tour, .palette: break
      }
    }
  }

  /// Files and folders that README names are where it says.
  @Test func whatReadmePointsToExists() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let readme = try String(
      contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    #expect(readme.split(separator: "\n", omittingEmptySubsequences: false).count <= 151)
    let paths = Set(
      readme.matches(of: /Sources\/[A-Za-z0-9\/+.]*[A-Za-z0-9\/]/).map { "\($0.output)" })
    #expect(paths.count >= 8)
    for path in paths.sorted() {
      #expect(
        FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path), "\(path)")
    }
  }

  /// Table and guide of the pages are generated: with RECORD_SNAPSHOTS=1 they are written anew.
  @Test(arguments: [
    ("Keys", "keys", KeyBindingCatalog.markdownTable),
    ("ReadingThePanels", "panels", PanelCatalog.markdownGuide),
  ])
  func pagesHaveWhatTheCatalogsSay(page: String, section: String, generated: String) throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Sources/TrainingDashboard/TrainingDashboard.docc/\(page).md").path
    var text = try String(contentsOfFile: path, encoding: .utf8)
    let (begin, end) = ("<!-- \(section) -->\n", "<!-- end of \(section) -->")
    let start = try #require(text.range(of: begin)).upperBound
    let stop = try #require(text.range(of: end)).lowerBound
    let table = generated + "\n"
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
      text.replaceSubrange(start..<stop, with: table)
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    } else {
      #expect(text[start..<stop] == table)
    }
  }

  @Test func helpExplainsEveryPanel() {
    let text = HelpText.lines(width: 1000).map { line in
      switch line {
      case .heading(let text), .text(let text): text
      case .key(_, let text): text
      case .blank: ""
      }
    }.joined(separator: "\n")
    for descriptor in [HeaderPanel.descriptor] + PanelCatalog.selectable {
      #expect(text.contains(descriptor.title))
      for paragraph in descriptor.explanation { #expect(text.contains(paragraph)) }
      #expect(!descriptor.explanation.isEmpty, "\(descriptor.name) explains nothing")
    }
  }

  @Test(arguments: [
    (Key.character(" "), DashboardAction.toggleRunning), (.character("s"), .stepUpdate),
    (.character("S"), .stepIteration), (.character("["), .nudge(.knob("sigma_base"), -1)),
    (.character("}"), .nudge(.asymmetry, 1)), (.up, .moveAnswer(-1)), (.right, .moveToken(1)),
    (.character("."), .changeGroup(1)), (.character("="), .changePace(1)),
    (.character("0"), .fullSpeed), (.tab, .changePanel(1)), (.backTab, .changePanel(-1)),
    (.character("3"), .choosePanel(3)), (.character("u"), .undoKnobMove),
    (.character("?"), .openHelp), (.character("q"), .quit), (.ctrl("c"), .quit),
    (.ctrl("z"), .suspend),
  ])
  func mainScreenKeys(key: Key, action: DashboardAction) throws {
    var state = try SnapshotFixture.state()
    state.select(panel: "journal")
    #expect(KeyBindingCatalog.action(for: key, in: state) == action)
  }

  @Test func arrowsBelongToTheKnobsWhileTheirPanelIsSelected() throws {
    var state = try SnapshotFixture.state()
    state.select(panel: "knobs")
    #expect(KeyBindingCatalog.action(for: .up, in: state) == .selectKnob(-1))
    #expect(KeyBindingCatalog.action(for: .right, in: state) == .nudgeSelectedKnob(1))
    #expect(KeyBindingCatalog.action(for: .enter, in: state) == .typeKnobValue)
    #expect(KeyBindingCatalog.action(for: .character("s"), in: state) == .stepUpdate)
  }

  @Test func overlaysTakeTheKeys() throws {
    var state = try SnapshotFixture.state()
    state.overlay = .help(scroll: 0)
    #expect(KeyBindingCatalog.action(for: .character("s"), in: state) == nil)
    #expect(KeyBindingCatalog.action(for: .character("q"), in: state) == .cancel)
    #expect(KeyBindingCatalog.action(for: .ctrl("c"), in: state) == .quit)
    state.overlay = .prompt(Prompt(.knob(.asymmetry)))
    #expect(KeyBindingCatalog.action(for: .character("q"), in: state) == .type("q"))
    #expect(KeyBindingCatalog.action(for: .paste("0.25"), in: state) == .type("0.25"))
    state.overlay = nil
    #expect(KeyBindingCatalog.action(for: .paste("qqq"), in: state) == nil)
  }

  @Test func keysThatCannotActSayWhy() throws {
    var state = try SnapshotFixture.state()
    state.run.present.snapshot.status.phase = .warmingUp
    let action = try #require(KeyBindingCatalog.action(for: .character("s"), in: state))
    #expect(state.refusal(of: action)?.reason.contains("warm start") == true)
    #expect(state.reduce(action, at: 0) == [])
    #expect(state.message?.text.contains("warm start") == true)
    #expect(!KeyBindingCatalog.hints(in: state).contains { $0.name == "update" })
  }

  @Test func terminalEventsBecomeActions() throws {
    let state = try SnapshotFixture.state()
    #expect(
      KeyBindingCatalog.action(for: .resize(width: 90, height: 30), in: state)
        == .resized(ScreenSize(width: 90, height: 30)))
    #expect(KeyBindingCatalog.action(for: .signal(15), in: state) == .quit)
    #expect(KeyBindingCatalog.action(for: .hangup, in: state) == .quit)
  }

  @Test func theFirstHintSaysWhatTheKeyDoesNow() throws {
    var state = try SnapshotFixture.state()
    state.run.present.snapshot.status.mode = .running
    #expect(FooterView.firstHint(state, width: 100).contains("space pauses"))
    state.run.present.snapshot.status.mode = .paused
    #expect(FooterView.firstHint(state, width: 100).contains("space starts the run"))
    for width in 30...100 {
      let hint = FooterView.firstHint(state, width: width)
      #expect(hint.count <= width && hint.hasSuffix("? explains all"), "at \(width): \(hint)")
    }
  }

  /// A key in the footer does something: not one that the run, the objective or the past refuses.
  @Test func theFooterNamesNoKeyThatIsRefused() throws {
    let state = try SnapshotFixture.state()
    func hints(_ change: (inout DashboardState) -> Void) -> [String] {
      var changed = state
      change(&changed)
      return KeyBindingCatalog.hints(in: changed).map(\.name)
    }
    #expect(hints { _ in }.contains("sigma"))
    let ofGRPO = hints { state in
      state.run.present.snapshot.knobs.removeAll {
        $0.name.hasPrefix("sigma") || $0.name.hasPrefix("beta")
      }
    }
    #expect(!ofGRPO.contains("sigma") && !ofGRPO.contains("asymmetry"))
    #expect(ofGRPO.contains("update"))
    let ofTheEnd = hints { $0.run.present.snapshot.status.phase = .finished }
    for name in ["pause", "update", "iteration", "sigma", "asymmetry", "undo", "objective"] {
      #expect(!ofTheEnd.contains(name), "\(name)")
    }
    #expect(ofTheEnd.contains("help") && ofTheEnd.contains("quit"))
    var view = state
    view.select(panel: "learning")
    view.views.learning = .scores
    #expect(!KeyBindingCatalog.hints(in: view).contains { $0.name == "learning-log" })
    _ = view.reduce(try #require(KeyBindingCatalog.action(for: .character("d"), in: view)), at: 0)
    #expect(view.message?.text == "shares from 0 to 1 have a linear axis")
    #expect(view.message?.level == .information && !view.views.hasLogarithmicCurves)
  }

  @Test func whatTheKeyOfThePauseDoesStandsBesideIt() throws {
    var state = try SnapshotFixture.state()
    let context = DrawingContext(theme: .builtIn, glyphs: .braille)
    for (mode, hint) in [(RunStatus.Mode.paused, "space run"), (.running, "space pause")] {
      state.run.present.snapshot.status.mode = mode
      #expect(FooterView.hints(state, width: 200, context).plainText.contains(hint))
    }
  }

  @Test func footerNeverExceedsItsWidthAndKeepsHelpAndQuit() throws {
    let state = try SnapshotFixture.state()
    let context = DrawingContext(theme: .builtIn, glyphs: .braille)
    for width in 20...250 {
      let text = FooterView.hints(state, width: width, context)
      #expect(text.width <= width)
      #expect(text.plainText.hasSuffix("? help  q quit"))
    }
  }
}
