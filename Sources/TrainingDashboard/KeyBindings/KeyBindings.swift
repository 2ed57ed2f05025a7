import RunKnowledge
public import TerminalCanvas

/// The keys in force: those of the catalog, with a person's own in place of some.
///
/// Dispatch, footer, help and menus read this table through the state and nothing else.
public struct KeyBindings: Sendable {
  /// Keys of a person's own by binding name: one list for each action of the binding, in the
  /// catalog's order.
  public typealias Overrides = [String: [[Key]]]

  /// Every binding, in the order of the catalog.
  public let all: [KeyBinding]
  /// What differs from the catalog.
  public let overrides: Overrides
  private let strokes: [KeyScope: [Key: Target]]

  private struct Target {
    var binding: Int
    var action: DashboardAction
  }

  /// The keys of the catalog.
  public static let standard = KeyBindings(bindings: KeyBindingCatalog.all, overrides: [:])

  /// The catalog's keys with `overrides` in place of theirs.
  ///
  /// - Throws: `KeyBindingError` for the first override, by name, that cannot be.
  public init(overrides: Overrides) throws(KeyBindingError) {
    let catalog = KeyBindingCatalog.all
    for name in overrides.keys.sorted() {
      guard let binding = catalog.first(where: { $0.name == name }) else {
        throw .unknownBinding(name, known: catalog.map(\.name))
      }
      try Self.check(overrides[name] ?? [], of: binding)
    }
    let bindings = catalog.map { binding in
      overrides[binding.name].map { binding.rebound(to: $0) } ?? binding
    }
    try Self.checkConflicts(bindings, overrides)
    self.init(bindings: bindings, overrides: overrides)
  }

  private init(bindings: [KeyBinding], overrides: Overrides) {
    all = bindings
    self.overrides = overrides
    var table: [KeyScope: [Key: Target]] = [:]
    for (index, binding) in bindings.enumerated() {
      for stroke in binding.strokes {
        table[binding.scope, default: [:]][stroke.key] = Target(
          binding: index, action: stroke.action)
      }
    }
    strokes = table
  }

  /// The binding of a key in one scope.
  func stroke(_ key: Key, in scope: KeyScope) -> (binding: KeyBinding, action: DashboardAction)? {
    strokes[scope]?[key].map { (all[$0.binding], $0.action) }
  }

  /// The binding of this name; `nil` where there is none.
  public func binding(named name: String) -> KeyBinding? { all.first { $0.name == name } }

  /// How the keys of a binding are written; empty where there is no such binding.
  public func shown(_ name: String) -> String { binding(named: name)?.shownKeys ?? "" }

  /// The first key that has this action on the main screen or in a panel.
  public func key(for action: DashboardAction) -> Key? {
    all.lazy.flatMap(\.strokes).first { $0.action == action }?.key
  }

  /// That key as a person names it; empty for an action without one.
  func shown(for action: DashboardAction) -> String { key(for: action)?.shown ?? "" }

  /// The key for what a verdict advises.
  func shown(for remedy: Remedy) -> String {
    switch remedy {
    case .run: shown("pause")
    case .update: shown("update")
    case .iteration: shown("iteration")
    case .restart: shown("restart")
    case .quit: shown("quit")
    case .narrowerGate: shown(for: .nudge(.knob("sigma_base"), -1))
    case .moreAsymmetry: shown(for: .nudge(.asymmetry, 1))
    case .lessAsymmetry: shown(for: .nudge(.asymmetry, -1))
    }
  }

  private static func check(_ keys: [[Key]], of binding: KeyBinding) throws(KeyBindingError) {
    let count = binding.actions.count
    guard keys.count == count, keys.allSatisfy({ !$0.isEmpty }) else {
      throw .wrongCount(binding.name, actions: count, help: binding.help)
    }
    for key in keys.joined() {
      if key == .ctrl("c"), binding.name != "quit" {
        throw .reserved(binding.name, key, reason: "ctrl-c always leaves the program")
      }
      if case .character = key, [.prompt, .palette].contains(binding.scope) {
        throw .reserved(binding.name, key, reason: "characters are typed there")
      }
    }
  }

  private static func checkConflicts(
    _ bindings: [KeyBinding], _ overrides: Overrides
  ) throws(KeyBindingError) {
    var owners: [KeyScope: [Key: Int]] = [:]
    for (index, binding) in bindings.enumerated() {
      for key in binding.strokes.map(\.key) {
        if let other = owners[binding.scope]?[key] {
          // The one that was changed is to blame.
          let (mine, theirs) =
            overrides[binding.name] != nil ? (binding, bindings[other]) : (bindings[other], binding)
          throw .conflict(mine.name, key, with: theirs.name)
        }
        owners[binding.scope, default: [:]][key] = index
      }
    }
  }
}

extension KeyBindings: Equatable {
  public static func == (left: KeyBindings, right: KeyBindings) -> Bool {
    left.overrides == right.overrides
  }
}

/// Why a key cannot be bound as asked.
public enum KeyBindingError: Error, Hashable {
  case unknownBinding(String, known: [String])
  /// Too few or too many keys, or none for an action.
  case wrongCount(String, actions: Int, help: String)
  /// The same key twice where both would hold.
  case conflict(String, Key, with: String)
  case reserved(String, Key, reason: String)

  /// The binding that the error is about.
  public var binding: String {
    switch self {
    case .unknownBinding(let name, _), .wrongCount(let name, _, _), .conflict(let name, _, _),
      .reserved(let name, _, _):
      name
    }
  }
}

extension KeyBindingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownBinding(let name, let known):
      "unknown binding '\(name)'; there are: \(known.joined(separator: ", "))"
    case .wrongCount(let name, 1, let help):
      "'\(name)' (\(help)) takes one key, or a list of keys that all do it"
    case .wrongCount(let name, let actions, let help):
      "'\(name)' (\(help)) takes a list of \(actions), each a key or a list of keys"
    case .conflict(_, let key, let other):
      "\(key.name) is a key of '\(other)' in the same place; allowed is a key that is free there"
    case .reserved(let name, let key, let reason):
      "\(key.name) cannot be a key of '\(name)': \(reason); allowed is another key"
    }
  }
}
