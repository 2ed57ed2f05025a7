public import StrictTOML

/// What can be wrong with a theme or its file.
public enum ThemeError: Error, Hashable {
  /// The file is none that can be read as a theme.
  case file(DocumentError)
  /// No theme of this name in the folders searched; `notice` tells of folders that are missing.
  case unknownTheme(String, known: [String], searched: [String], notice: String?)
}

extension ThemeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .unknownTheme(let name, let known, let searched, let notice):
      "there is no theme '\(name)'; there are: \(known.joined(separator: ", "))"
        + (notice.map { "; \($0)" } ?? " (searched \(searched.joined(separator: ", ")))")
    }
  }
}
