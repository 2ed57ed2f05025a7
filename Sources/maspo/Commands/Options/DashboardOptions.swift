internal import ArgumentParser
internal import CursesTerminal
internal import PolicyTraining

/// How the dashboard looks and behaves; shared by every command that opens it.
struct DashboardOptions: ParsableArguments {
  @OptionGroup var look: ScreenOptions

  @Option(
    parsing: .unconditional,
    help: "Updates per second, or 'full'; without it the run starts slowly and speeds up.")
  var pace: String?

  @Flag(help: "Start paused.")
  var paused = false

  @Flag(help: "Leave when the run is over.")
  var exitAtEnd = false

  @Flag(help: "No screen: the same numbers as lines of text, for screen readers and logs.")
  var plain = false

  func validate() throws {
    if plain, paused {
      throw ValidationError("--plain and --paused exclude each other: no key could go on")
    }
  }

  /// How the trainer behaves that these options ask for.
  ///
  /// - Throws: `ConfigurationError` for a pace that cannot be.
  func makeTrainerOptions() throws -> TrainerOptions {
    var trainerOptions = TrainerOptions()
    trainerOptions.startsPaused = paused
    trainerOptions.staysOpen = true
    trainerOptions.onThreadStart = { CursesScreen.prepareThreadForCrashes() }
    switch pace {
    case nil: break
    case "full": trainerOptions.setPace(nil)
    case let text?:
      guard let value = Double(text) else {
        throw ConfigurationError.malformed(
          name: "pace", text: text, form: "a number of updates per second, or 'full'")
      }
      guard value > 0, value <= 100_000 else {
        throw ConfigurationError.outOfRange(
          name: "pace", value: text, allowed: "0 < pace ≤ 100000, or 'full'")
      }
      trainerOptions.setPace(value)
    }
    return trainerOptions
  }
}
