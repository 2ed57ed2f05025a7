import TerminalCanvas
import Theming

/// A label with its value. The value has a fixed width, so that nothing moves when it changes.
struct Fact: Hashable {
  var label: String
  var value: String
  var role: ThemeRole
  /// Starts a new line.
  var startsLine: Bool

  init(_ label: String, _ value: String, role: ThemeRole = .text, startsLine: Bool = false) {
    self.label = label
    self.value = value
    self.role = role
    self.startsLine = startsLine
  }

  func styled(_ context: DrawingContext) -> StyledText {
    guard !label.isEmpty else { return context.text(value, role) }
    return context.text(label + " ", .textDim) + context.text(value, role)
  }
}

/// Facts in lines, packed from the left in their order, never broken inside.
enum FactLines {
  /// - Parameter width: cells of a line; a fact that is wider stands alone and is cut off.
  static func packed(
    _ facts: [Fact], width: Int, spacing: Int = 2, _ context: DrawingContext
  ) -> [StyledText] {
    var lines: [StyledText] = []
    for fact in facts {
      let text = fact.styled(context)
      guard !fact.startsLine, let last = lines.last,
        last.width + spacing + text.width <= width
      else {
        lines.append(text)
        continue
      }
      lines[lines.count - 1] =
        last + context.text(String(repeating: " ", count: spacing)) + text
    }
    return lines
  }
}
