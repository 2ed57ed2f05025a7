internal import ArgumentParser
internal import FoundationEssentials
internal import PolicyTraining
internal import SettingsFiles

/// Whether a person's own settings file is read; shared by the commands that it concerns.
struct UserSettingsOptions: ParsableArguments {
  @Flag(help: "Leave your own settings file aside; 'maspo config --path' tells where it is.")
  var noUserConfig = false

  func load() -> UserSettings {
    UserSettings(
      path: UserSettings.path(environment: ProcessInfo.processInfo.environment),
      isIgnored: noUserConfig)
  }

  /// A run for a program to read: a mistake in the file's defaults would silently change it.
  ///
  /// - Throws: the mistake, with the way around it.
  func resolve(_ options: RunOptions) throws -> RunResolution {
    var user = load()
    let resolution = try user.resolve { try options.resolve(over: $0) }
    if let mistake = user.runMistake { throw UserSettingsError(mistake: mistake) }
    return resolution
  }
}

/// A mistake in a person's own file that must not be passed over.
struct UserSettingsError: Error, CustomStringConvertible {
  let mistake: SettingsError

  var description: String { "\(mistake); --no-user-config leaves this file aside" }
}
