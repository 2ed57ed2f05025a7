import PolicyObjectives
public import PolicyTraining
import ReasoningTasks
import TinyTransformer

/// A setting of a run that is no knob, under the name that files and options share.
public struct RunField: Sendable {
  enum Kind: Sendable {
    case text, whole, seed, list
  }

  /// The name, as the option has it without its dashes.
  public let name: String
  public let summary: String
  let kind: Kind
  /// `nil` where the configuration leaves it open.
  let read: @Sendable (RunConfiguration) -> SettingValue?
  let write: @Sendable (inout RunConfiguration, SettingValue) throws -> Void

  /// All fields, in the order in which they are applied and written.
  public static let all: [RunField] = [
    RunField(
      "task", "Task: \(TaskCatalog.names.joined(separator: ", "))", .text,
      read: { $0.ownTask == nil ? .text($0.task) : nil },
      write: { configuration, value in
        guard case .text(let name) = value else { return }
        configuration.choose(try TaskCatalog.task(named: name))
      }),
    RunField(
      taskFileName,
      "JSON Lines file with a task of your own in place of these: prompt, answer, demonstrations",
      .text,
      read: { $0.ownTask.map { .text($0.file) } },
      write: { configuration, value in
        guard case .text(let path) = value else { return }
        configuration.choose(try FileTask(file: path))
      }),
    RunField(
      "preset", "Preset: \(Preset.all.map(\.name).joined(separator: ", "))", .text,
      read: { .text($0.preset) },
      write: { configuration, value in
        guard case .text(let name) = value else { return }
        configuration.apply(try Preset.named(name))
      }),
    RunField(
      "objective", "Objective: \(ObjectiveCatalog.names.joined(separator: ", "))", .text,
      read: { .text($0.objectiveName) },
      write: { configuration, value in
        guard case .text(let name) = value else { return }
        let objective = try ObjectiveCatalog.objective(named: name)
        if name != configuration.objectiveName { configuration.objective = objective }
      }),
    seed("seed", "Seed of the run: prompts, samples, minibatches", \.seed),
    seed("base-seed", "Seed of the base policy's warm start", \.baseSeed),
    RunField(
      "iterations", "Iterations after which the run ends", .whole,
      read: { $0.iterationLimit.map { .whole($0) } },
      write: { if case .whole(let number) = $1 { $0.iterationLimit = number } }),
    whole("threads", "Threads that compute; results do not depend on it", \.threads),
    whole(
      "eval-every", "Iterations between held-out evaluations; 0 evaluates only at the end",
      \.evaluation.interval),
    whole("eval-prompts", "Held-out prompts of an evaluation", \.evaluation.promptCount),
    whole(
      "eval-samples", "k of Avg@k and Pass@k: samples for each held-out prompt",
      \.evaluation.samplesPerPrompt),
    whole("width", "Width of the transformer", \.model.width),
    whole("layers", "Layers of the transformer", \.model.layerCount),
    whole("heads", "Attention heads of the transformer", \.model.headCount),
    whole(
      "hidden", "Hidden width of the transformer's SwiGLU", \.model.hiddenWidth),
    whole("warm-steps", "Steps of the supervised warm start", \.warmStart.steps),
    RunField(
      scriptName, "Knob moves at updates, such as [\"200:sigma_base=0.2\"]", .list,
      read: { .list($0.scripted.map(\.text)) },
      write: { configuration, value in
        guard case .list(let texts) = value else { return }
        configuration.scripted = try texts.map { try ScriptedSetting(parsing: $0) }
      }),
  ]

  static let scriptName = "at"
  static let taskFileName = "task-file"

  /// Names of all knobs: the asymmetry, which is written before what it stands for, the run's, and
  /// every objective's.
  static let knobNames: [String] = {
    let objectives = ObjectiveCatalog.all.flatMap { $0.specifications.map(\.name) }
    let own = RunConfiguration().knobValues.map(\.name)
    var seen: Set<String> = []
    return ([MASPOObjective.asymmetry] + own + objectives).filter { seen.insert($0).inserted }
  }()

  /// Every key of a run's file, in the order in which they are applied.
  public static let allNames = all.map(\.name) + knobNames

  /// The field of this name.
  ///
  /// - Precondition: there is one.
  public static func named(_ name: String) -> RunField {
    guard let field = all.first(where: { $0.name == name }) else {
      preconditionFailure("no run option \(name)")
    }
    return field
  }

  /// The value that a run has where nobody says anything; `nil` where it is left open.
  public var standardValue: SettingValue? { read(RunConfiguration()) }

  /// The option that gives a run its value, as words of a command line; none where the value is
  /// what it is anyway.
  public func option(of configuration: RunConfiguration) -> [String] {
    guard let value = read(configuration), value != standardValue else { return [] }
    return ["--\(name)", value.option]
  }

  /// Finds the setting that a key means: `-` and `_` are the same.
  static func name(for key: String) -> String? { namesByKey[normalized(key)] }

  private static let namesByKey = Dictionary(
    allNames.map { (normalized($0), $0) }, uniquingKeysWith: { first, _ in first })

  static func normalized(_ key: String) -> String {
    String(key.map { $0 == "-" ? "_" : $0 })
  }

  private init(
    _ name: String, _ summary: String, _ kind: Kind,
    read: @escaping @Sendable (RunConfiguration) -> SettingValue?,
    write: @escaping @Sendable (inout RunConfiguration, SettingValue) throws -> Void
  ) {
    self.name = name
    self.summary = summary
    self.kind = kind
    self.read = read
    self.write = write
  }

  private static func whole(
    _ name: String, _ summary: String,
    _ path: any WritableKeyPath<RunConfiguration, Int> & Sendable
  ) -> RunField {
    RunField(
      name, summary, .whole, read: { .whole($0[keyPath: path]) },
      write: { if case .whole(let number) = $1 { $0[keyPath: path] = number } })
  }

  private static func seed(
    _ name: String, _ summary: String,
    _ path: any WritableKeyPath<RunConfiguration, UInt64> & Sendable
  ) -> RunField {
    RunField(
      name, summary, .seed, read: { .seed($0[keyPath: path]) },
      write: { if case .seed(let seed) = $1 { $0[keyPath: path] = seed } })
  }
}
