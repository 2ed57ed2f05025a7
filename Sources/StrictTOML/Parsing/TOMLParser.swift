/// Reads TOML 1.0 (toml.io/en/v1.0.0) from its first byte to its last, each once.
struct TOMLParser {
  struct KeyPart {
    let text: String
    let place: TOMLPlace
  }

  let bytes: [UInt8]
  var index = 0
  private var line = 1
  // The column of `counted`, a byte of this line up to which columns have been counted.
  private var counted = 0
  private var column = 1

  private let root = TOMLNode(.heading, place: TOMLPlace(line: 1, column: 1), depth: 0)
  private var current: TOMLNode

  /// - Throws: `TOMLError` for the first mistake.
  static func table(of bytes: [UInt8]) throws(TOMLError) -> TOMLTable {
    let first = TOMLPlace(line: 1, column: 1)
    guard bytes.count <= TOMLLimits.byteCount else {
      throw TOMLError(
        place: first,
        reason: "the text has \(bytes.count) bytes; at most \(TOMLLimits.byteCount) are read")
    }
    try TextCheck.check(bytes)
    var parser = TOMLParser(bytes)
    return try parser.document()
  }

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
    current = root
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { (index, counted) = (3, 3) }
  }

  private mutating func document() throws(TOMLError) -> TOMLTable {
    while true {
      skipSpaces()
      switch peek {
      case nil: return root.finished
      case 0x0A, 0x0D: skipNewline()
      case UInt8(ascii: "#"): skipComment()
      case UInt8(ascii: "["):
        try heading()
        try endLine()
      default:
        try assignment(in: current)
        try endLine()
      }
    }
  }

  // MARK: Headings and assignments

  private mutating func heading() throws(TOMLError) {
    index += 1
    let isList = peek == UInt8(ascii: "[")
    if isList { index += 1 }
    skipSpaces()
    let path = try keyPath()
    skipSpaces()
    for _ in 0..<(isList ? 2 : 1) {
      guard peek == UInt8(ascii: "]") else {
        throw error("expected '\(isList ? "]]" : "]")' after the name of a table, not \(found)")
      }
      index += 1
    }
    var table = root
    for part in path.dropLast() { table = try step(from: table, to: part) }
    guard let last = path.last else { return }
    try checkDepth(table.depth + 1, at: last.place)
    let made = TOMLNode(.heading, place: last.place, depth: table.depth + 1)
    switch table.entry(last.text)?.content {
    case nil: table.add(last, isList ? .tables(.init(made)) : .table(made))
    case .tables(let list) where isList: list.nodes.append(made)
    case .table(let node) where !isList && node.origin == .implied:
      node.origin = .heading
      current = node
      return
    default: throw twice(last, in: table)
    }
    current = made
  }

  /// The table that a part of a heading before its last one means.
  private func step(from table: TOMLNode, to part: KeyPart) throws(TOMLError) -> TOMLNode {
    switch table.entry(part.text)?.content {
    case nil:
      try checkDepth(table.depth + 1, at: part.place)
      let made = TOMLNode(.implied, place: part.place, depth: table.depth + 1)
      table.add(part, .table(made))
      return made
    case .table(let node) where node.origin != .inline: return node
    case .tables(let list): return list.nodes.last ?? table
    default: throw twice(part, in: table)
    }
  }

  /// `key = value` in a table.
  mutating func assignment(in table: TOMLNode) throws(TOMLError) {
    let path = try keyPath()
    skipSpaces()
    guard peek == UInt8(ascii: "=") else {
      throw error("expected '=' after the key, not \(found)")
    }
    index += 1
    skipSpaces()
    var table = table
    for part in path.dropLast() {
      switch table.entry(part.text)?.content {
      case nil:
        try checkDepth(table.depth + 1, at: part.place)
        let made = TOMLNode(.dotted, place: part.place, depth: table.depth + 1)
        table.add(part, .table(made))
        table = made
      case .table(let node) where node.origin == .dotted: table = node
      default: throw twice(part, in: table)
      }
    }
    guard let last = path.last else { return }
    guard table.entry(last.text) == nil else { throw twice(last, in: table) }
    let start = index
    let content = try value(depth: table.depth + 1)
    table.add(last, content, bytes: start..<index)
  }

  private func twice(_ part: KeyPart, in table: TOMLNode) -> TOMLError {
    let first = table.entry(part.text).map { " on line \($0.place.line)" } ?? ""
    return TOMLError(
      place: part.place, reason: "'\(part.text)' is defined already\(first)")
  }

  func checkDepth(_ depth: Int, at place: TOMLPlace) throws(TOMLError) {
    guard depth <= TOMLLimits.depth else {
      throw TOMLError(
        place: place, reason: "more than \(TOMLLimits.depth) tables and lists inside one another")
    }
  }

  // MARK: Keys

  private mutating func keyPath() throws(TOMLError) -> [KeyPart] {
    var parts: [KeyPart] = []
    while true {
      skipSpaces()
      parts.append(try keyPart())
      skipSpaces()
      guard peek == UInt8(ascii: ".") else { return parts }
      index += 1
    }
  }

  private mutating func keyPart() throws(TOMLError) -> KeyPart {
    let place = place()
    switch peek {
    case UInt8(ascii: "\""): return KeyPart(text: try basicText(), place: place)
    case UInt8(ascii: "'"): return KeyPart(text: try literalText(), place: place)
    default:
      let start = index
      while let byte = peek, Self.isBare(byte) { index += 1 }
      guard index > start else { throw error("expected a key, not \(found)") }
      return KeyPart(text: text(start..<index), place: place)
    }
  }

  static func isBare(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  // MARK: The text

  var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  func peek(_ distance: Int) -> UInt8? {
    index + distance < bytes.count ? bytes[index + distance] : nil
  }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  mutating func skipSpaces() {
    while let byte = peek, byte == 0x20 || byte == 0x09 { index += 1 }
  }

  mutating func skipComment() {
    while let byte = peek, byte != 0x0A { index += 1 }
  }

  /// Steps over a newline; a carriage return has been checked to be part of one.
  mutating func skipNewline() {
    if peek == 0x0D { index += 1 }
    if peek == 0x0A {
      index += 1
      line += 1
      (counted, column) = (index, 1)
    }
  }

  /// Steps over everything that may stand between the elements of a list.
  mutating func skipBlank() {
    while true {
      skipSpaces()
      switch peek {
      case 0x0A, 0x0D: skipNewline()
      case UInt8(ascii: "#"): skipComment()
      default: return
      }
    }
  }

  private mutating func endLine() throws(TOMLError) {
    skipSpaces()
    if peek == UInt8(ascii: "#") { skipComment() }
    guard peek == nil || peek == 0x0A || peek == 0x0D else {
      throw error("expected the end of the line, not \(found)")
    }
    skipNewline()
  }

  /// Where the next byte stands.
  mutating func place() -> TOMLPlace {
    // Places are asked for in the order of the text: each byte is counted once.
    while counted < index {
      if bytes[counted] & 0xC0 != 0x80 { column += 1 }
      counted += 1
    }
    return TOMLPlace(line: line, column: column)
  }

  mutating func error(_ reason: String) -> TOMLError {
    TOMLError(place: place(), reason: reason)
  }

  /// What comes next, for messages.
  var found: String {
    switch peek {
    case nil: "end-of-file"
    case 0x0A, 0x0D: "the end of the line"
    case _?:
      "'\(String(decoding: bytes[index..<min(bytes.count, index + 4)], as: UTF8.self).prefix(1))'"
    }
  }
}
