import TrainingTelemetry

extension Verdict {
  /// What the stream of another trainer tells of the newest step.
  static func attachment(_ status: RunStatus) -> [Finding] {
    guard let attachment = status.attachment else { return [] }
    var findings = attachment.findings.map { Finding(.stream, $0.level, $0.text) }
    if !attachment.isObjectiveKnown, !attachment.isWhatIf {
      findings.append(
        Finding(
          .stream, .information,
          "the trainer's objective \(attachment.objective) is not in the catalog: pushes are those "
            + "of plain importance weighting, without gates"))
    }
    return findings
  }
}
