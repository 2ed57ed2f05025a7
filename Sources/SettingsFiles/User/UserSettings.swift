import FoundationEssentials
import LocalFiles
public import StrictTOML
public import TrainingDashboard

/// A person's own settings file: defaults of runs, the screen, and the keys.
///
/// A mistake in one section leaves the others in force; what to do about it is up to the caller.
public struct UserSettings: Sendable {
  public enum Section: String, Sendable, CaseIterable {
    case run, screen, keys
  }

  public struct Mistake: Sendable, Hashable {
    /// The section that is left at its defaults; `nil` is the whole file.
    public let section: Section?
    public let error: SettingsError
  }

  /// The file, whether it is there or not.
  public let path: String
  /// Whether the file is left aside by request.
  public let isIgnored: Bool
  public private(set) var run = RunLayer()
  public private(set) var screen = ScreenSettings()
  public private(set) var keys = KeyBindings.standard
  public private(set) var mistakes: [Mistake] = []
  private var keyOrigins: [String: SettingOrigin] = [:]

  /// Reads the file, if there is one.
  public init(path: String, isIgnored: Bool = false) {
    self.path = path
    self.isIgnored = isIgnored
    guard !isIgnored, FileManager.default.fileExists(atPath: path) else { return }
    do throws(SettingsError) {
      let document = try TOMLDocument.load(path)
      try document.check(Section.allCases.map(\.rawValue))
      for section in Section.allCases { try document.checkTable(section.rawValue) }
      for section in Section.allCases { read(section, document) }
    } catch {
      mistakes.append(Mistake(section: nil, error: error))
    }
  }

  private mutating func read(_ section: Section, _ document: TOMLDocument) {
    let table = section.rawValue
    do throws(SettingsError) {
      switch section {
      case .run: run = try RunLayer(document, table: table)
      case .screen:
        screen = try ScreenSettings(document, table: table)
          .withPaths(relativeTo: Self.folder(of: path))
      case .keys:
        keys = try KeyBindings(document, table: table)
        for name in document.keys(in: table) {
          keyOrigins[name] = .file(path, line: document.line(of: name, in: table))
        }
      }
    } catch {
      mistakes.append(Mistake(section: section, error: error))
    }
  }

  /// Makes a run over this file's defaults, or without them where they are to blame for what is
  /// wrong with it.
  ///
  /// - Throws: what `make` throws for other reasons.
  public mutating func resolve(
    _ make: (RunLayer) throws -> RunResolution
  ) throws -> RunResolution {
    do {
      return try make(run)
    } catch let error as SettingsError where error.file == path && !run.isEmpty {
      mistakes.append(Mistake(section: .run, error: error))
      run = RunLayer()
      return try make(run)
    }
  }

  /// The mistakes that concern a run, as against the screen.
  public var runMistake: SettingsError? {
    mistakes.first { $0.section == .run || $0.section == nil }?.error
  }

  /// Whether the same options would give another run without this file, or will once it is read.
  public var concernsRuns: Bool { isIgnored || !run.isEmpty || runMistake != nil }

  /// What to tell a person of the mistakes, a line each.
  public var warnings: [String] {
    mistakes.map { mistake in
      let consequence =
        mistake.section.map { "the defaults of [\($0.rawValue)] apply" } ?? "all defaults apply"
      return "\(mistake.error); \(consequence)"
    }
  }

  /// Where the keys of a binding come from.
  public func origin(ofKeys name: String) -> SettingOrigin { keyOrigins[name] ?? .standard }

  /// `config.toml` in the person's configuration folder.
  public static func path(environment: [String: String]) -> String {
    UserFolder.configuration.path(environment: environment) + "/config.toml"
  }

  private static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }
}

extension ScreenSettings {
  /// The same with a theme's relative path counted from a folder.
  fileprivate func withPaths(relativeTo folder: String) -> ScreenSettings {
    guard case .text(let theme) = effective("theme").value, !theme.hasPrefix("/"),
      theme.contains("/") || theme.hasSuffix(".toml")
    else { return self }
    var settings = self
    settings.add("theme", .text("\(folder)/\(theme)"), effective("theme").origin)
    return settings
  }
}
