import PolicyObjectives
import RunKnowledge
import TerminalCanvas
import Theming
import TrainingTelemetry

extension HeaderModel {
  /// Seconds after which data are old enough to say so, and to warn.
  private static let noteworthyAge = 5.0
  private static let longAge = 60.0

  /// Of a run that another trainer makes: whose it is, where it stands, and what is missing of it.
  static func attached(
    _ attachment: AttachmentStatus, _ snapshot: TrainingSnapshot, _ mode: RunStatus.Mode
  ) -> [Segment] {
    let status = snapshot.status
    let position = status.position
    let own = ObjectiveCatalog.title(of: attachment.objective)
    let judging = ObjectiveCatalog.title(of: status.objective)
    let objective = attachment.isWhatIf ? "\(own), what if \(judging)" : own
    let (word, role) = standing(status, attachment, mode)
    var segments = [
      Segment(text: "maspo", role: .accent, isBold: true, importance: 8),
      Segment(
        text: objective.isEmpty
          ? snapshot.identity.task : "\(snapshot.identity.task) · \(objective)",
        short: objective.isEmpty ? nil : objective, role: .title, isBold: true, importance: 3),
      Segment(text: snapshot.identity.preset, role: .text, importance: 7),
      Segment(
        text: NumberFormat.padded(word, width: 11, alignment: .left), role: role, isBold: true,
        isTrailing: true, importance: 0),
    ]
    if let request = attachment.pendingRequest {
      segments.append(
        Segment(text: "\(request) asked", role: .warning, isTrailing: true, importance: 1))
    }
    segments.append(
      Segment(text: "step \(position.total)", role: .text, isTrailing: true, importance: 2))
    segments.append(
      Segment(
        text:
          "rollout \(position.iteration), pass \(position.update)/\(position.updatesPerIteration)",
        role: .text, isTrailing: true, importance: 9))
    if attachment.world > 1 {
      let isMissing = attachment.ranks < attachment.world
      segments.append(
        Segment(
          text: "\(attachment.ranks) of \(attachment.world) ranks",
          short: "\(attachment.ranks)/\(attachment.world) r", role: isMissing ? .warning : .text,
          isTrailing: true, importance: isMissing ? 5 : 10))
    }
    let lost = attachment.droppedFrames + attachment.damagedFrames
    if lost > 0 {
      let words = [
        attachment.droppedFrames > 0 ? "\(attachment.droppedFrames) dropped" : nil,
        attachment.damagedFrames > 0 ? "\(attachment.damagedFrames) damaged" : nil,
      ].compactMap { $0 }.joined(separator: ", ")
      segments.append(
        Segment(
          text: "! \(words)", short: "! \(lost) lost", role: .warning, isTrailing: true,
          importance: 4))
    }
    if let age = attachment.age, age >= noteworthyAge {
      segments.append(
        Segment(
          text: "data \(NumberFormat.duration(seconds: age)) old",
          short: NumberFormat.duration(seconds: age),
          role: age >= longAge ? .warning : .textDim, isTrailing: true, importance: 6))
    } else if status.measuredPace > 0 {
      segments.append(
        Segment(
          text: "\(NumberFormat.fitted(status.measuredPace, width: 4)) steps/s", role: .textDim,
          isTrailing: true, importance: 11))
    }
    return segments
  }

  /// Sign and word, so that color is not needed.
  private static func standing(
    _ status: RunStatus, _ attachment: AttachmentStatus, _ mode: RunStatus.Mode
  ) -> (String, ThemeRole) {
    if status.phase == .finished { return ("■ ended", .success) }
    if attachment.awaited != nil { return ("~ waiting", .accent) }
    return switch mode {
    case .paused: ("‖ paused", .warning)
    case .stepping: ("▸ stepping", .accent)
    case .running: ("▶ attached", .success)
    }
  }
}
