import Foundation
import TerminalCanvas
import Testing
import TrainingTelemetry

@testable import RunKnowledge
@testable import RunViews
@testable import TrainingDashboard

/// A click and a turn of the wheel at every cell: what they do is what is drawn there.
@Suite("Mouse")
struct PointerTests {
  private static let sizes = [(40, 12), (80, 24), (120, 40), (200, 60)]

  /// Where a panel is; clicks elsewhere are other panels'.
  private func area(of panel: String, _ state: DashboardState) throws -> Rectangle {
    let placements = ScreenLayout.layout(state.size, state)
    return try #require(placements.first { $0.part == .panel(PanelIdentity(panel)) }).area
  }

  private func frame(_ state: DashboardState) -> CellBuffer {
    DashboardScreen.render(
      state, size: state.size, theme: state.theme, glyphs: state.appearance.glyphs)
  }

  private func input(_ x: Int, _ y: Int, _ mouse: MouseAction, _ state: DashboardState)
    -> DashboardAction?
  {
    KeyBindingCatalog.action(
      for: .mouse(x: x, y: y, action: mouse, shift: false), in: state)
  }

  private func click(_ x: Int, _ y: Int, _ state: DashboardState) -> DashboardAction? {
    input(x, y, .press, state)
  }

  /// Rows of the frame, a string each.
  private func rows(_ state: DashboardState) -> [String] {
    frame(state).text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test(arguments: sizes)
  func aClickAnywhereInAPanelSelectsIt(width: Int, height: Int) throws {
    let state = try SnapshotFixture.state(width: width, height: height)
    for placement in ScreenLayout.layout(state.size, state) {
      guard case .panel(let name) = placement.part else { continue }
      for (x, y) in [
        (placement.area.x, placement.area.y), (placement.area.maxX - 1, placement.area.maxY - 1),
        (placement.area.x + placement.area.width / 2, placement.area.y + 2),
      ] {
        var clicked = state
        let action = try #require(click(x, y, clicked), "\(name) at \(x), \(y)")
        #expect(clicked.reduce(action, at: 0) == [])
        #expect(clicked.selectedPanel == name)
      }
    }
  }

  /// The token that a click chooses is the one whose character stands in the cell.
  @Test(arguments: sizes)
  func everyCellOfATokenChoosesThatToken(width: Int, height: Int) throws {
    var state = try SnapshotFixture.state(width: width, height: height)
    state.select(panel: "tokens")
    state.selection = Selection()
    let answers = try #require(state.run.present.snapshot.rollout?.group.answers)
    let frame = frame(state)
    let area = try area(of: "tokens", state)
    var seen: Set<DashboardAction> = []
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX {
        guard case .choose(.answer(let answer, let token))? = click(x, y, state) else { continue }
        guard let token else { continue }
        let symbol = answers[answer].tokens[token].symbol
        if symbol.count == 1, symbol.allSatisfy(\.isASCII), symbol != "\n",
          answer != state.selection.answer
        {
          #expect(String(frame[x, y].character) == symbol, "\(answer), \(token) at \(x), \(y)")
        }
        seen.insert(.choose(.answer(answer, token: token)))
      }
    }
    #expect(seen.count > 20)
    let chosen = DashboardAction.choose(.answer(2, token: 3))
    #expect(seen.contains(chosen))
    _ = state.reduce(chosen, at: 0)
    #expect(state.selection.answer == 2 && state.selection.token == 3)
  }

  @Test(arguments: sizes)
  func everyRowOfTheKnobsChoosesItsKnob(width: Int, height: Int) throws {
    var state = try SnapshotFixture.state(width: width, height: height)
    state.select(panel: "knobs")
    // Scrolled, where not all fit.
    for _ in 0..<9 { _ = state.reduce(.selectKnob(1), at: 0) }
    let rows = rows(state)
    let area = try area(of: "knobs", state)
    var found: Set<KnobTarget> = []
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX {
        guard case .choose(.knob(let target))? = click(x, y, state) else { continue }
        let row = try #require(state.knobRows[target])
        #expect(rows[y].contains(row.symbol), "\(row.symbol) at \(x), \(y)")
        found.insert(target)
      }
    }
    #expect(found.count >= min(state.knobRows.all.count, 6))
    _ = state.reduce(.choose(.knob(.asymmetry)), at: 0)
    #expect(state.selectedKnob == .asymmetry && state.selectedPanel.name == "knobs")
  }

  @Test(arguments: sizes)
  func hintsOfTheFooterDoWhatTheirKeysDo(width: Int, height: Int) throws {
    let state = try SnapshotFixture.state(width: width, height: height)
    let footer = Array(rows(state)[height - 1])
    for binding in KeyBindingCatalog.hints(in: state) {
      let words = "\(binding.shownKeys) \(binding.hint ?? "")"
      guard let start = String(footer).range(of: words) else { continue }
      let column = String(footer).distance(from: String(footer).startIndex, to: start.lowerBound)
      #expect(click(column, height - 1, state) == binding.actions.first, "\(words)")
      #expect(click(column + words.count - 1, height - 1, state) == binding.actions.first)
    }
    let quit = try #require(String(footer).range(of: "q quit"))
    let column = String(footer).distance(from: String(footer).startIndex, to: quit.lowerBound)
    #expect(click(column, height - 1, state) == .quit)
    #expect(click(column - 1, height - 1, state) == nil, "between two hints is nothing")
    if let pair = String(footer).range(of: "[ ] σ") {
      let column = String(footer).distance(from: String(footer).startIndex, to: pair.lowerBound)
      #expect(click(column, height - 1, state) == .nudge(.knob("sigma_base"), -1))
      #expect(click(column + 2, height - 1, state) == .nudge(.knob("sigma_base"), 1))
    }
    var busy = state
    _ = busy.reduce(.notify("a message", .information), at: 0)
    #expect(click(column, height - 1, busy) == nil)
  }

  @Test(arguments: sizes)
  func entriesOfMenusAreChosenAndThenTaken(width: Int, height: Int) throws {
    var state = try SnapshotFixture.state(width: width, height: height)
    _ = state.reduce(.openObjectiveMenu, at: 0)
    let titles = state.menuItems(.objective).map(\.title)
    let rows = rows(state)
    guard case .menu(let menu) = state.overlay else {
      Issue.record("no menu")
      return
    }
    let area = MenuLayout(menu, state, in: Rectangle(width: width, height: height)).box.area
    var found = 0
    // On the last line are hints.
    for y in area.y..<min(area.maxY, height - 1) {
      for x in area.x..<area.maxX {
        guard case .moveChoice(let offset)? = click(x, y, state) else { continue }
        let title = titles[menu.selected + offset]
        #expect(rows[y].contains(title.prefix(20)), "\(title) at \(x), \(y)")
        found += 1
      }
    }
    #expect(found > 0)
    let y = try #require(rows.firstIndex { $0.contains("▸ ") && $0.contains("┃") })
    #expect(click(width / 2, y, state) == .confirm)
    if height > 30 { #expect(click(0, 3, state) == .cancel, "beside the box") }
  }

  @Test func entriesOfThePaletteAreChosenAndThenTaken() throws {
    var state = try SnapshotFixture.state()
    _ = state.reduce(.openPalette, at: 0)
    let entries = state.paletteEntries
    for (y, row) in rows(state).dropLast().enumerated() {
      guard case .moveChoice(let offset)? = click(60, y, state) else { continue }
      #expect(row.contains(entries[offset].title.prefix(40)))
    }
    let y = try #require(rows(state).firstIndex { $0.contains("▸ " + entries[0].title) })
    #expect(click(60, y, state) == .confirm)
    _ = state.reduce(try #require(click(60, y + 2, state)), at: 0)
    guard case .palette(let palette) = state.overlay else {
      Issue.record("closed")
      return
    }
    #expect(palette.selected == 2)
  }

  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func theWheelScrollsWhatLiesUnderIt(width: Int, height: Int) throws {
    var state = try SnapshotFixture.state(width: width, height: height)
    for name in ["tokens", "knobs", "journal", "limiter"] {
      let panel = PanelIdentity(name)
      state.select(panel: panel)
      let placement = try #require(
        ScreenLayout.layout(state.size, state).first { $0.part == .panel(panel) })
      let (x, y) = (placement.area.x + 3, placement.area.y + 2)
      let expected: DashboardAction? =
        switch name {
        case "tokens": .moveAnswer(1)
        case "knobs": .selectKnob(1)
        case "journal": .scrollJournal(3)
        default: nil
        }
      #expect(input(x, y, .wheelDown, state) == expected, "\(name)")
      #expect(input(x, y, .release, state) == nil && input(x, y, .drag, state) == nil)
    }
    state.overlay = .help(scroll: 0)
    #expect(input(4, 4, .wheelDown, state) == .scroll(3))
    state.overlay = .menu(Menu(.theme))
    #expect(input(4, 4, .wheelUp, state) == .moveChoice(-1))
    state.overlay = .prompt(Prompt(.breakpoint))
    #expect(input(4, 4, .wheelUp, state) == nil && click(4, 4, state) == nil)
  }

  @Test func theJournalKeepsItsPlaceWhileItGrows() throws {
    var state = try SnapshotFixture.state()
    state.select(panel: "journal")
    state.isZoomed = true
    for index in 0..<50 {
      state.run.present.journal.append(
        Journal.Entry(kind: .information, updatesBefore: index, text: "entry \(index)"))
    }
    #expect(rows(state).contains { $0.contains("entry 49") })
    _ = state.reduce(.scrollJournal(3), at: 0)
    #expect(!rows(state).contains { $0.contains("entry 47") })
    #expect(rows(state).contains { $0.contains("entry 46") })
    #expect(state.reduce(.scrollJournal(-10), at: 0) == [])
    #expect(state.views.journalScroll == 0)
    _ = state.reduce(.scrollJournal(1000), at: 0)
    #expect(state.views.journalScroll == state.run.present.journal.entries.count - 1)
  }

  @Test func noCellCrashes() throws {
    var state = try SnapshotFixture.state()
    for width in stride(from: 0, through: 130, by: 26) {
      for height in stride(from: 0, through: 45, by: 9) {
        state.size = ScreenSize(width: width, height: height)
        for overlay in [nil, .menu(Menu(.objective)), .palette(Palette()), .help(scroll: 0)]
          as [Overlay?]
        {
          state.overlay = overlay
          for y in stride(from: -1, through: height, by: 3) {
            for x in [-1, 0, width / 4, width / 2, width - 1, width] {
              _ = click(x, y, state)
              _ = input(x, y, .wheelUp, state)
            }
          }
        }
      }
    }
  }
}
