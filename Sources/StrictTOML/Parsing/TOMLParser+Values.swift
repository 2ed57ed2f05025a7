extension TOMLParser {
  /// A value, for a table or list that has `depth - 1` above it.
  mutating func value(depth: Int) throws(TOMLError) -> TOMLNode.Content {
    if peek == UInt8(ascii: "{") { return .table(try inlineTable(depth: depth)) }
    return .value(try element(depth: depth))
  }

  private mutating func element(depth: Int) throws(TOMLError) -> TOMLValue {
    let place = place()
    let start = index
    let content: TOMLValue.Content
    switch peek {
    case UInt8(ascii: "\""):
      content = .text(try startsMultiline ? multilineBasicText() : basicText())
    case UInt8(ascii: "'"):
      content = .text(try startsMultiline ? multilineLiteralText() : literalText())
    case UInt8(ascii: "["): content = .list(try list(depth: depth))
    case UInt8(ascii: "{"): content = .table(try inlineTable(depth: depth).finished)
    case nil, 0x0A, 0x0D, UInt8(ascii: "#"): throw error("expected a value, not \(found)")
    default: content = try word()
    }
    return TOMLValue(content: content, place: place, bytes: start..<index)
  }

  private mutating func list(depth: Int) throws(TOMLError) -> [TOMLValue] {
    try checkDepth(depth, at: place())
    index += 1
    var values: [TOMLValue] = []
    while true {
      skipBlank()
      if peek == UInt8(ascii: "]") { break }
      values.append(try element(depth: depth + 1))
      skipBlank()
      if peek == UInt8(ascii: ",") {
        index += 1
      } else if peek != UInt8(ascii: "]") {
        throw error("expected ',' or ']' in a list, not \(found)")
      }
    }
    index += 1
    return values
  }

  private mutating func inlineTable(depth: Int) throws(TOMLError) -> TOMLNode {
    let place = place()
    try checkDepth(depth, at: place)
    let table = TOMLNode(.inline, place: place, depth: depth)
    index += 1
    skipSpaces()
    if peek == UInt8(ascii: "}") {
      index += 1
      return table
    }
    while true {
      skipSpaces()
      try assignment(in: table)
      skipSpaces()
      switch peek {
      case UInt8(ascii: ","): index += 1
      case UInt8(ascii: "}"):
        index += 1
        return table
      default: throw error("expected ',' or '}' in a table in braces, not \(found)")
      }
    }
  }

  /// `true`, a number, a date: what needs no quotes.
  private mutating func word() throws(TOMLError) -> TOMLValue.Content {
    let place = place()
    let start = index
    while let byte = peek,
      Self.isBare(byte) || byte == UInt8(ascii: "+")
        || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
    {
      index += 1
    }
    // A date may be parted from its time by one space.
    if index - start == 10, peek == 0x20, let next = peek(1), Self.isDigit(next),
      MomentText.isDate(bytes[start..<index])
    {
      index += 1
      while let byte = peek,
        Self.isBare(byte) || byte == UInt8(ascii: "+")
          || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
      {
        index += 1
      }
    }
    guard index > start else { throw error("expected a value, not \(found)") }
    let word = bytes[start..<index]
    switch text(start..<min(index, start + 8)) {
    case "true": return .flag(true)
    case "false": return .flag(false)
    default: break
    }
    if let number = try NumberText.number(word, at: place) { return number }
    if let kind = MomentText.kind(word) {
      return .moment(TOMLMoment(kind: kind, text: text(start..<index)))
    }
    let shown = text(start..<min(index, start + 40)) + (index > start + 40 ? "…" : "")
    throw TOMLError(
      place: place, reason: "'\(shown)' is no value; texts stand in quotes")
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
