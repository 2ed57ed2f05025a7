import FoundationEssentials

/// One JSON value of a request or a response.
///
/// Requests are read into this first, so that a value of the wrong type spoils its own case and
/// not the whole request.
enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])
  /// Valid JSON that has no value here, such as a number beyond the range of a double.
  case unreadable

  /// An array of numbers.
  static func numbers(_ values: some Sequence<Double>) -> JSONValue {
    .array(values.map(JSONValue.number))
  }

  /// An array of numbers and, for those that do not exist, nulls.
  static func numbers(_ values: some Sequence<Double?>) -> JSONValue {
    .array(values.map { $0.map(JSONValue.number) ?? .null })
  }
}

extension JSONValue: Decodable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if container.decodeNil() {
      self = .null
    } else if let string = try? container.decode(String.self) {
      self = .string(string)
    } else if let bool = try? container.decode(Bool.self) {
      self = .bool(bool)
    } else if let array = try? container.decode([JSONValue].self) {
      self = .array(array)
    } else if let object = try? container.decode([String: JSONValue].self) {
      self = .object(object)
    } else {
      self = .unreadable
    }
  }
}

extension JSONValue {
  /// Appends the value as JSON text: keys in order, numbers as the shortest text that reads back
  /// as the same double, non-finite ones as the strings "nan", "inf" and "-inf".
  func write(to text: inout String) {
    switch self {
    case .null, .unreadable: text += "null"
    case .bool(let bool): text += bool ? "true" : "false"
    case .number(let number): Self.write(number, to: &text)
    case .string(let string): Self.write(string, to: &text)
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        element.write(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
        if index > 0 { text += "," }
        Self.write(member.key, to: &text)
        text += ":"
        member.value.write(to: &text)
      }
      text += "}"
    }
  }

  private static func write(_ number: Double, to text: inout String) {
    if number.isNaN {
      text += "\"nan\""
    } else if number.isInfinite {
      text += number > 0 ? "\"inf\"" : "\"-inf\""
    } else {
      // Adding zero turns −0 into 0.
      text += (number + 0).description
    }
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
