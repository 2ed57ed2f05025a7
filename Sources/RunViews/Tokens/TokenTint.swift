import TerminalCanvas
import Theming

/// How the levels of a lens look.
struct TokenTint {
  let scale: LensScale
  let context: DrawingContext

  /// A tint, and attributes that tell the level where there are no colors.
  func style(of reading: LensScale.Reading) -> CellStyle {
    let tints: [ThemeRole] = [.tint1, .tint2, .tint3, .tint4, .tint5]
    guard reading.level > 0 else { return context.style(.text) }
    var attributes: CellAttributes = []
    if scale.hasDirection {
      if reading.level >= 3 { attributes.insert(.bold) }
      if reading.isOpposite { attributes.insert(.underline) }
    } else {
      if reading.level >= 4 { attributes.insert(.bold) }
      if reading.level == 3 || reading.level == 5 { attributes.insert(.underline) }
    }
    return context.theme.style(.text, on: tints[min(5, reading.level) - 1], attributes)
  }

  /// The level as a bar of one cell.
  func cell(level: Int, role: ThemeRole) -> Cell {
    let signs: [Unicode.Scalar] =
      context.glyphs.isUnicode ? ["·", "▁", "▂", "▄", "▆", "█"] : [".", "1", "2", "3", "4", "5"]
    return Cell(signs[min(5, level)], style: context.style(level == 0 ? .textDim : role))
  }

  /// The steps with their tints, and what they mean where there is room to say it.
  func legend(width: Int) -> StyledText {
    var text = context.text(scale.heading + " ", .textDim)
    for label in scale.labels {
      var sample = context.text(" \(label.text) ")
      let style = style(of: LensScale.Reading(level: label.level))
      sample.spans = sample.spans.map { StyledText.Span($0.text, style) }
      text = text + sample
    }
    let tail = context.longest(of: scale.tails + [""], width: width - text.width - 1)
    return text + context.text(" " + tail, .textDim)
  }
}
