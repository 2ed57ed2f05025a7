import PolicyObjectives
import TerminalCanvas
import TrainingTelemetry

extension Verdict {
  /// What the stream of another trainer tells of the newest step.
  static func attachment(_ run: KnownRun) -> [Finding] {
    guard let attachment = run.status.attachment else { return [] }
    var findings = attachment.findings.map { Finding(.stream, $0.level, $0.text) }
    if !attachment.isObjectiveKnown, !attachment.isWhatIf {
      findings.append(
        Finding(
          .stream, .information,
          "the trainer's objective \(attachment.objective) is not in the catalog: pushes are those "
            + "of plain importance weighting, without gates"))
    }
    if attachment.isWhatIf, let update = run.snapshot.update {
      func share(_ value: Double?) -> String {
        value.map { NumberFormat.share($0) + " of the push" } ?? "nothing by token"
      }
      findings.append(
        Finding(
          .stream, .information,
          "what if: on this step's tokens \(ObjectiveCatalog.title(of: update.objective.name)) "
            + "takes \(share(update.metrics.removedShare)), the trainer's "
            + "\(ObjectiveCatalog.title(of: attachment.objective)) took "
            + "\(share(attachment.ownRemovedShare)); how the run would go on under it is not told"))
    }
    return findings
  }
}
