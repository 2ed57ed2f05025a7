import Foundation
import TerminalCanvas
import Testing
import TrainingTelemetry

@testable import RunKnowledge
@testable import Theming
@testable import TrainingDashboard

/// A picture of the dashboard as a person would take it: a moment of a real run, a size, and the
/// keys pressed before.
struct GalleryPicture: Sendable, CustomTestStringConvertible {
  let name: String
  let moment: GalleryMoment
  var width = 120
  var height = 40
  var theme = "midnight"
  var glyphs = GlyphSet.braille
  /// As `maspo render --keys` reads them.
  var keys = ""

  var testDescription: String { name }

  /// One picture for each thing that the screen is good at.
  static let all: [GalleryPicture] = [
    GalleryPicture(name: "overview", moment: .bite, keys: "2f"),
    GalleryPicture(name: "everything", moment: .bite, width: 200, height: 60, keys: "2f"),
    GalleryPicture(name: "small", moment: .bite, width: 80, height: 24, theme: "graphite"),
    GalleryPicture(name: "after-a-rollout", moment: .fresh, theme: "moss"),
    GalleryPicture(
      name: "tokens", moment: .bite, width: 100, height: 30, theme: "glacier", keys: "2fzl"),
    GalleryPicture(
      name: "gates-of-three", moment: .bite, width: 100, height: 30, theme: "ember",
      keys: "4ffO<down><down><down><enter>z"),
    GalleryPicture(
      name: "limiter", moment: .bite, width: 120, height: 34, theme: "paper", keys: "3z"),
    GalleryPicture(name: "preview", moment: .bite, theme: "reef", keys: "2fv[[}}"),
    GalleryPicture(name: "hard-clip", moment: .clip, theme: "shoreline", keys: "2ffb"),
    GalleryPicture(
      name: "ascii", moment: .bite, width: 100, height: 36, theme: "sixteen", glyphs: .ascii),
  ]

  func frame() throws -> CellBuffer {
    var state = try moment.state()
    state.size = ScreenSize(width: width, height: height)
    state.appearance.glyphs = glyphs
    for key in try KeySequence(parsing: keys).keys {
      guard let action = KeyBindingCatalog.action(for: key, in: state) else {
        throw UselessKey(key: key)
      }
      _ = state.reduce(action, at: 0)
    }
    let theme = try ThemeLibrary(folders: [Self.themes]).theme(theme)
    return DashboardScreen.render(state, size: state.size, theme: theme, glyphs: glyphs)
  }

  /// A key of a picture that does nothing.
  private struct UselessKey: Error {
    let key: Key
  }

  private static let themes = folder(above: 4) + "/themes"

  fileprivate static func folder(above levels: Int) -> String {
    (0..<levels).reduce(URL(fileURLWithPath: #filePath)) { url, _ in
      url.deletingLastPathComponent()
    }.path
  }
}

/// The snapshot of a real run with all its events. Each was made by
/// `maspo render OPTIONS --format json`, of which the file keeps the snapshot, its numbers rounded
/// to six digits:
///
/// - `bite`: `--preset heavy-reuse --sigma-base 0.2 --seed 7 --iterations 8 --updates 9`
/// - `clip`: `--preset heavy-reuse --objective grpo --seed 7 --iterations 8 --updates 9`
/// - `fresh`: `--preset reuse --seed 5 --iterations 4 --updates 1`
enum GalleryMoment: String, Sendable {
  case bite, clip, fresh

  func state() throws -> DashboardState {
    let path = GalleryPicture.folder(above: 2) + "/Fixtures/gallery/\(rawValue).json"
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    var state = DashboardState(
      snapshot: try JSONDecoder().decode(TrainingSnapshot.self, from: data))
    state.showsFirstHint = false
    return state
  }
}
