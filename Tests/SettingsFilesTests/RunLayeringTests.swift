import PolicyObjectives
import PolicyTraining
import StrictTOML
import Testing

@testable import SettingsFiles

@Suite("Layers of run settings")
struct RunLayeringTests {
  private func knob(_ name: String, _ resolution: RunResolution) -> Double? {
    resolution.configuration.knobValues.first { $0.name == name }?.value
  }

  @Test func laterLayersWin() throws {
    let run = try resolution("seed = 3\nsigma_base = 0.2", "seed = 4", "threads = 1")
    #expect(run.configuration.seed == 4 && run.configuration.threads == 1)
    #expect(knob("sigma_base", run) == 0.2)
  }

  /// A preset stands for schedule and learning rate; it takes back what layers below it said.
  @Test func aPresetResetsTheScheduleOfLayersBelow() throws {
    let below = "epochs = 2\nlearning_rate = 0.5\ngradient_clip = 9\nseed = 8"
    let run = try resolution(below, "preset = \"edge\"")
    #expect(run.configuration.schedule == (try Preset.named("edge")).schedule)
    #expect(run.configuration.optimizer.learningRate == 3e-4)
    #expect(run.configuration.optimizer.gradientClip == 9 && run.configuration.seed == 8)
    #expect(run.configuration.preset == "edge")
    // In one layer the preset comes first, wherever it stands.
    let same = try resolution("epochs = 2\npreset = \"edge\"")
    #expect(same.configuration.schedule.epochs == 2)
    #expect(same.configuration.preset == "custom" && same.preset.name == "edge")
  }

  @Test func thePresetsKnobsAreKnown() {
    #expect(
      Set(RunResolution.presetKnobs) == [
        "learning_rate", "temperature", "samples_per_prompt", "prompts_per_iteration",
        "minibatches", "epochs",
      ])
  }

  @Test func anotherObjectiveDropsTheKnobsOfTheFirst() throws {
    let below = "objective = \"maspo\"\nsigma_base = 0.2\nepochs = 2"
    let same = try resolution(below, "objective = \"maspo\"")
    #expect(knob("sigma_base", same) == 0.2)
    let other = try resolution(below, "objective = \"grpo\"")
    #expect(knob("sigma_base", other) == nil && knob("epochs", other) == 2)
    let back = try resolution(below, "objective = \"grpo\"", "objective = \"maspo\"")
    #expect(knob("sigma_base", back) == 0.2, "of the preset")
    #expect(back.effective.first { $0.name == "sigma_base" }?.origin == .standard)
  }

  @Test func aPresetsKnobsGoWithIt() throws {
    #expect(knob("sigma_base", try resolution("")) == 0.2)
    #expect(try resolution("").configuration.preset == "narrow-gate")
    let reuse = try resolution("", "preset = \"reuse\"")
    #expect(knob("sigma_base", reuse) == 1)
    #expect(reuse.configuration.preset == "reuse")
    // What a person set stays, under another preset as well.
    let own = try resolution("sigma_base = 0.5", "preset = \"edge\"")
    #expect(knob("sigma_base", own) == 0.5)
    let moved = try resolution("sigma_base = 0.5")
    #expect(moved.configuration.preset == "custom" && moved.preset.name == "narrow-gate")
    // Other objectives have no such knob, and get it back with MASPO.
    let rival = try resolution("objective = \"grpo\"")
    #expect(knob("sigma_base", rival) == nil && rival.configuration.preset == "narrow-gate")
  }

  /// The file names knobs of the objective that only the options choose.
  @Test func aKnobWaitsForItsObjective() throws {
    let run = try resolution("eps_low = 0.1\nsigma_base = 0.3", "objective = \"grpo\"")
    #expect(knob("eps_low", run) == 0.1)
    #expect(throws: SettingsError.self) { try resolution("eps_low = 0.1") }
    #expect(throws: SettingsError.self) {
      try resolution("objective = \"grpo\"", "sigma_base = 1", "seed = 1")
    }
  }

  @Test func theAsymmetryComesBeforeTheBetas() throws {
    let run = try resolution("beta_neg = 0.4\nasymmetry = 0.1")
    #expect(knob("beta_pos", run) == 0.1 && knob("beta_neg", run) == 0.4)
    let over = try resolution("beta_neg = 0.4", "asymmetry = 0.1")
    #expect(knob("beta_neg", over) == 0.1)
  }

  @Test func everySettingTellsWhereItComesFrom() throws {
    var options = RunLayer()
    options.add("beta_pos", .number(0.3))
    options.addKnob("temperature", 0.5)
    let file = try layer("preset = \"edge\"\n\nminibatches = 4")
    var run = try RunResolution([file, options], threads: 1)
    run.limitIterations()
    let origins = Dictionary(uniqueKeysWithValues: run.effective.map { ($0.name, $0.origin) })
    #expect(origins["preset"] == .file("run.toml", line: 1))
    #expect(origins["minibatches"] == .file("run.toml", line: 3))
    #expect(origins["epochs"] == .preset("edge") && origins["iterations"] == .preset("edge"))
    #expect(origins["beta_pos"] == .option("--beta-pos"))
    #expect(origins["temperature"] == .option("--set temperature"))
    #expect(origins["sigma_base"] == .standard && origins["gradient_clip"] == .standard)
    let plain = try resolution()
    #expect(plain.effective.allSatisfy { $0.origin == .standard })
    #expect(plain.effective.first { $0.name == "iterations" }?.value == nil)
  }

  /// What two layers only do together is blamed on the line that set it.
  @Test func aMistakeOfBothLayersNamesTheFile() throws {
    do {
      _ = try resolution("minibatches = 512\nsamples_per_prompt = 64", "samples_per_prompt = 2")
      Issue.record("accepted")
    } catch let error as SettingsError {
      #expect(error.description.contains("run.toml:1: minibatches = 512"))
    }
    #expect(throws: Never.self) {
      try resolution("minibatches = 512", "samples_per_prompt = 64")
    }
  }
}
