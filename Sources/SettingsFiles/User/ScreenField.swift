import RunViews
import Theming
import TrainingDashboard

/// A setting of the screen, under the name that files and options share.
public struct ScreenField: Sendable {
  enum Shape: Sendable {
    /// A text; `nil` allows any.
    case text(allowed: [String]?)
    case flag
    case list(allowed: [String])
  }

  public let name: String
  public let summary: String
  let shape: Shape
  /// The value where nobody says anything.
  public let standard: SettingValue
  /// Whether a choice made on the screen is remembered.
  public let isRemembered: Bool

  /// All fields, in the order in which they are written.
  public static let all: [ScreenField] = [
    ScreenField(
      name: "theme", summary: "a name from 'maspo list themes', or a path to a TOML file",
      shape: .text(allowed: nil), standard: .text(Theme.builtIn.name), isRemembered: true),
    choice("glyphs", "characters of the plots", GlyphChoice.self, .auto, isRemembered: true),
    choice("colors", "colors", ColorChoice.self, .auto),
    ScreenField(
      name: "mouse", summary: "false leaves the mouse to the terminal", shape: .flag,
      standard: .flag(true), isRemembered: false),
    ScreenField(
      name: "panels", summary: "panels by name, the first selected; each comes up in its place",
      shape: .list(allowed: PanelCatalog.selectable.map(\.name)), standard: .list([]),
      isRemembered: true),
    choice("lens", "what the tokens' tint tells", TokenLens.self, .removedPush, isRemembered: true),
    choice("ledger", "how the ledger is split", LedgerView.self, .overTime, isRemembered: true),
    choice(
      "limiter", "what the limiter tells of each bucket", LimiterView.self, .bounds,
      isRemembered: true),
    ScreenField(
      name: "remember", summary: "whether choices made on the screen are kept for the next time",
      shape: .flag, standard: .flag(true), isRemembered: false),
  ]

  public static func named(_ name: String) -> ScreenField? { all.first { $0.name == name } }

  private static func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, _ summary: String, _: Choice.Type, _ standard: Choice,
    isRemembered: Bool = false
  ) -> ScreenField where Choice.RawValue == String {
    ScreenField(
      name: name, summary: summary,
      shape: .text(allowed: Choice.allCases.map { hyphenated($0.rawValue) }),
      standard: .text(hyphenated(standard.rawValue)), isRemembered: isRemembered)
  }

  /// `removedPush` as files have it: `removed-push`.
  static func hyphenated(_ name: String) -> String {
    name.reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
  }
}

/// Which characters plots may use.
public enum GlyphChoice: String, Sendable, CaseIterable {
  /// What the terminal can show.
  case auto
  case braille, block, ascii
}

/// How many colors are used.
public enum ColorChoice: String, Sendable, CaseIterable {
  /// What the terminal can show.
  case auto
  case truecolor, indexed, ansi, mono
}
