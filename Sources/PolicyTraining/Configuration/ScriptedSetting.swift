public import TrainingTelemetry

/// A knob move, or a switch of the objective, planned for an update: `200:sigma_base=0.2`.
public struct ScriptedSetting: Sendable, Hashable, Codable {
  public enum Change: Sendable, Hashable, Codable {
    case knob(KnobSetting)
    case objective(String)
  }

  /// The first update that it can affect, counted over the whole run from 1. A knob that acts at
  /// the next rollout waits for the first rollout from there on.
  public var update: Int
  public var change: Change

  public init(update: Int, change: Change) {
    self.update = update
    self.change = change
  }

  /// - Throws: `ConfigurationError.malformed`.
  public init(parsing text: String) throws {
    let parts = text.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, let update = Int(parts[0]), update >= 1 else {
      throw Self.malformed(text)
    }
    if parts[1].hasPrefix("objective=") {
      self.init(update: update, change: .objective(String(parts[1].dropFirst(10))))
    } else if let (name, value) = KnobText.parse(String(parts[1])) {
      self.init(update: update, change: .knob(KnobSetting(name: name, value: value)))
    } else {
      throw Self.malformed(text)
    }
  }

  private static func malformed(_ text: String) -> ConfigurationError {
    .malformed(
      name: "at", text: text,
      form: "UPDATE:NAME=NUMBER, UPDATE:NAME=none or UPDATE:objective=NAME, updates from 1")
  }

  /// The text that `init(parsing:)` reads.
  public var text: String {
    switch change {
    case .knob(let setting): "\(update):\(setting.name)=\(KnobText.format(setting.value))"
    case .objective(let name): "\(update):objective=\(name)"
    }
  }
}

extension RunConfiguration {
  /// What to tell of planned moves that the run ends before, a line for each; none where its length
  /// is open, or where a move changes it.
  public var scriptWarnings: [String] {
    let changesLength = scripted.contains { setting in
      if case .knob(let knob) = setting.change {
        ["minibatches", "epochs"].contains(knob.name)
      } else {
        false
      }
    }
    guard let iterationLimit, !changesLength else { return [] }
    let last = iterationLimit * schedule.updatesPerIteration
    return scripted.filter { $0.update > last }.map {
      "--at \($0.text) never comes: the run ends after update \(last)"
    }
  }
}

/// Knob values as text: numbers that read back exactly, or `none` for "no limit".
public enum KnobText {
  /// `name=value`; `nil` when it is not of that form.
  public static func parse(_ text: String) -> (name: String, value: Double?)? {
    let parts = text.split(separator: "=", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    if parts[1] == "none" { return (String(parts[0]), nil) }
    guard let value = Double(parts[1]) else { return nil }
    return (String(parts[0]), value)
  }

  public static func format(_ value: Double?) -> String {
    guard let value else { return "none" }
    return value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }
}

extension [ScriptedSetting] {
  /// By update; at one update an objective before the knobs that it may bring.
  var inOrder: [ScriptedSetting] {
    func rank(_ setting: ScriptedSetting) -> Int {
      if case .objective = setting.change { 0 } else { 1 }
    }
    return enumerated().sorted { first, second in
      (first.element.update, rank(first.element), first.offset)
        < (second.element.update, rank(second.element), second.offset)
    }.map(\.element)
  }
}
