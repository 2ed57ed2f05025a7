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

  /// All lines at a width, those of one panel first.
  static func lines(
    width: Int, keys: KeyBindings = .standard, first: PanelIdentity? = nil
  ) -> [Line] {
    var lines: [Line] = []
    if let first {
      lines += explanation(of: first.descriptor, width: width)
      for binding in keys.all where binding.scope == .panel(first) {
        lines.insert(contentsOf: keyLines(binding, note: "", width: width), at: lines.count - 1)
      }
    }
    for group in KeyGroup.allCases {
      lines.append(.heading(group.rawValue))
      for binding in keys.all where binding.group == group {
        guard let note = binding.scope.note else { continue }
        lines += keyLines(binding, note: note, width: width)
      }
      lines.append(.blank)
    }
    for descriptor in [HeaderPanel.descriptor] + PanelCatalog.selectable
    where descriptor.name != first?.name {
      lines += explanation(of: descriptor, width: width)
    }
    if lines.last == .blank { lines.removeLast() }
    return lines
  }

  /// Title, sentences and a free line.
  private static func explanation(of descriptor: PanelDescriptor, width: Int) -> [Line] {
    let paragraphs = [descriptor.summary] + descriptor.explanation
    return [.heading(descriptor.title)]
      + paragraphs.flatMap { wrapped($0, to: width).map { .text($0) } } + [.blank]
  }

  /// Rows for text inside the overlay on a screen of this size.
  static func rows(in size: ScreenSize) -> Int { max(1, size.height - (size.height > 12 ? 4 : 2)) }

  /// The last line that may be the first one shown.
  static func lastScroll(
    in size: ScreenSize, keys: KeyBindings = .standard, first: PanelIdentity? = nil
  ) -> Int {
    max(0, lines(width: width(in: size), keys: keys, first: first).count - rows(in: size))
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
