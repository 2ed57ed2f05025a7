internal import PolicyObjectives
internal import PolicyTraining
internal import RunKnowledge
internal import TinyTransformer
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
    var words = ["maspo", "train", "--task", configuration.task, "--preset", basePreset.name]
    words += ["--objective", configuration.objectiveName, "--seed", "\(configuration.seed)"]
    if configuration.baseSeed != 1 { words += ["--base-seed", "\(configuration.baseSeed)"] }
    words += ["--iterations", "\(max(1, position.iteration))"]
    words += evaluationOptions + modelOptions
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

  private var basePreset: Preset {
    Preset.all.first { $0.name == configuration.preset } ?? .standard
  }

  /// Knobs that differ from the preset's and the objective's defaults.
  private var overriddenKnobs: [String] {
    guard let plain = try? ObjectiveCatalog.objective(named: configuration.objectiveName) else {
      return []
    }
    var defaults = RunConfiguration()
    defaults.apply(basePreset)
    defaults.objective = plain
    return configuration.knobValues.compactMap { name, value in
      defaults.knobValues.contains { $0.name == name && $0.value == value }
        ? nil : "\(name)=\(KnobText.format(value))"
    }
  }

  private var evaluationOptions: [String] {
    let settings = configuration.evaluation
    let standard = EvaluationSettings()
    var words: [String] = []
    if settings.interval != standard.interval { words += ["--eval-every", "\(settings.interval)"] }
    if settings.promptCount != standard.promptCount {
      words += ["--eval-prompts", "\(settings.promptCount)"]
    }
    if settings.samplesPerPrompt != standard.samplesPerPrompt {
      words += ["--eval-samples", "\(settings.samplesPerPrompt)"]
    }
    if configuration.warmStart.steps != WarmStartSettings().steps {
      words += ["--warm-steps", "\(configuration.warmStart.steps)"]
    }
    return words
  }

  private var modelOptions: [String] {
    let model = configuration.model
    let standard = RunConfiguration().model
    var words: [String] = []
    if model.width != standard.width { words += ["--width", "\(model.width)"] }
    if model.layerCount != standard.layerCount { words += ["--layers", "\(model.layerCount)"] }
    if model.headCount != standard.headCount { words += ["--heads", "\(model.headCount)"] }
    if model.hiddenWidth != standard.hiddenWidth { words += ["--hidden", "\(model.hiddenWidth)"] }
    return words
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
