internal import FoundationEssentials

/// JSON as every file and answer of the program has it: keys in order, slashes as they are, and
/// doubles that read back exactly.
public enum JSONText {
  public enum Keys: Sendable {
    /// Property names in snake_case.
    case snake
    /// Names as they are.
    case exact
  }

  /// The value as JSON; non-finite numbers are the strings `nan`, `inf` and `-inf`.
  ///
  /// - Precondition: the value's own encoding does not fail; ours do not.
  public static func encode(
    _ value: some Encodable, keys: Keys = .snake, pretty: Bool = false
  ) -> [UInt8] {
    let encoder = encoder(keys: keys, pretty: pretty)
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return Array(try encoder.encode(value))
    } catch {
      preconditionFailure("a value could not be written as JSON: \(error)")
    }
  }

  /// The value as JSON in which every number is one, under the names of its properties.
  ///
  /// - Throws: `EncodingError` for a non-finite number.
  public static func encodeFinite(
    _ value: some Encodable, pretty: Bool = false
  ) throws -> [UInt8] {
    Array(try encoder(keys: .exact, pretty: pretty).encode(value))
  }

  /// Reads what either function has written; `nil` when the text is no JSON or does not fit the
  /// type.
  public static func decode<Value: Decodable>(
    _ type: Value.Type, from text: some Sequence<UInt8>, keys: Keys = .snake
  ) -> Value? {
    let decoder = JSONDecoder()
    if keys == .snake { decoder.keyDecodingStrategy = .convertFromSnakeCase }
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try? decoder.decode(type, from: Data(text))
  }

  private static func encoder(keys: Keys, pretty: Bool) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    if keys == .snake { encoder.keyEncodingStrategy = .convertToSnakeCase }
    return encoder
  }
}
