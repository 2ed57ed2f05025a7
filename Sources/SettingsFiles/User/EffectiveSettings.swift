import TrainingDashboard

/// Everything in force and where it comes from, as a settings file of a person's own.
public struct EffectiveSettings: Sendable {
  let run: RunResolution
  let screen: ScreenSettings
  let user: UserSettings

  public init(run: RunResolution, screen: ScreenSettings, user: UserSettings) {
    self.run = run
    self.screen = screen
    self.user = user
  }

  /// TOML that reads back to the same settings; a comment tells the origin of each.
  public var toml: String {
    let runLines = run.effective.map { setting in
      setting.value.map { (assignment(setting.name, $0.toml), setting.origin) }
        ?? ("# \(setting.name) is not set", setting.origin)
    }
    let screenLines = ScreenField.all.map { field in
      let entry = screen.effective(field.name)
      return (assignment(field.name, entry.value.toml), entry.origin)
    }
    let keyLines = user.keys.all.map { binding in
      (assignment(binding.name, KeyBindings.toml(binding)), user.origin(ofKeys: binding.name))
    }
    return [("run", runLines), ("screen", screenLines), ("keys", keyLines)].map { name, lines in
      Self.section(name, lines)
    }.joined(separator: "\n")
  }

  private func assignment(_ name: String, _ value: String) -> String { "\(name) = \(value)" }

  private static func section(_ name: String, _ lines: [(text: String, SettingOrigin)]) -> String {
    let width = min(32, lines.map(\.text.count).max() ?? 0)
    let rows = lines.map { text, origin in
      text + String(repeating: " ", count: max(0, width - text.count)) + "  # \(origin)"
    }
    return "[\(name)]\n" + rows.joined(separator: "\n") + "\n"
  }
}
