/// What is said of a preview before its first move.
enum PreviewSentence {
  /// Before the first move; longer wordings first.
  static func opening(_ state: DashboardState) -> [String] {
    let keys = ["draft-row", "draft-step", "draft-sigma", "draft-asymmetry"]
      .map { state.keys.shown($0) }.joined(separator: " ")
    let end =
      "\(state.keys.shown("draft-apply")) makes the moves, "
      + "\(state.keys.shown("draft-forget")) forgets them"
    return [
      "Preview: move knobs by \(keys); nothing changes in the run until \(end).",
      "Preview: move knobs by \(keys); \(end).", "Preview: move knobs by \(keys).",
    ]
  }
}
