public import TerminalCanvas
import Theming

extension String {
  /// Whether it shows a line break.
  var breaksLine: Bool { unicodeScalars.contains("⏎") }
}

/// Places one group whose answers are texts: a line for each answer with a map of its levels, and
/// below it the selected answer, its tokens flowing over lines.
public struct TextDrawing {
  let model: TokensModel
  let context: DrawingContext
  private let head: Rectangle
  private let list: Rectangle
  private let heading: Rectangle
  private let text: Rectangle
  private let note: Rectangle
  private let legend: Rectangle

  /// `▸•✓ ▲ +0.35  2048…  `, before the map of an answer's levels.
  private static let prefixWidth = 20
  private static let leastAnswers = 3

  public init(model: TokensModel, area: Rectangle, context: DrawingContext) {
    self.model = model
    self.context = context
    let headRows = area.height >= 5 ? 1 : 0
    let legendRows = area.height >= 6 ? 1 : 0
    let noteRows = area.height >= 9 ? 1 : 0
    let body = area.height - headRows - legendRows - noteRows
    // What the longest answer leaves free goes to the list.
    let room = max(1, body) * max(1, area.width)
    let longest =
      (model.answers.map { $0.cellCount(upTo: room) }.max() ?? 0) / max(1, area.width) + 1
    let listRows = min(
      model.answers.count,
      max(min(Self.leastAnswers, body / 2), body / 3, body - 1 - longest))
    let headingRows = body - listRows >= 3 ? 1 : 0
    var rest = area
    func take(_ rows: Int) -> Rectangle {
      let (top, below) = rest.splitTop(rows)
      rest = below
      return top
    }
    head = take(headRows)
    list = take(listRows)
    heading = take(headingRows)
    text = take(body - listRows - headingRows)
    note = take(noteRows)
    legend = take(legendRows)
  }

  public func draw(on buffer: inout CellBuffer) {
    drawHead(on: &buffer)
    if model.answers.isEmpty {
      buffer.draw(
        context.text(context.longest(of: model.absence, width: list.width), .textDim),
        in: list.row(0), glyphs: context.glyphs)
    }
    for (row, answer) in visibleAnswers.enumerated() {
      draw(answer: answer, in: list.row(row), on: &buffer)
    }
    drawHeading(on: &buffer)
    drawText(on: &buffer)
    buffer.draw(
      context.text(context.longest(of: model.remark, width: note.width), model.remarkRole),
      in: note, glyphs: context.glyphs)
    if !legend.isEmpty {
      buffer.draw(tint.legend(width: legend.width), in: legend, glyphs: context.glyphs)
    }
  }

  /// What is at a cell: an answer, and its token where the cell belongs to one.
  public func place(x: Int, y: Int) -> (answer: Int, token: Int?)? {
    if list.contains(x: x, y: y) {
      let visible = visibleAnswers
      let answer = visible.lowerBound + y - list.y
      guard visible.contains(answer) else { return nil }
      let map = map(in: list.row(0))
      let stretch = stretch(of: answer, over: map.width)
      let token = (x - map.x) * stretch
      let isToken = x >= map.x && model.answers[answer].tokens.indices.contains(token)
      return (answer, isToken ? token : nil)
    }
    guard text.contains(x: x, y: y), !model.answers.isEmpty else { return nil }
    let lines = lines
    let row = firstLine(of: lines) + y - text.y
    guard lines.indices.contains(row) else { return nil }
    let token = lines[row].last { $0.column <= x - text.x }?.token
    return (model.selectedAnswer, token)
  }

  private var tint: TokenTint { TokenTint(scale: model.scale, context: context) }

  private func drawHead(on buffer: inout CellBuffer) {
    guard !head.isEmpty else { return }
    let phrase = context.longest(of: model.freshness.phrases, width: head.width / 2)
    let said = context.text(phrase, model.freshness.role)
    let room = max(0, head.width - said.width - 2)
    // The end of a prompt is what is asked.
    var prompt = context.text(model.prompt, .title, .bold)
    if prompt.width > room, room > 1 {
      prompt = context.text("…" + model.prompt.suffix(room - 1), .title, .bold)
    }
    buffer.draw(
      prompt, in: Rectangle(x: head.x, y: head.y, width: room, height: 1), glyphs: context.glyphs)
    buffer.draw(said, in: head, alignment: .right, glyphs: context.glyphs)
  }

  private var visibleAnswers: Range<Int> {
    let capacity = min(model.answers.count, list.height)
    let first = min(max(0, model.selectedAnswer - capacity / 2), model.answers.count - capacity)
    return first..<first + capacity
  }

  private func draw(answer index: Int, in line: Rectangle, on buffer: inout CellBuffer) {
    let answer = model.answers[index]
    let isSelected = index == model.selectedAnswer
    let prefix =
      context.text(isSelected ? "▸" : " ", .accent)
      + context.text(answer.isInMinibatch ? "•" : " ", .accent)
      + context.text(answer.isRight ? "✓" : "✗", answer.isRight ? .success : .textDim)
      + context.text(" \(answer.sign) \(answer.advantage)", answer.signRole)
      + context.text(
        NumberFormat.padded(NumberFormat.count(answer.tokens.count), width: 7), .textDim)
      + context.text(answer.isTruncated ? "…" : " ", .warning)
    buffer.draw(prefix, in: line, glyphs: context.glyphs)
    let map = map(in: line)
    let stretch = stretch(of: index, over: map.width)
    for column in 0..<map.width {
      let tokens = answer.tokens.dropFirst(column * stretch).prefix(stretch)
      guard !tokens.isEmpty else { break }
      let level = tokens.map(\.reading.level).max() ?? 0
      var cell = tint.cell(level: level, role: answer.signRole)
      if isSelected, tokens.indices.contains(model.selectedToken) {
        cell.style.attributes.formSymmetricDifference(.reverse)
      }
      buffer[map.x + column, map.y] = cell
    }
  }

  private func map(in line: Rectangle) -> Rectangle {
    Rectangle(
      x: line.x + Self.prefixWidth, y: line.y, width: max(0, line.width - Self.prefixWidth),
      height: 1)
  }

  /// Tokens that a cell of an answer's map stands for: the same for all, so that lengths compare.
  private func stretch(of answer: Int, over width: Int) -> Int {
    max(1, (model.longest + width - 1) / max(1, width))
  }

  private func drawHeading(on buffer: inout CellBuffer) {
    guard !heading.isEmpty, !model.answers.isEmpty else { return }
    let answer = model.answers[model.selectedAnswer]
    let place = "token \(model.selectedToken + 1)/\(answer.tokens.count)"
    let end = answer.isTruncated ? " · cut off" : ""
    let words = [
      "\(answer.reward)\(end) · \(place)", "\(answer.reward) · \(place)", place,
    ]
    buffer.draw(
      context.text(context.longest(of: words, width: heading.width), .textDim), in: heading,
      glyphs: context.glyphs)
  }

  /// A token, or the part of it that stands in one line.
  private struct Placed {
    var token: Int
    var column: Int
    var text: String
  }

  /// The selected answer in lines, broken between tokens and after line breaks.
  private var lines: [[Placed]] {
    guard model.answers.indices.contains(model.selectedAnswer), text.width > 0 else { return [] }
    var lines: [[Placed]] = [[]]
    var column = 0
    for (index, token) in model.answers[model.selectedAnswer].tokens.enumerated() {
      var rest = Substring(context.glyphs.spelledToken(token.symbol))
      if column > 0, column + rest.count > text.width {
        lines.append([])
        column = 0
      }
      repeat {
        let part = rest.prefix(text.width)
        lines[lines.count - 1].append(Placed(token: index, column: column, text: String(part)))
        column += part.count
        rest = rest.dropFirst(part.count)
        if !rest.isEmpty {
          lines.append([])
          column = 0
        }
      } while !rest.isEmpty
      if token.symbol.breaksLine {
        lines.append([])
        column = 0
      }
    }
    return lines
  }

  /// Such that the cursor is in sight, a third from the top.
  private func firstLine(of lines: [[Placed]]) -> Int {
    let cursor =
      lines.firstIndex { $0.contains { $0.token == model.selectedToken } } ?? 0
    return min(max(0, cursor - text.height / 3), max(0, lines.count - text.height))
  }

  private func drawText(on buffer: inout CellBuffer) {
    guard !text.isEmpty else { return }
    let lines = lines
    guard model.answers.indices.contains(model.selectedAnswer) else { return }
    let tokens = model.answers[model.selectedAnswer].tokens
    for (row, line) in lines.dropFirst(firstLine(of: lines)).prefix(text.height).enumerated() {
      for placed in line {
        let token = tokens[placed.token]
        var style =
          token.isExcluded ? context.style(.textDim) : tint.style(of: token.reading)
        if placed.token == model.selectedToken {
          style.attributes.formSymmetricDifference(.reverse)
        }
        buffer.write(placed.text, x: text.x + placed.column, y: text.y + row, style: style)
      }
    }
  }
}
