import RunKnowledge
public import TerminalCanvas
import Theming
public import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// Places the answers to a tried prompt, and what could have stood under the cursor.
public struct TrialDrawing {
  let prompt: String
  /// `nil` before the first answers.
  let sample: PromptSample?
  /// Whether other answers are on their way.
  let isAwaited: Bool
  /// The cursor, among the answers of `sample`.
  let selection: Selection
  /// Where the run is.
  let now: UpdatePosition
  let area: Rectangle
  let context: DrawingContext

  public init(
    prompt: String, sample: PromptSample?, isAwaited: Bool, selection: Selection,
    now: UpdatePosition, area: Rectangle, context: DrawingContext
  ) {
    self.prompt = prompt
    self.sample = sample
    self.isAwaited = isAwaited
    self.selection = selection
    self.now = now
    self.area = area
    self.context = context
  }

  /// Cursor, number, right or wrong: `▸ greedy ✓ `.
  private static let prefixWidth = 11
  private static let probabilityWidth = 11
  private static let alternativeRows = 3

  public func draw(on buffer: inout CellBuffer) {
    drawHead(on: &buffer)
    guard let sample, !sample.answers.isEmpty else {
      buffer.drawNotice([context.text("sampling …", .textDim)], in: area.rows(from: 1), context)
      return
    }
    let rows = RowPlan(height: area.height, answers: sample.answers.count)
    var row = 1
    if rows.showsSolution {
      buffer.draw(
        context.text(longest(of: solutionPhrases(sample)), .textDim), in: area.row(row),
        glyphs: context.glyphs)
      row += 1
    }
    row += rows.showsFirstGap ? 1 : 0
    let first = min(
      max(0, selection.answer - rows.answers / 2), sample.answers.count - rows.answers)
    for index in first..<first + rows.answers {
      drawAnswer(sample, index, at: &row, showsLevels: rows.showsLevels, on: &buffer)
    }
    row += rows.showsSecondGap ? 1 : 0
    drawToken(sample, from: row, rows: rows, on: &buffer)
    if rows.showsLegend {
      buffer.draw(
        ProbabilityTint(context: context).legend(width: area.width), in: area.row(area.height - 1),
        glyphs: context.glyphs)
    }
  }

  private func longest(of phrases: [String]) -> String {
    context.longest(of: phrases, width: area.width)
  }

  private func drawHead(on buffer: inout CellBuffer) {
    let title = context.text(prompt, .title, .bold)
    buffer.draw(title, in: area.row(0), glyphs: context.glyphs)
    let room = Rectangle(
      x: area.x + title.width + 1, y: area.y, width: area.width - title.width - 1,
      height: min(1, area.height))
    let phrase = context.longest(of: freshness, width: room.width)
    buffer.draw(
      context.text(phrase, isStale ? .warning : .textDim), in: room, alignment: .right,
      glyphs: context.glyphs)
  }

  /// Updates made since the answers were sampled.
  private var age: Int {
    max(0, now.total - (sample?.position.total ?? now.total))
  }

  private var isStale: Bool { !isAwaited && age > 0 }

  private var freshness: [String] {
    guard let sample else { return [""] }
    if isAwaited { return ["sampling again …"] }
    let place =
      sample.position.total == 0 ? "the base policy" : "weights of update \(sample.position.total)"
    guard age > 0 else { return ["\(place), the newest", place] }
    let old = GroupFreshness.words(age: age)
    return ["\(place), \(old)", old]
  }

  private func solutionPhrases(_ sample: PromptSample) -> [String] {
    let right = "right: \(sample.solution)"
    let split = sample.isHeldOut ? "held out from training" : "training may draw it"
    let temperature = "temperature \(NumberFormat.short(sample.temperature))"
    return [
      "\(right) · \(split) · \(temperature)", "\(right) · \(temperature)", right,
      sample.solution,
    ]
  }

  private func drawAnswer(
    _ sample: PromptSample, _ index: Int, at row: inout Int, showsLevels: Bool,
    on buffer: inout CellBuffer
  ) {
    let answer = sample.answers[index]
    let isSelected = index == selection.answer
    let label = answer.isGreedy ? "greedy" : "\(index + (sample.answers[0].isGreedy ? 0 : 1))"
    let prefix =
      context.text(isSelected ? "▸ " : "  ", .accent)
      + context.text(NumberFormat.padded(label, width: 6, alignment: .left), .textDim)
      + context.text(answer.isRight ? " ✓ " : " ✗ ", answer.isRight ? .success : .error)
    let line = area.row(row)
    buffer.draw(prefix, in: line, glyphs: context.glyphs)
    let longest = sample.answers.map(\.tokens.count).max() ?? 0
    let showsProbability =
      line.width >= Self.prefixWidth + longest + 1 + Self.probabilityWidth
    let text = Rectangle(
      x: line.x + Self.prefixWidth, y: line.y,
      width: line.width - Self.prefixWidth - (showsProbability ? Self.probabilityWidth : 0),
      height: line.height)
    let first = firstToken(width: text.width, longest: longest)
    let tint = ProbabilityTint(context: context)
    tint.draw(
      answer, from: first, selected: isSelected ? selection.token : nil, in: text,
      on: &buffer)
    if showsProbability {
      let probability = NumberFormat.fitted(exp(answer.logProbability), width: 8)
      buffer.draw(
        context.text("p ", .textDim) + context.text(probability), in: line, alignment: .right,
        glyphs: context.glyphs)
    }
    row += 1
    guard isSelected, showsLevels else { return }
    let below = area.row(row)
    buffer.draw(
      context.text("  level", .textDim), in: below, glyphs: context.glyphs)
    tint.drawLevels(
      answer, from: first,
      in: Rectangle(x: text.x, y: below.y, width: text.width, height: below.height), on: &buffer)
    row += 1
  }

  /// First token in sight: 0 while the longest answer fits, else such that the cursor is seen.
  private func firstToken(width: Int, longest: Int) -> Int {
    guard longest > width, width > 0 else { return 0 }
    return min(max(0, selection.token - width / 2), longest - width)
  }

  /// The token under the cursor, and what the policy would rather have written.
  private func drawToken(
    _ sample: PromptSample, from row: Int, rows: RowPlan, on buffer: inout CellBuffer
  ) {
    let answer = sample.answers[selection.answer]
    guard answer.tokens.indices.contains(selection.token) else { return }
    let token = answer.tokens[selection.token]
    let place = "token \(selection.token + 1) of \(answer.tokens.count)"
    let probability = NumberFormat.significant(exp(token.logProbability))
    let entropy = "entropy \(NumberFormat.significant(token.entropy)) nats"
    let symbol = "'\(token.symbol)'"
    buffer.draw(
      context.text(
        longest(of: [
          "\(place): \(symbol) with probability \(probability) · \(entropy) · "
            + "most probable in its place:",
          "\(place): \(symbol) with probability \(probability) · \(entropy)",
          "\(place): \(symbol) p \(probability) · \(entropy)", "\(symbol) p \(probability)",
        ])), in: area.row(row), glyphs: context.glyphs)
    var next = row + 1
    for alternative in token.alternatives.prefix(rows.alternatives) {
      drawBar(
        "'\(alternative.symbol)'", alternative.probability,
        isWritten: alternative.symbol == token.symbol, in: area.row(next), on: &buffer)
      next += 1
    }
    guard rows.showsOthers else { return }
    let shown = token.alternatives.reduce(0) { $0 + $1.probability }
    drawBar("all others", max(0, 1 - shown), isWritten: false, in: area.row(next), on: &buffer)
  }

  private func drawBar(
    _ label: String, _ share: Double, isWritten: Bool, in line: Rectangle,
    on buffer: inout CellBuffer
  ) {
    let head =
      context.text(isWritten ? "● " : "  ", .accent)
      + context.text(
        NumberFormat.padded(label, width: 11), isWritten ? .text : .textDim,
        isWritten ? .bold : [])
    buffer.draw(head, in: line, glyphs: context.glyphs)
    let number = PanelNumbers.percent(share)
    let width = min(40, line.width - head.width - 2 - number.count)
    guard width >= 4 else { return }
    Gauge(
      fraction: share, style: context.style(isWritten ? .accent : .reference),
      trackStyle: context.style(.border)
    ).draw(
      into: &buffer,
      in: Rectangle(x: line.x + head.width + 1, y: line.y, width: width, height: line.height),
      glyphs: context.glyphs)
    buffer.draw(
      context.text(number),
      in: Rectangle(
        x: line.x + head.width + 2 + width, y: line.y, width: number.count, height: line.height),
      glyphs: context.glyphs)
  }

  /// What fits into so many rows: answers and alternatives first.
  private struct RowPlan {
    let answers: Int
    let alternatives: Int
    var showsLevels = false
    var showsSolution = false
    var showsLegend = false
    var showsOthers = false
    var showsFirstGap = false
    var showsSecondGap = false

    init(height: Int, answers count: Int) {
      alternatives = min(TrialDrawing.alternativeRows, max(0, height - 3))
      // The prompt, the line of the token and its alternatives.
      let room = height - 2 - alternatives
      answers = max(1, min(count, room))
      var free = room - answers
      func take() -> Bool {
        free -= 1
        return free >= 0
      }
      showsLevels = take()
      showsSolution = take()
      showsLegend = take()
      showsOthers = take()
      showsSecondGap = take()
      showsFirstGap = take()
    }
  }
}
