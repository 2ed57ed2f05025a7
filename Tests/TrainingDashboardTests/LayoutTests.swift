import TerminalCanvas
import Testing
import Theming
import TrainingTelemetry

@testable import RunKnowledge
@testable import TrainingDashboard

@Suite("Screen layout")
struct LayoutTests {
  private static func names(_ placements: [PanelPlacement]) -> [String] {
    placements.compactMap { if case .panel(let panel) = $0.part { panel.name } else { nil } }
  }

  /// Every size from nothing to 250x80, with different panels chosen: no overlap, nothing outside,
  /// no empty part, every cell of a framed screen covered.
  @Test(arguments: [(nil, false), ("tokens", false), ("journal", false), ("knobs", true)])
  func sweepOfAllSizes(chosen: String?, isZoomed: Bool) throws {
    var state = try SnapshotFixture.state()
    if let chosen { state.select(panel: PanelIdentity(chosen)) }
    state.isZoomed = isZoomed
    for height in 0...80 {
      for width in 0...250 {
        let size = ScreenSize(width: width, height: height)
        let problem = Self.problem(ScreenLayout.layout(size, state), size)
        #expect(problem == nil, "\(width)x\(height): \(problem ?? "")")
        if problem != nil { return }
      }
    }
  }

  private static func problem(_ placements: [PanelPlacement], _ size: ScreenSize) -> String? {
    let screen = Rectangle(width: size.width, height: size.height)
    if screen.isEmpty { return placements.isEmpty ? nil : "parts on no screen" }
    for (index, placement) in placements.enumerated() {
      let area = placement.area
      if area.isEmpty { return "\(placement.part) is empty" }
      if screen.intersection(area) != area { return "\(placement.part) leaves the screen" }
      for other in placements[(index + 1)...]
      where !area.intersection(other.area).isEmpty {
        return "\(placement.part) overlaps \(other.part)"
      }
    }
    let covered = placements.reduce(0) { $0 + $1.area.width * $1.area.height }
    return covered == size.width * size.height ? nil : "\(covered) cells covered"
  }

  @Test(arguments: [(120, 40), (120, 31), (200, 60), (250, 80), (100, 28)])
  func largeScreensShowEverything(width: Int, height: Int) throws {
    let state = try SnapshotFixture.state()
    let placements = ScreenLayout.layout(ScreenSize(width: width, height: height), state)
    let names = Set(Self.names(placements))
    let wanted: Set = ["learning", "tokens", "limiter", "inspector", "ledger", "knobs"]
    #expect(names.isSuperset(of: wanted))
    #expect(placements.contains { $0.part == .header })
    #expect(placements.contains { $0.part == .footer })
    // The verdict is always somewhere.
    #expect(names.contains("journal") || placements.contains { $0.part == .verdict })
  }

  @Test func eightyByTwentyFourShowsOneDetailAtATime() throws {
    var state = try SnapshotFixture.state()
    let size = ScreenSize(width: 80, height: 24)
    for detail in PanelCatalog.selectable.map(\.name)
    where !["learning", "tokens"].contains(detail) {
      state.select(panel: PanelIdentity(detail))
      let placements = ScreenLayout.layout(size, state)
      #expect(Self.names(placements).filter { $0 != "learning" && $0 != "tokens" } == [detail])
      #expect(Self.names(placements).contains("learning"))
      #expect(Self.names(placements).contains("tokens"))
      #expect(
        placements.first { $0.part == .panel(PanelIdentity(detail)) }?.area.height == 11,
        "\(detail) has its eleven rows")
    }
  }

  @Test func chosenDetailStaysWhenTheOverviewIsSelected() throws {
    var state = try SnapshotFixture.state()
    state.select(panel: "knobs")
    state.select(panel: "tokens")
    let names = Self.names(ScreenLayout.layout(ScreenSize(width: 80, height: 24), state))
    #expect(names.contains("knobs"))
  }

  @Test func selectedPanelIsAlwaysVisible() throws {
    var state = try SnapshotFixture.state()
    for name in PanelCatalog.selectable.map(\.name) {
      state.select(panel: PanelIdentity(name))
      for (width, height) in [
        (20, 5), (40, 12), (60, 30), (80, 24), (80, 60), (120, 31), (180, 50),
      ] {
        let placements = ScreenLayout.layout(ScreenSize(width: width, height: height), state)
        #expect(Self.names(placements).contains(name), "\(name) at \(width)x\(height)")
      }
    }
  }

  @Test func warmStartTakesThePlaceOfThePanels() throws {
    var state = try SnapshotFixture.state()
    state.run.present.snapshot.status.phase = .warmingUp
    for (width, height) in [(10, 4), (80, 24), (200, 60)] {
      let placements = ScreenLayout.layout(ScreenSize(width: width, height: height), state)
      #expect(placements.contains { $0.part == .warmStart })
      #expect(Self.names(placements).isEmpty)
    }
  }

  /// Drawing at any size neither traps nor leaves the buffer; a selection for time's sake.
  @Test(arguments: [
    nil, Overlay.help(scroll: 5), .menu(Menu(.objective, selected: 3)),
    .prompt(Prompt(.knob(.asymmetry), text: "0.5")),
  ])
  func everySizeDraws(overlay: Overlay?) throws {
    var state = try SnapshotFixture.state()
    state.overlay = overlay
    let heights = overlay == nil ? Array(0...13) + [18, 24, 31, 60, 80] : [0, 1, 2, 3, 5, 12, 30]
    let widths = Array(0...3) + [10, 39, 40, 69, 70, 99, 100, 170, 250]
    for height in heights {
      for width in widths {
        state.size = ScreenSize(width: width, height: height)
        let frame = DashboardScreen.render(
          state, size: state.size, theme: .builtIn, glyphs: .braille)
        #expect(frame.width == width && frame.height == height)
      }
    }
  }
}
