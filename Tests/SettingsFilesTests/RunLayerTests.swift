import Foundation
import PolicyObjectives
import PolicyTraining
import ReasoningTasks
import StrictTOML
import Testing
import TinyTransformer
import TrainingTelemetry

@testable import SettingsFiles

/// Reads `text` as the file `run.toml`.
func layer(_ text: String) throws(SettingsError) -> RunLayer {
  try RunLayer(TOMLDocument(text, file: "run.toml"))
}

func resolution(_ texts: String...) throws -> RunResolution {
  try RunResolution(texts.map { try layer($0) }, threads: 2)
}

@Suite("Run settings files")
struct RunLayerTests {
  @Test func namesAreUniqueHoweverTheyAreSpelled() {
    let names = RunField.allNames.map { RunField.normalized($0) }
    #expect(Set(names).count == names.count)
    #expect(RunField.name(for: "sigma-base") == "sigma_base")
    #expect(RunField.name(for: "base_seed") == "base-seed")
  }

  /// Every setting of every objective, moved away from its default, survives being written.
  @Test(arguments: ObjectiveCatalog.names)
  func whatIsWrittenReadsBackTheSame(objective: String) throws {
    var text = """
      task = "add"
      preset = "edge"
      objective = "\(objective)"
      seed = "18446744073709551615"
      base-seed = 7
      iterations = 3
      threads = 5
      eval-every = 0
      eval-prompts = 11
      eval-samples = 13
      width = 32
      layers = 3
      heads = 2
      hidden = 48
      warm-steps = 17
      at = ["5:epochs=2", "9:objective=gspo"]

      """
    for specification in try ObjectiveCatalog.objective(named: objective).movedSpecifications {
      text += "\(specification.name) = \(specification.value)\n"
    }
    let first = try resolution(text)
    let second = try resolution(first.toml)
    #expect(second.toml == first.toml)
    let (before, after) = (first.configuration, second.configuration)
    #expect(before.task == "add" && after.task == "add")
    #expect(after.seed == .max && after.baseSeed == 7 && after.iterationLimit == 3)
    #expect(after.threads == 5 && after.model.layerCount == 3 && after.model.hiddenWidth == 48)
    #expect(after.warmStart.steps == 17 && after.evaluation.samplesPerPrompt == 13)
    #expect(before.model == after.model && before.schedule == after.schedule)
    #expect(before.optimizer == after.optimizer && before.evaluation == after.evaluation)
    #expect(before.scripted == after.scripted && after.scripted.count == 2)
    #expect(ObjectiveState(before.objective) == ObjectiveState(after.objective))
    #expect(before.preset == after.preset)
    let defaults = try resolution("objective = \"\(objective)\"").configuration
    let hasKnobs = !type(of: before.objective).specifications.isEmpty
    #expect(
      (ObjectiveState(before.objective) != ObjectiveState(defaults.objective)) == hasKnobs)
  }

  @Test(arguments: [0.1 + 0.2, 1e-5, 123_456.789, 2.2250738585072014e-308, 1e22, 0.1, 1e15, 2.5e-7])
  func numbersReadBackToTheLastBit(number: Double) throws {
    let text = "x = \(SettingValue.number(number).toml)"
    #expect(try TOMLDocument(text, file: "").number("x") == number)
  }

  @Test(arguments: [
    "plain", "quo\"te", "back\\slash", "tab\tnew\nline", "σ ✓", "\u{1}\u{1F}\u{7F}",
  ])
  func textsReadBack(text: String) throws {
    #expect(try TOMLDocument("x = \(SettingValue.text(text).toml)", file: "").text("x") == text)
  }

  @Test func bothSpellingsOfAKeyAreTheSame() throws {
    let configuration = try resolution("sigma-base = 0.2\nbase_seed = 4").configuration
    #expect(try configuration.objective.value(of: "sigma_base") == 0.2)
    #expect(configuration.baseSeed == 4)
    #expect(throws: SettingsError.self) { try layer("sigma-base = 1\nsigma_base = 1") }
  }

  /// The task that ships with the source.
  private static let example = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Sources/ReasoningTasks/Examples/sort-letters.jsonl").path

  @Test func aTaskOfOnesOwnStandsInThePlaceOfAnother() throws {
    let own = try layer("task-file = '\(Self.example)'")
    let run = try RunResolution([own], threads: 1)
    #expect(run.configuration.task == "sort-letters")
    #expect(run.configuration.model.vocabularySize == 16)
    #expect(run.toml.contains("task-file = ") && !run.toml.contains("task = "))
    #expect(try RunResolution([layer(run.toml)], threads: 1).toml == run.toml)
    // A later layer's choice counts, and brings its own tokens.
    let back = try RunResolution([own, layer("task = 'add'")], threads: 1).configuration
    #expect(back.task == "add" && back.ownTask == nil && back.model.vocabularySize == 32)
    let again = try RunResolution([layer("task = 'add'"), own], threads: 1).configuration
    #expect(again.ownTask?.file == Self.example)
    #expect(throws: SettingsError.self) {
      try layer("task = 'add'\ntask-file = '\(Self.example)'")
    }
  }

  /// Values other than the standard ones, by the kind of a field and for those that choose.
  private static func otherValue(of field: RunField) -> SettingValue {
    switch field.name {
    case "task": .text("add")
    case "task-file": .text(example)
    case "preset": .text("edge")
    case "objective": .text("grpo")
    case RunField.scriptName: .list(["200:sigma_base=0.2"])
    case "width": .whole(96)
    default:
      if case .seed = field.kind { .seed(77) } else { .whole(3) }
    }
  }

  /// The command that repeats a run takes its options from the table: each says what was set, and
  /// nothing where nothing was.
  @Test(arguments: RunField.all.map(\.name))
  func anOptionRepeatsWhatWasSet(name: String) throws {
    let field = RunField.named(name)
    #expect(field.option(of: RunConfiguration()).isEmpty)
    let value = Self.otherValue(of: field)
    try #require(field.standardValue != value)
    var configuration = RunConfiguration()
    try field.write(&configuration, value)
    #expect(field.option(of: configuration) == ["--\(name)", value.option])
  }
}

extension PolicyObjective {
  /// Every parameter with a value other than its default, as TOML.
  fileprivate var movedSpecifications: [(name: String, value: String)] {
    Self.parameters.map { parameter in
      let specification = parameter.specification
      let value = parameter.value(in: self)
      if value != nil, specification.allowsNone { return (specification.name, "\"none\"") }
      let (low, high) = (specification.minimum, min(specification.maximum, 1e6))
      let moved = (value ?? low) + (high - (value ?? low)) / 3
      return (
        specification.name, moved == value ? "\((low + moved) / 2)" : "\(moved)"
      )
    }
  }
}
