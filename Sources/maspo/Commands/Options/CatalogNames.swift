internal import ArgumentParser
internal import PolicyObjectives
internal import PolicyTraining
internal import ReasoningTasks
internal import SettingsFiles

/// A name from a catalog, which a shell completes. Any text is taken here: the catalog's own error
/// says what there is, wherever the name comes from.
protocol CatalogName: ExpressibleByArgument {
  static var names: [String] { get }
  init(name: String)
}

extension CatalogName {
  init?(argument: String) { self.init(name: argument) }
  static var defaultCompletionKind: CompletionKind { .list(names) }
}

struct TaskName: CatalogName {
  static var names: [String] { TaskCatalog.names }
  let name: String
}

struct ObjectiveName: CatalogName {
  static var names: [String] { ObjectiveCatalog.names }
  let name: String
}

struct PresetName: CatalogName {
  static var names: [String] { Preset.all.map(\.name) }
  let name: String
}

extension ArgumentHelp {
  /// The help of an option that says what a run is, from the table of these options.
  ///
  /// - Parameter standard: the value without the option, where it depends on the machine.
  static func of(_ name: String, standard: String? = nil) -> ArgumentHelp {
    let field = RunField.named(name)
    let standard = standard ?? field.standardValue.map(\.option)
    return ArgumentHelp("\(field.summary)\(standard.map { " (default: \($0))" } ?? "").")
  }
}
