import RunKnowledge
import RunViews
import TerminalCanvas
import Theming

/// The tour's words in a box that leaves free the panel they are about, as far as there is room.
enum TourDrawing {
  private static let width = 60

  static func draw(
    _ state: DashboardState, on buffer: inout CellBuffer, _ context: DrawingContext
  ) {
    guard let tour = state.tour, !tour.isOver else { return }
    let screen = buffer.bounds
    let width = min(Self.width, screen.width)
    let inside = max(1, width - 4)
    let lines =
      context.text(tour.step.words(state), .text).wrapped(to: inside)
      + outcome(tour.outcome, context).wrapped(to: inside)
    let area = place(
      width: width, height: min(lines.count + 2, screen.height), panel: tour.step.panel, state,
      in: screen)
    buffer.fill(area, with: Cell(" ", style: context.style(.text)))
    var framed = context
    framed.isSelected = true
    let inner: Rectangle
    if area.width >= 8, area.height >= 3 {
      let next = state.keys.binding(named: "tour-next")?.shownKeys ?? ""
      let leave = state.keys.binding(named: "tour-leave")?.shownKeys ?? ""
      inner = BoxWidget(
        title: framed.text("Tour \(tour.index + 1) of \(TourScript.steps.count)", .title, .bold),
        footer: framed.text(
          tour.isAtEnd ? "\(next) gives you the keys" : "\(next) goes on · \(leave) leaves",
          .textDim), isSelected: true, selectedBorderStyle: framed.style(.accent)
      ).draw(into: &buffer, in: area, glyphs: context.glyphs).inset(dx: 1)
    } else {
      inner = area
    }
    for (row, line) in lines.prefix(inner.height).enumerated() {
      buffer.draw(line, in: inner.row(row), glyphs: context.glyphs)
    }
  }

  private static func outcome(_ outcome: Tour.Outcome, _ context: DrawingContext) -> StyledText {
    switch outcome {
    case .waiting: context.text("… the run is at it", .textDim)
    case .held(let text): context.text("✓ \(text)", .success, .bold)
    case .failed(let text): context.text("✗ not so this time: \(text)", .warning, .bold)
    }
  }

  /// Of the places between header and footer the one that covers least of the panel.
  static func place(
    width: Int, height: Int, panel: PanelIdentity, _ state: DashboardState, in screen: Rectangle
  ) -> Rectangle {
    let spoken = ScreenLayout.layout(
      ScreenSize(width: screen.width, height: screen.height), state
    ).first { $0.part == .panel(panel) }?.area
    let right = max(0, screen.width - width)
    let bottom = max(0, screen.height - height - 1)
    let top = min(1, bottom)
    let places = [bottom, top, (top + bottom) / 2].flatMap { y in
      [right / 2, 0, right].map { x in
        Rectangle(x: x, y: y, width: width, height: height)
      }
    }
    func covered(_ place: Rectangle) -> Int {
      guard let spoken else { return 0 }
      let columns = min(place.x + width, spoken.x + spoken.width) - max(place.x, spoken.x)
      let rows = min(place.y + height, spoken.y + spoken.height) - max(place.y, spoken.y)
      return max(0, columns) * max(0, rows)
    }
    // The first of the best: below and in the middle, if it is free.
    let least = places.map(covered).min() ?? 0
    return places.first { covered($0) == least } ?? places[0]
  }
}
