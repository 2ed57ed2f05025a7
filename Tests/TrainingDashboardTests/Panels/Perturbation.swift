import Foundation

/// JSON as data, to change one number after the other of any encodable value.
enum JSONValue: Codable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }

  private static func other(than value: Double) -> Double {
    if value == 1 { return 0 }
    return value == value.rounded() ? value + 1 : value * 1.7 + 0.013
  }

  /// Every copy of the value with one leaf changed, with the path of that leaf.
  func perturbed() -> [(path: String, value: JSONValue)] {
    switch self {
    case .null: []
    case .bool(let value): [("", .bool(!value))]
    // One becomes zero, counts grow by one, everything else by an amount that three digits show.
    case .number(let value):
      [("", .number(Self.other(than: value)))]
    case .string(let value): [("", .string("X" + value))]
    case .array(let values):
      values.indices.flatMap { index in
        values[index].perturbed().map { leaf in
          var copy = values
          copy[index] = leaf.value
          return (".\(index)" + leaf.path, .array(copy))
        }
      }
    case .object(let values):
      values.keys.sorted().flatMap { key in
        (values[key] ?? .null).perturbed().map { leaf in
          var copy = values
          copy[key] = leaf.value
          return ("." + key + leaf.path, .object(copy))
        }
      }
    }
  }
}

/// Every copy of `value` with one stored number, word or truth changed.
func perturbations<Value: Codable>(of value: Value) throws -> [(path: String, value: Value)] {
  let tree = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value))
  return try tree.perturbed().map { leaf in
    (leaf.path, try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(leaf.value)))
  }
}
