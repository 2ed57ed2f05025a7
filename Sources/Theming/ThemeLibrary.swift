import FoundationEssentials
import LocalFiles
import StrictTOML

/// Finds theme files: in a checkout, beside an installed program, in the user's data folder.
public struct ThemeLibrary: Sendable {
  /// Folders that may hold themes, the ones that win first.
  public let folders: [String]
  /// Where folders were looked for in vain; named where a theme is missed.
  private let absent: [String]

  public init(folders: [String], absent: [String] = []) {
    self.folders = folders
    self.absent = absent
  }

  /// The folders of this machine that exist: `themes` in the working directory or above it, in
  /// the program's directory or above it, `share/maspo/themes` of the program's prefix,
  /// `maspo/themes` in the user's and the system's data folders.
  public static func standard(
    executable: String, workingDirectory: String, environment: [String: String]
  ) -> ThemeLibrary {
    let program = directory(of: executable)
    let starts = [workingDirectory, program]
    let places = [
      "\(directory(of: program))/share/maspo/themes",
      UserFolder.data.path(environment: environment) + "/themes",
    ]
    var seen: Set<String> = []
    let checkouts = starts.flatMap { ancestors(of: $0) }.map { "\($0)/themes" }.filter(isOurs)
    let folders = (checkouts + places.filter(exists)).filter { seen.insert($0).inserted }
    let absent = (starts.map { "\($0)/themes" } + places).filter { seen.insert($0).inserted }
    return ThemeLibrary(folders: folders, absent: absent)
  }

  /// The theme that `--theme` names: a path where it holds a slash or ends in `.toml`, else a name.
  ///
  /// - Throws: `ThemeError`.
  public func theme(_ choice: String) throws(ThemeError) -> Theme {
    if choice.contains("/") || choice.hasSuffix(".toml") { return try Self.load(choice) }
    for folder in folders {
      let path = "\(folder)/\(choice).toml"
      if Self.exists(path) { return try Self.load(path) }
    }
    if choice == Theme.builtIn.name { return .builtIn }
    throw .unknownTheme(choice, known: names, searched: folders, notice: notice)
  }

  /// The theme of a run that names none: `midnight` where there is one, else the built-in.
  ///
  /// - Throws: `ThemeError` where there is a file and it is broken.
  public func standardTheme() throws(ThemeError) -> Theme { try theme(Theme.builtIn.name) }

  /// What to tell where the built-in theme is all there is, as with a program that was copied
  /// without its themes; `nil` where there are files.
  public var notice: String? {
    guard files.isEmpty else { return nil }
    return "no folder of themes was found; looked for \((absent + folders).joined(separator: ", "))"
  }

  /// Names of all themes, in alphabetical order.
  public var names: [String] { Set(files.map(\.name) + [Theme.builtIn.name]).sorted() }

  /// All themes that can be read, in alphabetical order, and what is wrong with the others.
  public func all() -> (themes: [Theme], errors: [ThemeError]) {
    var themes: [String: Theme] = [Theme.builtIn.name: .builtIn]
    var errors: [ThemeError] = []
    for (name, path) in files.reversed() {
      do throws(ThemeError) {
        themes[name] = try Self.load(path)
      } catch {
        errors.append(error)
      }
    }
    return (themes.values.sorted { $0.name < $1.name }, errors)
  }

  /// Reads one file, whose name must be that of the theme.
  ///
  /// - Throws: `ThemeError`.
  public static func load(_ path: String) throws(ThemeError) -> Theme {
    do throws(DocumentError) {
      return try read(path)
    } catch {
      throw .file(error)
    }
  }

  private static func read(_ path: String) throws(DocumentError) -> Theme {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try SafeFile.contents(of: path, limit: TOMLLimits.byteCount)
    } catch {
      throw .unreadable(file: path, reason: error.reason)
    }
    let theme = try ThemeParser.theme(from: TOMLDocument(bytes, file: path))
    // A stream has no name of its own.
    guard path.hasSuffix(".toml") else { return theme }
    let expected = stem(of: path)
    guard theme.name == expected else {
      throw .badValue(
        file: path, line: nil, key: "name", value: "\"\(theme.name)\"",
        allowed: "\"\(expected)\", the name of the file")
    }
    return theme
  }

  /// Every theme file, those of the folders that win first.
  private var files: [(name: String, path: String)] {
    folders.flatMap { folder in
      let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      return entries.filter { $0.hasSuffix(".toml") }.sorted().map { entry in
        (Self.stem(of: entry), "\(folder)/\(entry)")
      }
    }
  }

  private static func stem(of path: String) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    return file.hasSuffix(".toml") ? String(file.dropLast(5)) : file
  }

  private static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }

  /// Whether a folder named `themes` is one of this program: others use the name too.
  private static func isOurs(_ folder: String) -> Bool {
    exists("\(folder)/\(Theme.builtIn.name).toml")
  }

  private static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "" : String(path[..<slash])
  }

  /// The directory and everything above it; none for a relative path.
  private static func ancestors(of directory: String) -> [String] {
    guard directory.hasPrefix("/") else { return [] }
    let parts = directory.split(separator: "/")
    return (0...parts.count).reversed().map { count in
      parts.prefix(count).map { "/\($0)" }.joined()
    }
  }
}
