internal import FoundationEssentials

/// The folders that the XDG base directory rules give this program in a person's home.
public enum UserFolder: Sendable, CaseIterable {
  /// What the person writes: settings.
  case configuration
  /// What can be computed again.
  case cache
  /// What the program keeps: runs, results, choices made on the screen.
  case state
  /// What the person installs: themes.
  case data

  /// The folder's path, which need not exist: `maspo` in the folder that the rules' variable
  /// names, else in its usual place. A relative path is ignored, as the rules ask. Without a
  /// `HOME` the account's home counts.
  public func path(environment: [String: String]) -> String {
    let (variable, usualPlace) = rule
    if let folder = Self.absolute(environment[variable]) { return folder + "/maspo" }
    let home =
      Self.absolute(environment["HOME"]) ?? FileManager.default.homeDirectoryForCurrentUser.path
    return "\(home)/\(usualPlace)/maspo"
  }

  private var rule: (variable: String, usualPlace: String) {
    switch self {
    case .configuration: ("XDG_CONFIG_HOME", ".config")
    case .cache: ("XDG_CACHE_HOME", ".cache")
    case .state: ("XDG_STATE_HOME", ".local/state")
    case .data: ("XDG_DATA_HOME", ".local/share")
    }
  }

  private static func absolute(_ path: String?) -> String? {
    path.flatMap { $0.hasPrefix("/") ? $0 : nil }
  }
}
