import StrictTOML
import TerminalCanvas
import TrainingDashboard

extension KeyBindings {
  /// Reads a person's keys from a table: for each binding a key, or a list.
  ///
  /// A binding of one action takes a key or a list of keys that all do it; a binding of several
  /// takes a list with one element for each action, in the order of the help.
  ///
  /// - Throws: `SettingsError`.
  init(_ document: TOMLDocument, table: String) throws(SettingsError) {
    let names = KeyBindingCatalog.all.map(\.name)
    try document.check(names, in: table)
    var overrides: Overrides = [:]
    for name in document.keys(in: table) {
      guard let binding = KeyBindingCatalog.all.first(where: { $0.name == name }) else { continue }
      let keys = try Self.keys(of: binding, document, table)
      // What says the same as the catalog is none of a person's own.
      if keys != binding.keysByAction { overrides[name] = keys }
    }
    do throws(KeyBindingError) {
      try self.init(overrides: overrides)
    } catch {
      throw .refused(
        file: document.file, line: document.line(of: error.binding, in: table),
        key: "\(table).\(error.binding)", value: document.source(error.binding, in: table),
        reason: error.description)
    }
  }

  private static func keys(
    of binding: KeyBinding, _ document: TOMLDocument, _ table: String
  ) throws(SettingsError) -> [[Key]] {
    func key(_ text: String) throws(SettingsError) -> Key {
      guard let key = Key(named: text) else {
        throw document.bad(
          binding.name, in: table, SettingValue.text(text).toml, "keys: \(Key.nameForms)")
      }
      return key
    }
    func keys(_ shape: TOMLDocument.Shape) throws(SettingsError) -> [Key] {
      switch shape {
      case .one(let text): return [try key(text)]
      case .list(let shapes):
        var all: [Key] = []
        for shape in shapes { all += try keys(shape) }
        return all
      }
    }
    let shape = try document.shape(binding.name, in: table)
    guard binding.actions.count > 1, case .list(let shapes) = shape else {
      return [try keys(shape)]
    }
    var lists: [[Key]] = []
    for shape in shapes { lists.append(try keys(shape)) }
    return lists
  }

  /// The keys of a binding as the file has them.
  static func toml(_ binding: KeyBinding) -> String {
    func list(_ texts: [String]) -> String { "[\(texts.joined(separator: ", "))]" }
    let keys = binding.keysByAction.map { keys in
      let names = keys.map { SettingValue.text($0.name).toml }
      return names.count == 1 ? names[0] : list(names)
    }
    return keys.count == 1 ? keys[0] : list(keys)
  }
}

extension KeyBinding {
  /// The keys of each of `actions`, in order.
  fileprivate var keysByAction: [[Key]] {
    actions.map { action in strokes.filter { $0.action == action }.map(\.key) }
  }
}
