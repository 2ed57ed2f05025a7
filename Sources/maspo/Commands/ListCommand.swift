internal import ArgumentParser
internal import PolicyObjectives
internal import PolicyTraining
internal import ReasoningTasks
internal import Theming
internal import TrainingDashboard

/// What there is to choose from.
struct ListCommand: ParsableCommand {
  enum Catalog: String, CaseIterable, ExpressibleByArgument {
    case tasks, objectives, presets, themes
  }

  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List tasks, objectives, presets or themes.")

  @Argument(help: "What to list: \(Catalog.allCases.map(\.rawValue).joined(separator: ", ")).")
  var catalog: Catalog

  func run() throws {
    let rows = try entries()
    let width = rows.map(\.name.count).max() ?? 0
    for row in rows {
      let padding = String(repeating: " ", count: width - row.name.count)
      try printOutput("\(row.name)\(padding)  \(row.summary)")
    }
  }

  /// - Throws: the first theme file that is broken, by name.
  private func themes() throws -> [(name: String, summary: String)] {
    let library = ThemeLibrary.ofThisMachine
    let found = library.all()
    if let error = found.errors.first { throw error }
    if let notice = library.notice { printError("warning: \(notice)") }
    return found.themes.map { ($0.name, $0.summary) }
  }

  private func entries() throws -> [(name: String, summary: String)] {
    switch catalog {
    case .tasks: TaskCatalog.all.map { ($0.info.name, $0.info.summary) }
    case .objectives: ObjectiveCatalog.all.map { ($0.info.name, $0.info.summary) }
    case .presets: Preset.all.map { ($0.name, $0.summary) }
    case .themes: try themes()
    }
  }
}
