internal import ArgumentParser
internal import PolicyObjectives
internal import PolicyTraining
internal import RunKnowledge

/// Runs that race the one on the screen.
struct RivalOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Race a rival from the same base policy on the same prompts, in lock step, recorded as a run "
        + "of its own: objective=grpo, sigma_base=0.2, several joined by commas, or 'placebo', the "
        + "run with one weight moved by 1e-6. Repeatable, up to three.", valueName: "name=value"))
  var against: [String] = []

  private static let most = 3

  func validate() throws {
    guard against.count <= Self.most else {
      throw ValidationError("--against: \(against.count) rivals; at most \(Self.most) can race")
    }
  }

  /// The rivals of a run, each with its recording as the run's own is asked for.
  ///
  /// - Throws: what is wrong with a rival, or why it cannot be recorded.
  func prepare(
    _ configuration: RunConfiguration, _ recording: RecordingOptions
  ) throws -> [Rival] {
    guard !against.isEmpty else { return [] }
    guard recording.runDir == nil, recording.tensorboard == nil else {
      throw ValidationError(
        "--against: each run of a race has a folder of its own; leave out "
          + (recording.runDir != nil ? "--run-dir" : "--tensorboard"))
    }
    return try against.map { text in
      let rival = try Self.configuration(text, over: configuration)
      return Rival(
        label: Self.label(text, rival), isPlacebo: text == "placebo",
        prepared: try recording.prepare(rival))
    }
  }

  private static func configuration(
    _ text: String, over configuration: RunConfiguration
  ) throws -> RunConfiguration {
    var rival = configuration
    guard text != "placebo" else { return rival }
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      if parts.count == 2, parts[0] == "objective" {
        rival.objective = try ObjectiveCatalog.objective(named: parts[1])
      } else if let (name, value) = KnobText.parse(String(word)) {
        for name in MASPOObjective.parameters(meantBy: name) { try rival.set(name, to: value) }
      } else {
        throw ValidationError(
          "--against \(text): expected objective=NAME, a knob as name=number or name=none, or "
            + "placebo")
      }
    }
    try rival.validate()
    return rival
  }

  /// `GRPO`, or what was asked for where the objective stays.
  private static func label(_ text: String, _ configuration: RunConfiguration) -> String {
    text == "placebo" || !text.hasPrefix("objective=") || text.contains(",")
      ? text : configuration.objectiveTitle
  }
}

extension RunConfiguration {
  /// `MASPO`.
  var objectiveTitle: String { ObjectiveCatalog.title(of: objectiveName) }
}
