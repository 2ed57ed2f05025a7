public import ArgumentParser
internal import CursesTerminal
public import SettingsFiles
internal import TerminalCanvas
internal import Theming

/// How the dashboard looks; shared by every command that opens it.
struct ScreenOptions: ParsableArguments {
  @Option(
    help: "Theme: a name from 'maspo list themes', or a path to a TOML file.", completion: .themes)
  var theme: String?

  @Option(
    help: ArgumentHelp(
      "Characters of the plots: "
        + "\(GlyphChoice.allCases.map(\.rawValue).joined(separator: ", ")) (default: auto)."))
  var glyphs: GlyphChoice?

  @Option(
    help: ArgumentHelp(
      "Colors: \(ColorChoice.allCases.map(\.rawValue).joined(separator: ", ")) (default: auto)."))
  var colors: ColorChoice?

  @Flag(
    inversion: .prefixedNo, help: "Use the mouse, or leave it to the terminal (default: --mouse).")
  var mouse: Bool?

  @Flag(
    inversion: .prefixedNo,
    help:
      "Begin with the choices of the last dashboard, and keep those of this (default: --remember).")
  var remember: Bool?

  /// What these options say, over settings of files.
  func settings(over files: ScreenSettings) -> ScreenSettings {
    var settings = files
    settings.add(option: "theme", theme.map { .text($0) })
    settings.add(option: "glyphs", glyphs.map { .text($0.rawValue) })
    settings.add(option: "colors", colors.map { .text($0.rawValue) })
    settings.add(
      option: mouse == false ? "no-mouse" : "mouse", to: "mouse", mouse.map { .flag($0) })
    settings.add(
      option: remember == false ? "no-remember" : "remember", to: "remember",
      remember.map { .flag($0) })
    return settings
  }
}

extension GlyphChoice: ExpressibleByArgument {
  /// The characters, as far as a terminal's own are left to it.
  func glyphs(recommended: GlyphSet) -> GlyphSet {
    switch self {
    case .auto: recommended
    case .braille: .braille
    case .block: .block
    case .ascii: .ascii
    }
  }
}

extension ColorChoice: ExpressibleByArgument {
  /// The depth; `nil` leaves it to the terminal.
  var depth: ColorDepth? {
    switch self {
    case .auto: nil
    case .truecolor: .truecolor
    case .indexed: .palette256
    case .ansi: .ansi16
    case .mono: .mono
    }
  }
}
