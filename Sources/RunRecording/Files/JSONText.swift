import FoundationEssentials

/// JSON as the files of a run are written: keys in order, doubles that read back exactly, and the
/// non-finite ones as the strings `nan`, `inf` and `-inf`.
enum JSONText {
  enum Keys {
    /// Property names in snake_case.
    case snake
    /// Names as they are.
    case exact
  }

  /// - Precondition: the value's own encoding does not fail; ours do not.
  static func encode(
    _ value: some Encodable, keys: Keys = .snake, pretty: Bool = false
  ) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    if keys == .snake { encoder.keyEncodingStrategy = .convertToSnakeCase }
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return Array(try encoder.encode(value))
    } catch {
      preconditionFailure("a value could not be written as JSON: \(error)")
    }
  }

  /// `nil` when the text is no JSON or does not fit the type.
  static func decode<Value: Decodable>(
    _ type: Value.Type, from text: some Sequence<UInt8>, keys: Keys = .snake
  ) -> Value? {
    let decoder = JSONDecoder()
    if keys == .snake { decoder.keyDecodingStrategy = .convertFromSnakeCase }
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try? decoder.decode(type, from: Data(text))
  }
}
