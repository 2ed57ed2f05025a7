internal import LocalFiles
internal import PolicyObjectives
internal import PolicyTraining
internal import ReasoningTasks
internal import RunKnowledge
internal import SettingsFiles
internal import TrainingDashboard
internal import TrainingTelemetry

/// The command line that repeats a run: its configuration, and every knob moved while it ran.
struct ReproducingCommand {
  let configuration: RunConfiguration
  let history: MetricHistory
  /// Where the run was left.
  let position: UpdatePosition
  /// Whether a person's own defaults would change the run.
  let leavesUserSettings: Bool

  var text: String {
    var words = ["maspo", "train"]
    words +=
      configuration.ownTask.map { ["--task-file", $0.file.shellWord] }
      ?? ["--task", configuration.task]
    words += ["--preset", basePreset.name]
    words += ["--objective", configuration.objectiveName, "--seed", "\(configuration.seed)"]
    words += ["--iterations", "\(max(1, position.iteration))"]
    words += RunField.all.filter { !Self.saidHere.contains($0.name) }
      .flatMap { $0.option(of: configuration) }
    words += overriddenKnobs.flatMap { ["--set", $0] }
    let scripted = configuration.scripted.filter { $0.update <= position.total }
    words += scripted.flatMap { ["--at", $0.text] }
    words += moves.filter { !scripted.contains($0) }.flatMap { ["--at", $0.text] }
    if position.update < position.updatesPerIteration {
      words += ["--break", "'updates>\(max(0, position.total - 1))'"]
    }
    if leavesUserSettings { words.append("--no-user-config") }
    return words.joined(separator: " ")
  }

  /// Options that are always given, that are given in another way, or that change no result.
  private static let saidHere: Set = [
    "task", "task-file", "preset", "objective", "seed", "iterations", "threads", "at",
  ]

  private var basePreset: Preset {
    Preset.all.first { $0.name == configuration.preset } ?? .reuse
  }

  /// Knobs that differ from the preset's and the objective's defaults.
  private var overriddenKnobs: [String] {
    guard let plain = try? ObjectiveCatalog.objective(named: configuration.objectiveName) else {
      return []
    }
    var defaults = RunConfiguration()
    defaults.objective = plain
    defaults.apply(basePreset)
    return configuration.knobValues.compactMap { name, value in
      defaults.knobValues.contains { $0.name == name && $0.value == value }
        ? nil : "\(name)=\(KnobText.format(value))"
    }
  }

  /// What was moved while the run went on.
  private var moves: [ScriptedSetting] {
    let objectives = history.objectiveChanges.map {
      ScriptedSetting(update: $0.updatesBefore + 1, change: .objective($0.newObjective))
    }
    let knobs = history.knobChanges.map {
      ScriptedSetting(
        update: $0.updatesBefore + 1,
        change: .knob(KnobSetting(name: $0.name, value: $0.newValue)))
    }
    return (objectives + knobs).sorted { $0.update < $1.update }
  }
}
