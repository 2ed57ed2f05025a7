import PolicyObjectives
import RunKnowledge
public import TerminalCanvas
import TrainingTelemetry

/// Where each part of the screen goes: a pure function of the size and of what is selected.
///
/// Larger terminals get more panels, smaller ones fewer at a time: a slot then shows whichever of
/// its panels was chosen last. The parts never overlap and never leave the screen.
public struct PanelPlacement: Sendable, Hashable {
  public enum Part: Sendable, Hashable {
    case header
    case panel(PanelIdentity)
    /// The progress of the base policy's supervised training, in place of the panels.
    case warmStart
    /// The verdict on the last update, where the journal panel does not show it.
    case verdict
    /// Key hints, or a message.
    case footer
  }

  public var part: Part
  public var area: Rectangle
  /// Whether a frame is drawn around the part.
  public var isFramed: Bool

  public init(_ part: Part, _ area: Rectangle, isFramed: Bool = false) {
    self.part = part
    self.area = area
    self.isFramed = isFramed
  }
}

extension PanelPlacement {
  /// What is inside the frame, where there is one; empty where the frame takes all.
  var inner: Rectangle {
    guard isFramed else { return area }
    guard area.width >= 2, area.height >= 2 else {
      return Rectangle(x: area.x, y: area.y, width: 0, height: 0)
    }
    return BoxWidget.inner(of: area)
  }
}

public enum ScreenLayout {
  /// Below this the screen is the header and one panel without a frame.
  public static let smallest = ScreenSize(width: 40, height: 12)

  /// - Returns: the parts from top to bottom; none for a screen without cells.
  public static func layout(_ size: ScreenSize, _ state: DashboardState) -> [PanelPlacement] {
    let screen = Rectangle(width: size.width, height: size.height)
    guard !screen.isEmpty else { return [] }
    let (header, rest) = screen.splitTop(1)
    var placements = [PanelPlacement(.header, header)]
    guard !rest.isEmpty else { return placements }
    if size.width < smallest.width || size.height < smallest.height {
      return placements + tiny(rest, state)
    }
    let (above, footer) = rest.splitTop(rest.height - 1)
    let body: Rectangle
    if showsJournal(above, state) {
      body = above
    } else {
      let rows = size.height < 20 ? 1 : 2
      let (panels, verdict) = above.splitTop(above.height - rows)
      body = panels
      placements.append(PanelPlacement(.verdict, verdict))
    }
    placements += panels(in: body, screen: size, state)
    placements.append(PanelPlacement(.footer, footer))
    return placements
  }

  private static func tiny(_ area: Rectangle, _ state: DashboardState) -> [PanelPlacement] {
    if state.shown.snapshot.status.phase == .warmingUp { return [PanelPlacement(.warmStart, area)] }
    return [PanelPlacement(.panel(shown(of: all, state)), area)]
  }

  /// Whether the journal panel is on the screen, which has the verdict on top.
  private static func showsJournal(_ area: Rectangle, _ state: DashboardState) -> Bool {
    if state.shown.snapshot.status.phase == .warmingUp { return false }
    let placed = panels(
      in: area, screen: ScreenSize(width: area.width, height: area.height + 2), state)
    return placed.contains { $0.part == .panel(journal) }
  }

  private static func panels(
    in body: Rectangle, screen: ScreenSize, _ state: DashboardState
  ) -> [PanelPlacement] {
    if state.shown.snapshot.status.phase == .warmingUp {
      return [PanelPlacement(.warmStart, body, isFramed: true)]
    }
    if state.isZoomed { return [framed(state.selectedPanel, body)] }
    if screen.width >= 170, screen.height >= 48 { return threeColumns(body, state) }
    if screen.width >= 100, screen.height >= 28 { return twoColumns(body, state) }
    return compact(body, state)
  }

  private static func framed(_ panel: PanelIdentity, _ area: Rectangle) -> PanelPlacement {
    PanelPlacement(.panel(panel), area, isFramed: true)
  }

  // MARK: Large

  private static func threeColumns(
    _ body: Rectangle, _ state: DashboardState
  ) -> [PanelPlacement] {
    let columns = body.splitColumns([
      .flexible(weight: 12), .flexible(weight: 12), .flexible(weight: 10),
    ])
    // One row for each objective, a header, and a note under them.
    let left = columns[0].splitRows([
      .flexible(weight: 3), .flexible(weight: 2), .fixed(ObjectiveCatalog.all.count + 5),
    ])
    let middle = columns[1].splitRows([.flexible(weight: 3), .flexible(weight: 2, minimum: 20)])
    // As many rows as there are knobs; the inspector and the journal share the rest.
    let knobRows = min(state.shownKnobRows.all.count + 2, body.height * 2 / 5)
    let right = columns[2].splitRows([.flexible(), .fixed(knobRows), .flexible()])
    let slots: [(area: Rectangle, panels: [PanelIdentity])] = [
      (left[0], [learning]), (left[1], [ledger] + unplaced), (left[2], [objectives]),
      (middle[0], [tokens]),
      (middle[1], [limiter]), (right[0], [inspector]), (right[1], [knobs]),
      (right[2], [journal]),
    ]
    return slots.map { framed(shown(of: $0.panels, state), $0.area) }
  }

  private static func twoColumns(_ body: Rectangle, _ state: DashboardState) -> [PanelPlacement] {
    // Enough for a verdict and a few lines of journal, once everything else has its least.
    let journalRows = body.height >= 36 ? min(12, 6 + (body.height - 36) / 4) : 0
    let (grid, bottom) = body.splitTop(body.height - journalRows)
    let free = grid.height - 25
    let rows = grid.splitRows([
      .flexible(), .fixed(11 + max(0, free / 5)), .fixed(6 + max(0, free * 2 / 5)),
    ])
    let slots: [(row: Int, left: [PanelIdentity], right: [PanelIdentity])] = [
      (0, [learning], [tokens]), (1, [limiter], [inspector]),
      (2, [ledger] + others + (journalRows == 0 ? [journal] : []), [knobs]),
    ]
    var placements = slots.flatMap { slot in
      let columns = rows[slot.row].splitColumns([.flexible(), .flexible()])
      return [
        framed(shown(of: slot.left, state), columns[0]),
        framed(shown(of: slot.right, state), columns[1]),
      ]
    }
    if journalRows > 0 { placements.append(framed(journal, bottom)) }
    return placements
  }

  // MARK: Small

  /// Rows that any of the detail panels needs to be useful, frame included.
  private static let detailRows = 11

  private static func compact(_ body: Rectangle, _ state: DashboardState) -> [PanelPlacement] {
    let overview = [learning, tokens]
    let details = all.filter { !overview.contains($0) }
    guard body.height >= 8 + detailRows else { return [framed(shown(of: all, state), body)] }
    let isWide = body.width >= 70
    // Side by side the overview takes one row of panels, else two.
    let overviewRows = isWide ? 1 : 2
    let room = body.height - overviewRows * 8
    guard room >= detailRows else {
      let rows = body.splitRows([.fixed(8), .flexible()])
      return [
        framed(learning, rows[0]),
        framed(shown(of: all.filter { $0 != learning }, state), rows[1]),
      ]
    }
    let count = min(details.count, room / detailRows)
    let rows = body.splitRows(
      [Extent](repeating: .flexible(minimum: 8), count: overviewRows)
        + [Extent](repeating: .flexible(minimum: detailRows), count: count))
    let chosen = shown(count, of: details, state)
    let below = zip(chosen, rows[overviewRows...]).map { framed($0, $1) }
    guard isWide else { return [framed(learning, rows[0]), framed(tokens, rows[1])] + below }
    let halves = rows[0].splitColumns([.flexible(), .flexible()])
    return [framed(learning, halves[0]), framed(tokens, halves[1])] + below
  }

  // MARK: Choice

  private static let learning = PanelIdentity(LearningPanel.self)
  private static let tokens = PanelIdentity(TokensPanel.self)
  private static let limiter = PanelIdentity(LimiterPanel.self)
  private static let inspector = PanelIdentity(InspectorPanel.self)
  private static let ledger = PanelIdentity(LedgerPanel.self)
  private static let knobs = PanelIdentity(KnobsPanel.self)
  private static let journal = PanelIdentity(JournalPanel.self)
  private static let objectives = PanelIdentity(ObjectivesPanel.self)

  private static let all = PanelCatalog.identities

  /// Panels of the catalog that have no place of their own.
  private static let others = all.filter { !placed.contains($0) }

  private static let placed: Set<PanelIdentity> = [
    learning, tokens, limiter, inspector, ledger, knobs, journal,
  ]

  /// The same for screens large enough to show the objectives as well.
  private static let unplaced = others.filter { $0 != objectives }

  /// The panel of a slot that was chosen last, else its first.
  private static func shown(of slot: [PanelIdentity], _ state: DashboardState) -> PanelIdentity {
    state.recentPanels.first { slot.contains($0) } ?? slot[0]
  }

  /// As many panels as there is room for, those chosen last; in the catalog's order, so that
  /// they stay where they are.
  private static func shown(
    _ count: Int, of panels: [PanelIdentity], _ state: DashboardState
  ) -> [PanelIdentity] {
    let recent = state.recentPanels.filter { panels.contains($0) }
    let chosen = Set((recent + panels.filter { !recent.contains($0) }).prefix(count))
    return panels.filter { chosen.contains($0) }
  }
}
