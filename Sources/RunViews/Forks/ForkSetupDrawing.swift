import RunKnowledge
public import TerminalCanvas
import Theming
public import TrainingTelemetry

/// What a fork is to be, before it begins: the change, pairs, iterations, and what the run does
/// meanwhile.
public struct ForkSetupDrawing {
  /// How the keys that change something are written.
  public struct Keys {
    let pairs: String
    let iterations: String
    let hold: String

    public init(pairs: String, iterations: String, hold: String) {
      self.pairs = pairs
      self.iterations = iterations
      self.hold = hold
    }
  }

  let request: ForkRequest
  /// The change in words.
  let change: String
  let keys: Keys
  let area: Rectangle
  let context: DrawingContext

  public init(
    request: ForkRequest, change: String, keys: Keys, area: Rectangle, context: DrawingContext
  ) {
    self.request = request
    self.change = change
    self.keys = keys
    self.area = area
    self.context = context
  }

  public func draw(on buffer: inout CellBuffer) {
    buffer.draw(
      context.text(change, .title, .bold), in: area.row(0), glyphs: context.glyphs)
    let rows = [
      (keys.pairs, "\(counted(request.replicas, "pair")): continuations with and without it"),
      (keys.iterations, "\(counted(request.iterations, "iteration")) each"),
      (
        keys.hold,
        request.holdsRun
          ? "the run waits meanwhile" : "the run goes on meanwhile, with a core of its own"
      ),
    ]
    let width = rows.map { context.glyphs.spelled($0.0).count }.max() ?? 0
    for (index, (key, words)) in rows.enumerated() {
      let shown = NumberFormat.padded(
        context.glyphs.spelled(key), width: width, alignment: .left)
      buffer.draw(
        context.text(shown, .key, .bold) + context.text("  " + words), in: area.row(2 + index),
        glyphs: context.glyphs)
    }
    let note = context.text(
      "Copies of this exact state go on: unchanged, changed, and as a placebo with one weight moved "
        + "by 1e-6. The run itself is not touched, whatever they do.", .textDim)
    for (row, line) in note.wrapped(to: max(1, area.width)).enumerated() {
      buffer.draw(line, in: area.row(6 + row), glyphs: context.glyphs)
    }
  }
}
