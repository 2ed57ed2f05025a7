/// One line of text in several styles.
public struct StyledText: Sendable, Hashable, ExpressibleByStringLiteral {
  /// A run of text in one style.
  public struct Span: Sendable, Hashable {
    public var text: String
    public var style: CellStyle

    public init(_ text: String, _ style: CellStyle = CellStyle()) {
      self.text = text
      self.style = style
    }
  }

  public var spans: [Span]

  public init(_ spans: [Span] = []) {
    self.spans = spans
  }

  public init(_ text: String, style: CellStyle = CellStyle()) {
    spans = [Span(text, style)]
  }

  public init(stringLiteral value: String) {
    self.init(value)
  }

  /// Cells the text takes; each character takes exactly one.
  public var width: Int { spans.reduce(0) { $0 + $1.text.count } }

  /// The characters without their styles.
  public var plainText: String { spans.map(\.text).joined() }

  public mutating func append(_ text: String, style: CellStyle = CellStyle()) {
    spans.append(Span(text, style))
  }

  public static func + (left: StyledText, right: StyledText) -> StyledText {
    StyledText(left.spans + right.spans)
  }

  /// The first `columns` cells; a text that is longer ends in an ellipsis of the style cut into.
  public func truncated(to columns: Int, glyphs: GlyphSet = .braille) -> StyledText {
    guard width > columns else { return self }
    guard columns > 0 else { return StyledText() }
    var kept: [Span] = []
    var room = columns - 1
    for span in spans {
      let count = span.text.count
      if count <= room {
        kept.append(span)
        room -= count
      } else {
        kept.append(Span(String(span.text.prefix(room)) + String(glyphs.ellipsis), span.style))
        break
      }
    }
    return StyledText(kept)
  }

  /// The same text with `attributes` added to every span.
  public func with(_ attributes: CellAttributes) -> StyledText {
    StyledText(spans.map { Span($0.text, $0.style.with(attributes)) })
  }

  /// Splits at blanks into lines of at most `columns` cells; words that are longer are broken.
  public func wrapped(to columns: Int) -> [StyledText] {
    guard columns > 0 else { return [] }
    var lines: [[(character: Character, style: CellStyle)]] = [[]]
    var word: [(character: Character, style: CellStyle)] = []
    func isBlankLine() -> Bool { lines[lines.count - 1].isEmpty }
    func placeWord() {
      guard !word.isEmpty else { return }
      let needed = word.count + (isBlankLine() ? 0 : 1)
      if lines[lines.count - 1].count + needed > columns, !isBlankLine() { lines.append([]) }
      if !isBlankLine() { lines[lines.count - 1].append((" ", word[0].style)) }
      for cell in word {
        if lines[lines.count - 1].count == columns { lines.append([]) }
        lines[lines.count - 1].append(cell)
      }
      word = []
    }
    for span in spans {
      for character in span.text {
        switch character {
        case " ": placeWord()
        case "\n":
          placeWord()
          lines.append([])
        default: word.append((character, span.style))
        }
      }
    }
    placeWord()
    return lines.map { line in
      var text = StyledText()
      for cell in line {
        if let last = text.spans.indices.last, text.spans[last].style == cell.style {
          text.spans[last].text.append(cell.character)
        } else {
          text.append(String(cell.character), style: cell.style)
        }
      }
      return text
    }
  }
}

/// Where a text sits when there is more room than it needs.
public enum TextAlignment: Sendable, Hashable {
  case left, center, right
}

extension CellBuffer {
  /// Draws one line of text at the top of `rectangle`, cut off with an ellipsis where it is longer.
  ///
  /// Cells left and right of the text keep what they showed.
  public mutating func draw(
    _ text: StyledText, in rectangle: Rectangle, alignment: TextAlignment = .left,
    glyphs: GlyphSet = .braille
  ) {
    guard !rectangle.isEmpty else { return }
    let shown = text.truncated(to: rectangle.width, glyphs: glyphs)
    let slack = rectangle.width - shown.width
    var column = rectangle.x
    switch alignment {
    case .left: break
    case .center: column += slack / 2
    case .right: column += slack
    }
    for span in shown.spans {
      column = write(span.text, x: column, y: rectangle.y, style: span.style)
    }
  }
}
