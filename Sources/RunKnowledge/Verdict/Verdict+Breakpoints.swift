import TrainingTelemetry

extension Verdict {
  /// Why the run is paused, where a breakpoint paused it: the first thing to be said.
  static func breakpoints(_ run: KnownRun) -> [Finding] {
    guard run.status.mode == .paused, let hits = run.status.breakpoints?.hits else {
      return []
    }
    return hits.map { hit in
      Finding(
        .breakpoint, .warning, "paused: \(hit.text)",
        advice: hit.breakpoint == .nonfinite
          ? "policy is the last good one; move a knob, then \(.run) tries the "
            + "update again"
          : "\(.run) goes on; it acts again once \(hit.breakpoint) was false")
    }
  }
}

extension Verdict.Finding {
  /// Whether the journal gets a line for it; breakpoints have told of themselves.
  var isForJournal: Bool { level != .information && kind != .breakpoint }
}
