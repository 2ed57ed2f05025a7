internal import FoundationEssentials
internal import SettingsFiles
internal import Theming

/// The themes that can be read here, and the one that is chosen.
struct ThemeChoice {
  var themes: [Theme]
  /// The place of the chosen one among them.
  var index: Int

  /// - Parameter warnings: receives what is wrong with a theme that a file names.
  /// - Throws: `ThemeError` for a theme that an option names.
  init(_ settings: ScreenSettings, _ warnings: inout [String]) throws {
    let library = ThemeLibrary.ofThisMachine
    let chosen = try Self.chosenTheme(settings, library, &warnings) ?? library.standardTheme()
    themes = library.all().themes
    if let index = themes.firstIndex(of: chosen) {
      self.index = index
    } else {
      index = themes.count
      themes.append(chosen)
    }
  }

  private static func chosenTheme(
    _ settings: ScreenSettings, _ library: ThemeLibrary, _ warnings: inout [String]
  ) throws -> Theme? {
    for entry in settings.candidates("theme") {
      guard case .text(let choice) = entry.value else { continue }
      do throws(ThemeError) {
        return try library.theme(choice)
      } catch {
        switch entry.origin {
        case .file: warnings.append("\(entry.origin): screen.theme: \(error)")
        // The theme may be gone since it was chosen.
        case .remembered: continue
        default: throw error
        }
      }
    }
    return nil
  }
}

extension ThemeLibrary {
  static var ofThisMachine: ThemeLibrary {
    let executable =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments[0]
    return standard(
      executable: executable, workingDirectory: FileManager.default.currentDirectoryPath,
      environment: ProcessInfo.processInfo.environment)
  }
}
