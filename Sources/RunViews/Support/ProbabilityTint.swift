public import TerminalCanvas
import Theming
public import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// Sampled tokens, tinted by how improbable they were: the steps of the lens for π_old.
public struct ProbabilityTint {
  /// From the lightest tint to the darkest.
  static let steps = [0.9, 0.6, 0.3, 0.1, 0.01]

  let context: DrawingContext

  public init(context: DrawingContext) {
    self.context = context
  }

  /// 0 (no tint) to 5 (darkest).
  static func level(of token: SampledToken) -> Int {
    steps.count { token.logProbability <= log($0) }
  }

  /// A tint, and attributes that tell the level where there are no colors.
  func style(level: Int) -> CellStyle {
    let tints: [ThemeRole] = [.tint1, .tint2, .tint3, .tint4, .tint5]
    guard level > 0 else { return context.style(.text) }
    var attributes: CellAttributes = []
    if level >= 4 { attributes.insert(.bold) }
    if level == 3 || level == 5 { attributes.insert(.underline) }
    return context.theme.style(.text, on: tints[min(5, level) - 1], attributes)
  }

  /// Writes an answer's tokens from `first` on, the selected one reversed; an answer that was cut
  /// off ends in an ellipsis.
  public func draw(
    _ answer: SampledAnswer, from first: Int = 0, selected: Int? = nil, in area: Rectangle,
    on buffer: inout CellBuffer
  ) {
    guard !area.isEmpty else { return }
    for (column, index) in (first..<max(first, answer.tokens.count)).prefix(area.width).enumerated()
    {
      let token = answer.tokens[index]
      var style = style(level: Self.level(of: token))
      if index == selected { style.attributes.formSymmetricDifference(.reverse) }
      buffer.write(
        context.glyphs.spelledToken(token.symbol), x: area.x + column, y: area.y, style: style)
    }
    let end = answer.tokens.count - first
    guard answer.isTruncated, end >= 0, end < area.width else { return }
    buffer[area.x + end, area.y] = Cell(context.glyphs.ellipsis, style: context.style(.warning))
  }

  /// The levels of an answer's tokens as signs, for whoever does not see tints.
  public func drawLevels(
    _ answer: SampledAnswer, from first: Int = 0, in area: Rectangle, on buffer: inout CellBuffer
  ) {
    guard !area.isEmpty else { return }
    let signs: [Unicode.Scalar] =
      context.glyphs.isUnicode ? ["·", "▁", "▂", "▄", "▆", "█"] : [".", "1", "2", "3", "4", "5"]
    for (column, index) in (first..<max(first, answer.tokens.count)).prefix(area.width).enumerated()
    {
      let level = Self.level(of: answer.tokens[index])
      buffer[area.x + column, area.y] = Cell(
        signs[level], style: context.style(level == 0 ? .textDim : .accent))
    }
  }

  /// The steps with their tints, and what they mean where there is room to say it.
  public func legend(width: Int) -> StyledText {
    var text = context.text("p ≤ ", .textDim)
    for (index, step) in Self.steps.enumerated() {
      let label = NumberFormat.short(step).drop { $0 == "0" }
      text = text + StyledText(" \(label) ", style: style(level: index + 1))
    }
    let tail = context.text("  improbable tokens are dark", .textDim)
    return text.width + tail.width <= width ? text + tail : text
  }
}
