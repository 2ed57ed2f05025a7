import Dispatch
import Synchronization
import TerminalCanvas
import TestSupport
import Testing
import Theming

@testable import TrainingDashboard

/// Every size of terminal from 1x1 to 250x80, drawn.
@Suite("Screen: every size")
struct ScreenSweepTests {
  private static let corners: Set<Unicode.Scalar> = ["╭", "╮", "╰", "╯", "┏", "┓", "┗", "┛"]

  /// A part that draws beyond its area, or two that overlap, would spoil a corner of a frame: the
  /// one place that nothing but a frame ever writes to.
  @Test func nothingCrashesOrLeavesItsPanel() throws {
    let state = try SnapshotFixture.state(width: 80, height: 24)
    let spoiled = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 80) { row in
      for width in 1...250 where Self.isTried(width: width, height: row + 1) {
        let found = Self.spoiledPart(state, ScreenSize(width: width, height: row + 1))
        if let found { spoiled.withLock { $0.append(found) } }
      }
    }
    let all = spoiled.withLock { $0.sorted() }
    #expect(all.isEmpty, "\(all.count) sizes, such as \(all.prefix(3))")
  }

  /// Every small size; of the others every width and every height, but only each eighth pair of
  /// them, for a frame takes its time in a debug build.
  private static func isTried(width: Int, height: Int) -> Bool {
    width <= 30 && height <= 12 || (width + height).isMultiple(of: 8)
  }

  private static func spoiledPart(_ state: DashboardState, _ size: ScreenSize) -> String? {
    var state = state
    state.size = size
    let frame = DashboardScreen.render(state, size: size, theme: .builtIn, glyphs: .braille)
    let bounds = Rectangle(x: 0, y: 0, width: size.width, height: size.height)
    if frame.width != size.width || frame.height != size.height {
      return "\(size): the frame is \(frame.width)x\(frame.height)"
    }
    for placement in ScreenLayout.layout(size, state) {
      let area = placement.area
      if area.intersection(bounds) != area { return "\(size): \(placement.part) leaves the screen" }
      guard placement.isFramed, area.width >= 2, area.height >= 2 else { continue }
      for (x, y) in [
        (area.x, area.y), (area.maxX - 1, area.y), (area.x, area.maxY - 1),
        (area.maxX - 1, area.maxY - 1),
      ] where !corners.contains(frame[x, y].character) {
        return "\(size): a corner of \(placement.part)"
      }
    }
    return nil
  }
}
