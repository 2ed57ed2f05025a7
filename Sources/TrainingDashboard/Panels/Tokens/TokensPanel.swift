import RunKnowledge
public import RunViews
public import TerminalCanvas
import TrainingTelemetry

/// One group: the prompt, its answers, and each token tinted by the lens.
public enum TokensPanel: Panel {
  public static let descriptor = PanelDescriptor(
    name: "tokens", title: "Tokens",
    summary: "One prompt with its G answers, token by token, tinted by a lens.",
    explanation: [
      "✓ ✗: right or wrong. ▲ ▼ and the number: the advantage A of the answer within its group.",
      "•: the answer was part of the minibatch of the update shown.",
      "The tint is the lens; its steps stand on the last line. The bars (digits in ASCII) under "
        + "or beside an answer tell the same in five levels.",
      "The title says which answers are listed and in which order, where that is not all of them "
        + "as sampled. By update: Σ w|A|Fρs of an answer, the largest first; by removed: "
        + "Σ w|A|ρ(1−F)s.",
      "The group is one that teaches, with right and wrong answers, and from which the gate has "
        + "taken most; it changes only for one with twice as much, until you choose one.",
    ] + TokenLens.allCases.map { "lens \($0.title): \($0.explanation)." })

  public static func choice(
    atX x: Int, y: Int, in area: Rectangle, _ state: DashboardState
  ) -> DashboardChoice? {
    guard let model = model(state) else { return nil }
    let context = DrawingContext(theme: state.theme, glyphs: state.appearance.glyphs)
    let place =
      model.isText
      ? TextDrawing(model: model, area: area, context: context).place(x: x, y: y)
      : TokensDrawing(model: model, area: area, context: context).place(x: x, y: y)
    return place.map { .answer($0.answer, token: $0.token) }
  }

  public static func wheel(_ direction: Int) -> DashboardAction? { .moveAnswer(direction) }

  static func model(_ state: DashboardState) -> TokensModel? {
    TokensModel(
      state.shown, at: state.selection, listing: state.answerView, lens: state.lens,
      comparedWith: state.comparedObjectiveName, filterKey: state.keys.shown("answers"))
  }

  public static func caption(_ state: DashboardState, _ context: DrawingContext) -> String {
    guard let group = state.shown.snapshot.rollout?.group, !group.answers.isEmpty else { return "" }
    let right = group.rightCount
    let answers =
      state.answerView.caption(of: group) ?? "\(right) ✓, \(group.answers.count - right) ✗"
    let compared =
      ObjectiveDifference(state.shown, against: state.comparedObjectiveName)?.otherTitle ?? ""
    let lens =
      state.lens == .otherObjective ? "against \(compared)" : "lens \(state.lens.shortTitle)"
    return context.glyphs.spelled(
      "group \(group.index + 1)/\(group.groupCount) · \(answers) · \(lens)")
  }

  public static func draw(
    _ state: DashboardState, in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    buffer.clipped(to: area) { buffer in
      guard let model = model(state) else {
        EmptyNotice.draw(
          EmptyNotice.paragraphs(
            state, awaiting: "rollout",
            shows: "Here: one prompt, the policy's answers to it, and what each token is taught."),
          in: area, on: &buffer, context)
        return
      }
      if model.isText {
        TextDrawing(model: model, area: area, context: context).draw(on: &buffer)
      } else {
        TokensDrawing(model: model, area: area, context: context).draw(on: &buffer)
      }
    }
  }
}
