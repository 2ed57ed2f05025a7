import RunKnowledge
import RunViews
import TrainingTelemetry

extension DashboardState {
  /// Moves the cursor to the next of the shown group's landmarks that there is.
  mutating func walkLandmarks(by offset: Int, at time: Double) {
    guard let group = shown.snapshot.rollout?.group else { return }
    let all = TokenLandmark.allCases
    var landmark = cursor.landmark ?? (offset > 0 ? all[all.count - 1] : all[0])
    for _ in all {
      landmark = all.cycled(from: landmark, by: offset)
      guard let place = landmark.place(in: group, among: listedAnswers) else { continue }
      cursor.landmark = landmark
      cursor.hasMoved = true
      selection = place
      let token = group.answers[place.answer].tokens[place.token]
      say(
        "\(landmark.words(on: token)): '\(token.symbol)' at \(place.token + 1) of answer "
          + "\(place.answer + 1)", at: time)
      return
    }
    say(
      answerView.filter == .all
        ? "nothing to find: every advantage of this group is 0"
        : "nothing to find among these: \(answerView.filter.words)", at: time)
  }
}
