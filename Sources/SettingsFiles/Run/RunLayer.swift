public import StrictTOML

/// What one file, or the options of a command, say of a run; the rest is left to other layers.
public struct RunLayer: Sendable, Equatable {
  public struct Entry: Sendable, Equatable {
    /// The setting's name, as `RunField.allNames` has it.
    public let name: String
    /// The key as it was written, with its table.
    public let key: String
    public let value: SettingValue
    public let origin: SettingOrigin
  }

  /// In the order in which they are applied.
  public private(set) var entries: [Entry] = []

  public init() {}

  public var isEmpty: Bool { entries.isEmpty }

  public func has(_ name: String) -> Bool { entries.contains { $0.name == name } }

  /// Adds an option; `nil` is an option that was not given.
  public mutating func add(_ name: String, _ value: SettingValue?) {
    guard let value else { return }
    append(
      Entry(
        name: name, key: name, value: value,
        origin: .option("--" + String(name.map { $0 == "_" ? "-" : $0 }))))
  }

  /// Adds a knob given by `--set`, whose name may be none.
  public mutating func addKnob(_ name: String, _ value: Double?) {
    append(Entry(name: name, key: name, value: .number(value), origin: .option("--set \(name)")))
  }

  /// Options come in any order; what resets other settings must come before them.
  private mutating func append(_ entry: Entry) {
    let place = Self.rank(entry.name)
    let index = entries.firstIndex { Self.rank($0.name) > place } ?? entries.endIndex
    entries.insert(entry, at: index)
  }

  private static let ranks = Dictionary(
    uniqueKeysWithValues: zip(RunField.allNames, RunField.allNames.indices))

  private static func rank(_ name: String) -> Int { ranks[name] ?? ranks.count }
}

extension RunLayer {
  /// Reads a run's settings file: every key of `RunField.allNames` at its top.
  ///
  /// - Throws: `SettingsError` naming file, line, key, value and what is allowed.
  public init(file path: String) throws(SettingsError) {
    try self.init(TOMLDocument.load(path))
  }

  /// - Parameter table: where the settings stand; `nil` is the top.
  init(_ document: TOMLDocument, table: String? = nil) throws(SettingsError) {
    self.init()
    var keys: [String: String] = [:]
    for key in document.keys(in: table) {
      guard let name = RunField.name(for: key) else {
        throw document.unknown(key, in: table, allowed: RunField.allNames)
      }
      if let other = keys[name] {
        throw document.bad(
          key, in: table, document.source(key, in: table),
          "the setting once; '\(other)' is the same")
      }
      keys[name] = key
      let path = table.map { "\($0).\(key)" } ?? key
      let origin = SettingOrigin.file(document.file, line: document.line(of: key, in: table))
      let value = try Self.value(of: name, key, document, table)
      append(Entry(name: name, key: path, value: value, origin: origin))
    }
    if keys["task"] != nil, let key = keys[RunField.taskFileName] {
      throw document.bad(
        key, in: table, document.source(key, in: table), "either this or task: a run has one task")
    }
  }

  private static func value(
    of name: String, _ key: String, _ document: TOMLDocument, _ table: String?
  ) throws(SettingsError) -> SettingValue {
    switch RunField.all.first(where: { $0.name == name })?.kind {
    case .text: .text(try document.text(key, in: table))
    case .whole: .whole(try document.whole(key, in: table))
    case .seed: .seed(try document.seed(key, in: table))
    case .list: .list(try document.texts(key, in: table))
    case nil: .number(try document.number(key, in: table))
    }
  }
}
