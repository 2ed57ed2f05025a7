import RunViews
import StrictTOML
import TerminalCanvas
import Theming
public import TrainingDashboard

/// What files and options say of the screen, with the place that each value comes from.
public struct ScreenSettings: Sendable, Equatable {
  public struct Entry: Sendable, Equatable {
    public let value: SettingValue
    public let origin: SettingOrigin
  }

  /// By name of the setting, the strongest last.
  private var entries: [String: [Entry]] = [:]

  public init() {}

  /// Puts a value over those there are; `nil` leaves them.
  public mutating func add(_ name: String, _ value: SettingValue?, _ origin: SettingOrigin) {
    guard let value else { return }
    entries[name, default: []].append(Entry(value: value, origin: origin))
  }

  /// Adds an option; `nil` is an option that was not given.
  ///
  /// - Parameter name: the setting, where the option's name is another.
  public mutating func add(option: String, to name: String? = nil, _ value: SettingValue?) {
    add(name ?? option, value, .option("--\(option)"))
  }

  /// Puts all of another's values over those there are.
  public mutating func add(_ stronger: ScreenSettings) {
    entries.merge(stronger.entries) { $0 + $1 }
  }

  /// All that is said of a setting, the strongest first.
  public func candidates(_ name: String) -> [Entry] { entries[name, default: []].reversed() }

  /// The value in force.
  public func effective(_ name: String) -> Entry {
    candidates(name).first
      ?? Entry(value: ScreenField.named(name)?.standard ?? .list([]), origin: .standard)
  }

  public var glyphs: GlyphChoice { GlyphChoice(rawValue: text("glyphs")) ?? .auto }
  public var colors: ColorChoice { ColorChoice(rawValue: text("colors")) ?? .auto }
  public var usesMouse: Bool { effective("mouse").value == .flag(true) }
  public var remembers: Bool { effective("remember").value == .flag(true) }

  private func text(_ name: String) -> String {
    if case .text(let text) = effective(name).value { text } else { "" }
  }
}

extension ScreenSettings {
  /// Puts panels, lens and the panels' views in force; the theme takes its files to be found.
  public func apply(to state: inout DashboardState) {
    if case .list(let panels) = effective("panels").value {
      state.recentPanels = panels.compactMap { PanelIdentity(named: $0) }
    }
    if let lens = TokenLens.allCases.first(named: text("lens")) { state.lens = lens }
    if let view = LedgerView.allCases.first(named: text("ledger")) { state.views.ledger = view }
    if let view = LimiterView.allCases.first(named: text("limiter")) { state.views.limiter = view }
  }

  /// What a person can choose on the screen, as it is now, by name of the setting.
  public static func choices(of state: DashboardState) -> [String: SettingValue] {
    [
      "theme": .text(state.appearance.theme.name),
      "glyphs": .text(state.appearance.glyphs.rawValue),
      "panels": .list(state.recentPanels.map(\.name)),
      "lens": .text(ScreenField.hyphenated(state.lens.rawValue)),
      "ledger": .text(ScreenField.hyphenated(state.views.ledger.rawValue)),
      "limiter": .text(ScreenField.hyphenated(state.views.limiter.rawValue)),
    ]
  }
}

extension Sequence where Element: RawRepresentable, Element.RawValue == String {
  fileprivate func first(named name: String) -> Element? {
    first { ScreenField.hyphenated($0.rawValue) == name }
  }
}

extension ScreenSettings {
  /// Reads the settings of the screen from a table; `nil` is the top.
  ///
  /// - Parameter origin: what the values are said to come from; `nil` is the file and line.
  /// - Throws: `SettingsError`.
  init(
    _ document: TOMLDocument, table: String?, origin: SettingOrigin? = nil
  ) throws(SettingsError) {
    self.init()
    for key in document.keys(in: table) {
      guard let field = ScreenField.named(key) else {
        throw document.unknown(key, in: table, allowed: ScreenField.all.map(\.name))
      }
      let place = SettingOrigin.file(document.file, line: document.line(of: key, in: table))
      add(key, try Self.value(of: field, document, table), origin ?? place)
    }
  }

  static func value(
    of field: ScreenField, _ document: TOMLDocument, _ table: String?
  ) throws(SettingsError) -> SettingValue {
    let key = field.name
    let allowed: [String]?
    let given: [String]
    let value: SettingValue
    switch field.shape {
    case .flag: return .flag(try document.flag(key, in: table))
    case .text(let names):
      given = [try document.text(key, in: table)]
      (allowed, value) = (names, .text(given[0]))
    case .list(let names):
      given = try document.texts(key, in: table)
      (allowed, value) = (names, .list(given))
    }
    if let allowed, !given.allSatisfy({ allowed.contains($0) }) || Set(given).count < given.count {
      let words = allowed.joined(separator: ", ")
      var isList = false
      if case .list = field.shape { isList = true }
      throw document.bad(
        key, in: table, document.source(key, in: table),
        isList ? "a list of some of \(words), each once" : "one of \(words)")
    }
    return value
  }
}
