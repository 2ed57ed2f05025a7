internal import ArgumentParser
internal import SettingsFiles

/// What is in force, and why.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Show every setting in force, and where it comes from.",
    discussion: """
      Settings come from defaults, your own settings file, the file of --config and the options; \
      for the screen, from choices made on it, too. The later ones win. What is printed is a settings file itself: 'maspo config > FILE' makes one \
      to begin with. Give the options of the run that you want to know about.

      Exit status: 1 for a mistake in a settings file, a theme that is not there included; what is \
      in force in spite of it is printed.
      """)

  @OptionGroup var options: RunOptions
  @OptionGroup var screen: ScreenOptions
  @OptionGroup var userOptions: UserSettingsOptions

  @Flag(help: "Print the path of your own settings file, whether it is there or not.")
  var path = false

  @Flag(help: "Forget the choices made on the screen (theme, glyphs, panels, lens and ledger).")
  var forget = false

  func validate() throws {
    if path, forget { throw ValidationError("--path and --forget exclude each other") }
  }

  func run() throws {
    var user = userOptions.load()
    if path { return try printOutput(user.path) }
    if forget {
      let file = RememberedScreen.path
      let wasThere = try OutputError.naming(file) { try ScreenMemory.forget(file) }
      return try printOutput(wasThere ? "removed \(file)" : "there is no \(file)")
    }
    let resolution = try user.resolve { try options.resolve(over: $0) }
    let remembered = RememberedScreen(screen, over: user.screen)
    var warnings = user.warnings + [remembered.warning].compactMap { $0 }
    _ = try ThemeChoice(remembered.settings, &warnings)
    let effective = EffectiveSettings(run: resolution, screen: remembered.settings, user: user)
    try printOutput(effective.toml, terminator: "")
    for warning in warnings { printError("warning: \(warning)") }
    if !warnings.isEmpty { throw ExitStatus.failure.code }
  }
}
