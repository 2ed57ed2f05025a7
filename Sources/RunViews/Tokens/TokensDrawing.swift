public import TerminalCanvas
import Theming

/// Places one group of answers.
public struct TokensDrawing {
  let model: TokensModel
  let context: DrawingContext
  private let head: Rectangle
  private let answers: Rectangle
  private let note: Rectangle
  private let legend: Rectangle
  /// Columns of answers side by side.
  private let columnCount: Int
  /// Whether the levels of every answer stand to the right of its text.
  private let showsLevelsBeside: Bool
  /// Whether those of the selected answer stand below it.
  private let showsLevelsBelow: Bool

  /// Cursor, minibatch mark, right or wrong, sign and advantage: `▸•✓ ▲ +0.85  `.
  private static let prefixWidth = 13
  private static let gap = 2

  public init(model: TokensModel, area: Rectangle, context: DrawingContext) {
    self.model = model
    self.context = context
    let headRows = area.height >= 3 ? 1 : 0
    let legendRows = area.height >= 4 ? 1 : 0
    let noteRows = area.height >= 6 ? 1 : 0
    let body = area.height - headRows - legendRows - noteRows
    head = area.splitTop(headRows).top
    answers = area.rows(from: headRows).splitTop(body).top
    note = area.rows(from: headRows + body).splitTop(noteRows).top
    legend = area.rows(from: headRows + body + noteRows)
    let textWidth = Self.prefixWidth + model.longest
    let fitsAll = model.answers.count <= body
    showsLevelsBeside = area.width >= textWidth + model.longest + Self.gap
    let side = max(1, (area.width + Self.gap) / max(1, textWidth + Self.gap))
    let needed = (model.answers.count + max(1, body) - 1) / max(1, body)
    columnCount = fitsAll || showsLevelsBeside && needed > side ? 1 : max(1, min(side, needed))
    // Without Unicode there may be no tint either: the digits are then worth a row sooner.
    showsLevelsBelow =
      !(showsLevelsBeside && columnCount == 1) && body >= (context.glyphs.isUnicode ? 6 : 3)
  }

  public func draw(on buffer: inout CellBuffer) {
    drawHead(on: &buffer)
    for placed in placedAnswers { draw(answer: placed.answer, in: placed.area, on: &buffer) }
    if model.answers.isEmpty {
      buffer.draw(
        context.text(context.longest(of: model.absence, width: answers.width), .textDim),
        in: answers.row(0), glyphs: context.glyphs)
    }
    drawStrongest(in: drawOverview(on: &buffer), on: &buffer)
    let extent = extent(of: visibleAnswers)
    let phrase = context.longest(of: model.remark, width: note.width - extent.width - 1)
    buffer.draw(context.text(phrase, model.remarkRole), in: note, glyphs: context.glyphs)
    drawLegend(on: &buffer)
    buffer.draw(
      extent, in: note.isEmpty ? legend : note, alignment: .right, glyphs: context.glyphs)
  }

  /// All groups of the rollout, each a bar of its right answers, where there is room to spare.
  ///
  /// - Returns: what is left below it.
  private func drawOverview(on buffer: inout CellBuffer) -> Rectangle {
    let used = model.answers.count + (showsLevelsBelow ? 1 : 0)
    let free = answers.rows(from: columnCount == 1 ? used + 1 : answers.height)
    guard !model.groups.isEmpty, free.height >= 2 else { return free }
    let heading = context.text(model.groupHeading, .textDim)
    buffer.draw(heading, in: free.row(0), glyphs: context.glyphs)
    let signs: [Unicode.Scalar] =
      context.glyphs.isUnicode
      ? ["·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
      : [".", "1", "2", "3", "4", "5", "6", "7", "#"]
    for (index, group) in model.groups.enumerated() {
      let isShown = index == model.groupIndex
      let role: ThemeRole = isShown ? .accent : group.isEqual ? .textDim : .text
      for column in 0..<2 where index * 3 + column < free.width {
        buffer[free.x + index * 3 + column, free.y + 1] = Cell(
          signs[group.eighths], style: context.style(role, isShown ? .bold : []))
      }
      guard index * 3 + 2 <= free.width else { break }
      buffer.draw(
        context.text(group.rightCount, role),
        in: Rectangle(
          x: free.x + index * 3, y: free.y + 2, width: 2, height: free.height > 2 ? 1 : 0))
    }
    return free.rows(from: 4)
  }

  private func drawStrongest(in area: Rectangle, on buffer: inout CellBuffer) {
    guard area.height >= 3, !model.strongest.isEmpty else { return }
    let lines = model.strongest.compactMap { facts in
      FactLines.packed(facts, width: area.width, context).first
    }
    buffer.draw(
      context.text("what the gate took most from, in this group", .textDim), in: area.row(0),
      glyphs: context.glyphs)
    for (index, line) in lines.prefix(area.height - 2).enumerated() {
      buffer.draw(line, in: area.row(index + 1), glyphs: context.glyphs)
    }
  }

  private func drawHead(on buffer: inout CellBuffer) {
    guard !head.isEmpty else { return }
    let prompt = context.text(model.prompt, .title, .bold)
    buffer.draw(prompt, in: head, glyphs: context.glyphs)
    let room = Rectangle(
      x: head.x + prompt.width + 1, y: head.y, width: head.width - prompt.width - 1, height: 1)
    let phrase = context.longest(of: model.freshness.phrases, width: room.width)
    buffer.draw(
      context.text(phrase, model.freshness.role), in: room, alignment: .right,
      glyphs: context.glyphs)
  }

  /// The answers in sight: all, or as many as fit, the selected one among them.
  private var visibleAnswers: Range<Int> {
    let rows = answers.height * columnCount - (showsLevelsBelow ? columnCount : 0)
    let capacity = min(model.answers.count, max(1, rows))
    let first = min(
      max(0, model.selectedAnswer - capacity / 2), model.answers.count - capacity)
    return first..<first + capacity
  }

  /// The answers in sight with their rows.
  private var placedAnswers: [(answer: Int, area: Rectangle)] {
    let visible = visibleAnswers
    let columns = answers.splitColumns(
      [Extent](repeating: .flexible(), count: columnCount), spacing: Self.gap)
    let perColumn = (visible.count + columnCount - 1) / columnCount
    return columns.enumerated().flatMap { index, column in
      let first = visible.lowerBound + index * perColumn
      var row = 0
      return (first..<max(first, min(visible.upperBound, first + perColumn))).map { answer in
        let rows = showsLevels(below: answer) ? 2 : 1
        defer { row += rows }
        return (answer, column.rows(from: row).splitTop(rows).top)
      }
    }
  }

  private func showsLevels(below answer: Int) -> Bool {
    answer == model.selectedAnswer && showsLevelsBelow
  }

  /// What is at a cell: an answer, and its token where the cell belongs to one.
  public func place(x: Int, y: Int) -> (answer: Int, token: Int?)? {
    guard let placed = placedAnswers.first(where: { $0.area.contains(x: x, y: y) }) else {
      return nil
    }
    let text = tokenArea(in: placed.area.row(0))
    let token = firstToken(width: text.width) + x - text.x
    let isToken =
      x >= text.x && x < text.maxX && model.answers[placed.answer].tokens.indices.contains(token)
    return (placed.answer, isToken ? token : nil)
  }

  private func draw(answer index: Int, in area: Rectangle, on buffer: inout CellBuffer) {
    let answer = model.answers[index]
    let isSelected = index == model.selectedAnswer
    var prefix = context.text(isSelected ? "▸" : " ", .accent)
    prefix = prefix + context.text(answer.isInMinibatch ? "•" : " ", .accent)
    prefix =
      prefix
      + context.text(answer.isRight ? "✓" : "✗", answer.isRight ? .success : .error)
      + context.text(" " + answer.sign + " " + answer.advantage, answer.signRole)
    let line = area.row(0)
    buffer.draw(prefix, in: line, glyphs: context.glyphs)
    let text = tokenArea(in: line)
    drawTokens(of: answer, isSelected: isSelected, in: text, on: &buffer)
    if showsLevelsBeside, columnCount == 1 {
      let levels = Rectangle(
        x: text.x + model.longest + Self.gap, y: line.y, width: model.longest,
        height: line.height)
      drawLevels(of: answer, in: levels, on: &buffer)
    }
    guard showsLevels(below: index) else { return }
    let below = area.row(1)
    if below.width > Self.prefixWidth {
      buffer.draw(
        context.text("level", .textDim),
        in: Rectangle(x: below.x + 6, y: below.y, width: 5, height: 1))
    }
    drawLevels(of: answer, in: tokenArea(in: below), on: &buffer)
  }

  private func tokenArea(in line: Rectangle) -> Rectangle {
    Rectangle(
      x: line.x + Self.prefixWidth, y: line.y, width: line.width - Self.prefixWidth,
      height: line.height)
  }

  /// First token in sight: 0 while the longest answer fits, else such that the cursor is seen.
  private func firstToken(width: Int) -> Int {
    guard model.longest > width, width > 0 else { return 0 }
    return min(max(0, model.selectedToken - width / 2), model.longest - width)
  }

  private func drawTokens(
    of answer: TokensModel.Answer, isSelected: Bool, in area: Rectangle,
    on buffer: inout CellBuffer
  ) {
    guard !area.isEmpty else { return }
    let first = firstToken(width: area.width)
    for (column, index) in (first..<max(first, answer.tokens.count)).enumerated() {
      guard column < area.width else { break }
      let token = answer.tokens[index]
      var style = tint.style(of: token.reading)
      if isSelected, index == model.selectedToken {
        style.attributes.formSymmetricDifference(.reverse)
      }
      buffer.write(
        context.glyphs.spelledToken(token.symbol), x: area.x + column, y: area.y, style: style)
    }
    let end = answer.tokens.count - first
    guard answer.isTruncated, end >= 0, end < area.width else { return }
    buffer[area.x + end, area.y] = Cell(
      context.glyphs.ellipsis, style: context.style(.warning))
  }

  private func drawLevels(
    of answer: TokensModel.Answer, in area: Rectangle, on buffer: inout CellBuffer
  ) {
    guard !area.isEmpty else { return }
    let first = firstToken(width: area.width)
    for (column, index) in (first..<max(first, answer.tokens.count)).enumerated() {
      guard column < area.width else { break }
      buffer[area.x + column, area.y] = tint.cell(
        level: answer.tokens[index].reading.level, role: answer.signRole)
    }
  }

  /// Which answers are in sight, where that is not all of them: ` 9–13/16`.
  private func extent(of visible: Range<Int>) -> StyledText {
    guard visible.count < model.answers.count else { return StyledText() }
    return context.text(
      " \(visible.lowerBound + 1)–\(visible.upperBound)/\(model.answers.count)", .textDim)
  }

  private func drawLegend(on buffer: inout CellBuffer) {
    guard !legend.isEmpty else { return }
    buffer.draw(tint.legend(width: legend.width), in: legend, glyphs: context.glyphs)
  }

  private var tint: TokenTint { TokenTint(scale: model.scale, context: context) }
}
