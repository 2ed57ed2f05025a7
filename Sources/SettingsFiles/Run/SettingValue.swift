import PolicyTraining

/// A value as settings files hold it.
public enum SettingValue: Sendable, Hashable {
  case text(String)
  case whole(Int)
  /// A seed: the numbers beyond TOML's integers stand in quotes.
  case seed(UInt64)
  /// A number, or `nil` for "no limit".
  case number(Double?)
  case list([String])
  case flag(Bool)

  /// The value as TOML has it; reading that gives the same value.
  public var toml: String {
    switch self {
    case .text(let text): Self.quoted(text)
    case .whole(let number): "\(number)"
    case .seed(let seed): Int(exactly: seed).map { "\($0)" } ?? "\"\(seed)\""
    case .number(nil): "\"none\""
    case .number(let number?): KnobText.format(number)
    case .list(let texts): "[\(texts.map(Self.quoted).joined(separator: ", "))]"
    case .flag(let flag): "\(flag)"
    }
  }

  /// The value as an option takes it.
  public var option: String {
    switch self {
    case .text(let text): text
    case .seed(let seed): "\(seed)"
    case .number(let number): KnobText.format(number)
    case .whole, .list, .flag: toml
    }
  }

  static func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"", "\\": "\\\(scalar)"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        "\\u" + String(repeating: "0", count: scalar.value < 0x10 ? 3 : 2)
          + String(scalar.value, radix: 16)
      default: String(scalar)
      }
    }
    return "\"\(escaped.joined())\""
  }
}

/// Where the value of a setting comes from.
public enum SettingOrigin: Sendable, Hashable {
  /// Nobody said anything.
  case standard
  /// The preset of this name.
  case preset(String)
  case file(String, line: Int?)
  /// A choice made on the screen, remembered in a file.
  case remembered(String)
  /// The option, as it is typed.
  case option(String)
}

extension SettingOrigin: CustomStringConvertible {
  public var description: String {
    switch self {
    case .standard: "default"
    case .preset(let name): "preset \(name)"
    case .file(let path, let line): line.map { "\(path):\($0)" } ?? path
    case .remembered(let path): "remembered in \(path)"
    case .option(let option): option
    }
  }
}
