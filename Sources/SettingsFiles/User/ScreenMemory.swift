import FoundationEssentials
import LocalFiles
public import StrictTOML

/// Choices made on the screen, kept from one dashboard to the next.
///
/// A choice is stronger than the person's settings file as long as the file says what it said when
/// the choice was made; once the file is changed there, the file is the newer word and wins.
public struct ScreenMemory: Sendable, Equatable {
  struct Choice: Sendable, Equatable {
    var value: SettingValue
    /// What the settings file said at that time.
    var configured: SettingValue?
  }

  public let path: String
  private(set) var choices: [String: Choice] = [:]

  private static let configuredTable = "configured"

  /// An empty memory.
  public init(path: String) {
    self.path = path
  }

  /// Reads what is remembered; nothing, where there is no file.
  ///
  /// - Throws: `SettingsError` for a file that this program did not write.
  public init(reading path: String) throws(SettingsError) {
    self.init(path: path)
    guard FileManager.default.fileExists(atPath: path) else { return }
    let document = try TOMLDocument.load(path)
    let fields = ScreenField.all.filter(\.isRemembered)
    try document.check(fields.map(\.name) + [Self.configuredTable])
    try document.check(fields.map(\.name), in: Self.configuredTable)
    for field in fields where document.has(field.name) {
      let wasConfigured = document.has(field.name, in: Self.configuredTable)
      choices[field.name] = Choice(
        value: try ScreenSettings.value(of: field, document, nil),
        configured: wasConfigured
          ? try ScreenSettings.value(of: field, document, Self.configuredTable) : nil)
    }
  }

  /// The choices that are still the newest word, to be put over the person's settings.
  public func settings(over user: ScreenSettings) -> ScreenSettings {
    var settings = ScreenSettings()
    for (name, choice) in choices where choice.configured == user.configured(name) {
      settings.add(name, choice.value, .remembered(path))
    }
    return settings
  }

  /// Takes in what was changed on the screen between two moments.
  ///
  /// A choice that says what the settings file or the default says is no longer one.
  ///
  /// - Parameters:
  ///   - user: the person's settings file.
  ///   - start, end: `ScreenSettings.choices(of:)` at both moments.
  public mutating func keep(
    from start: [String: SettingValue], to end: [String: SettingValue], over user: ScreenSettings
  ) {
    for field in ScreenField.all where field.isRemembered {
      guard let value = end[field.name], value != start[field.name] else { continue }
      let configured = user.configured(field.name)
      choices[field.name] =
        value == configured ?? field.standard
        ? nil : Choice(value: value, configured: configured)
    }
  }

  /// The file's text.
  var toml: String {
    let fields = ScreenField.all.filter { choices[$0.name] != nil }
    var lines = ["# Choices made on the screen, kept by maspo; 'maspo config --forget' drops them."]
    lines += fields.map { "\($0.name) = \(choices[$0.name]?.value.toml ?? "")" }
    let configured = fields.compactMap { field in
      choices[field.name]?.configured.map { "\(field.name) = \($0.toml)" }
    }
    if !configured.isEmpty {
      lines += [
        "", "# What the settings file said when they were made.", "[\(Self.configuredTable)]",
      ]
    }
    return (lines + configured).joined(separator: "\n") + "\n"
  }

  /// Replaces the file, whole at any moment.
  ///
  /// - Throws: a Foundation error or `FileError` when the folder cannot be written.
  public func write() throws {
    let file = URL(filePath: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try SafeFile.replace(path, with: toml.utf8)
  }

  /// Removes the file.
  ///
  /// - Returns: whether there was one.
  public static func forget(_ path: String) throws -> Bool {
    guard FileManager.default.fileExists(atPath: path) else { return false }
    try FileManager.default.removeItem(atPath: path)
    return true
  }

  /// `screen.toml` in the person's state folder.
  public static func path(environment: [String: String]) -> String {
    UserFolder.state.path(environment: environment) + "/screen.toml"
  }
}

extension ScreenSettings {
  /// What the settings file says of a setting, if it does.
  fileprivate func configured(_ name: String) -> SettingValue? {
    candidates(name).first { entry in
      if case .file = entry.origin { true } else { false }
    }?.value
  }
}
