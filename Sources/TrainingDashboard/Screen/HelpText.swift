import RunKnowledge
import TerminalCanvas
import Theming

/// The help overlay's text: every key, then every quantity with its formula, both taken from the
/// catalogs.
enum HelpText {
  enum Line: Hashable {
    case heading(String)
    case key(String, String)
    case text(String)
    case blank
  }

  static let keyColumn = 20

  /// All lines at a width.
  static func lines(width: Int, keys: KeyBindings = .standard) -> [Line] {
    var lines: [Line] = []
    for group in KeyGroup.allCases {
      lines.append(.heading(group.rawValue))
      for binding in keys.all where binding.group == group {
        switch binding.scope {
        case .main, .draft: lines += keyLines(binding, note: "", width: width)
        case .panel(let panel):
          lines += keyLines(binding, note: " (in the \(panel.name) panel)", width: width)
        case .trial: lines += keyLines(binding, note: " (while trying)", width: width)
        case .help, .menu, .prompt, .tour, .palette: break
        }
      }
      lines.append(.blank)
    }
    for descriptor in [HeaderPanel.descriptor] + PanelCatalog.selectable {
      lines.append(.heading(descriptor.title))
      for paragraph in [descriptor.summary] + descriptor.explanation {
        lines += wrapped(paragraph, to: width).map { .text($0) }
      }
      lines.append(.blank)
    }
    if lines.last == .blank { lines.removeLast() }
    return lines
  }

  /// Rows for text inside the overlay on a screen of this size.
  static func rows(in size: ScreenSize) -> Int { max(1, size.height - (size.height > 12 ? 4 : 2)) }

  /// The last line that may be the first one shown.
  static func lastScroll(in size: ScreenSize, keys: KeyBindings = .standard) -> Int {
    max(0, lines(width: width(in: size), keys: keys).count - rows(in: size))
  }

  /// Columns for text inside the overlay on a screen of this size.
  static func width(in size: ScreenSize) -> Int { max(1, min(96, size.width - 4) - 4) }

  private static func keyLines(_ binding: KeyBinding, note: String, width: Int) -> [Line] {
    let rest = wrapped(binding.help + note, to: max(1, width - keyColumn))
    return rest.enumerated().map { index, text in
      .key(index == 0 ? binding.shownKeys : "", text)
    }
  }

  private static func wrapped(_ text: String, to width: Int) -> [String] {
    StyledText(text).wrapped(to: width).map(\.plainText)
  }
}
