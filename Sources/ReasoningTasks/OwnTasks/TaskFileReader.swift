internal import LocalFiles

/// Reads JSON Lines of `prompt`, `answer` and `demonstrations`, and refuses what no task can be
/// made of by line, field and value.
struct TaskFileReader {
  /// The name for messages.
  let file: String
  private(set) var items: [TaskItem] = []
  private var lines: [String: Int] = [:]
  private var characters: Set<Unicode.Scalar> = []

  /// - Throws: `TaskFileError`.
  init(_ bytes: [UInt8], file: String) throws(TaskFileError) {
    self.file = file
    guard bytes.count <= TaskFileLimits.bytes else {
      throw .unreadable(file: file, reason: "it holds more than \(TaskFileLimits.bytes) bytes")
    }
    // A mark that some editors put before UTF-8.
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    let rows = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, row) in rows.enumerated()
    where !row.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
      try read(row, line: index + 1)
    }
  }

  private mutating func read(_ row: ArraySlice<UInt8>, line: Int) throws(TaskFileError) {
    let file = file
    func bad(_ field: String?, _ value: String, _ allowed: String) -> TaskFileError {
      .badLine(
        file: file, line: line, field: field, value: Self.excerpt(value), allowed: allowed)
    }
    let form = #"an object {"prompt": "…", "answer": "…", "demonstrations": ["…"]} on each line"#
    guard items.count < TaskFileLimits.lines else {
      throw bad(nil, "one prompt more", "at most \(TaskFileLimits.lines) prompts")
    }
    guard String(validating: row, as: UTF8.self) != nil else {
      throw bad(nil, "not UTF-8", form)
    }
    guard let fields = JSONText.decode([String: Field].self, from: row, keys: .exact) else {
      throw bad(nil, String(decoding: row.prefix(80), as: UTF8.self), "JSON, \(form)")
    }
    let names = ["prompt", "answer", "demonstrations"]
    if let unknown = fields.keys.filter({ !names.contains($0) }).min() {
      throw bad(nil, "the field '\(unknown)'", names.joined(separator: ", "))
    }
    let prompt = try text("prompt", fields["prompt"], bad)
    let answer = try text("answer", fields["answer"], bad)
    var demonstrations: [String] = []
    switch fields["demonstrations"] {
    case nil: break
    case .list(let list):
      guard list.count <= TaskFileLimits.demonstrations else {
        throw bad(
          "demonstrations", "a list of \(list.count)",
          "at most \(TaskFileLimits.demonstrations) texts")
      }
      for (index, item) in list.enumerated() {
        demonstrations.append(try text("demonstrations[\(index)]", item, bad))
      }
    case .some(let other): throw bad("demonstrations", other.words, "a list of texts")
    }
    if let earlier = lines[prompt] {
      let same = items.first { $0.prompt == prompt }?.answer == answer
      throw bad(
        "prompt",
        "'\(prompt)', that of line \(earlier)"
          + (same ? "" : ", with another answer, '\(answer)'"),
        "each prompt once; one line takes up to \(TaskFileLimits.demonstrations) demonstrations")
    }
    lines[prompt] = line
    items.append(
      TaskItem(
        prompt: prompt, answer: answer,
        demonstrations: demonstrations.isEmpty ? [answer] : demonstrations))
  }

  /// A field that holds one text of characters that can be tokens.
  private mutating func text(
    _ name: String, _ field: Field?, _ bad: (String?, String, String) -> TaskFileError
  ) throws(TaskFileError) -> String {
    let allowed = "a text of 1 to \(TaskFileLimits.characters) characters"
    guard let field else { throw bad(name, "missing", allowed) }
    guard case .text(let text) = field else { throw bad(name, field.words, allowed) }
    let count = text.unicodeScalars.count
    guard (1...TaskFileLimits.characters).contains(count) else {
      throw bad(name, count == 0 ? "empty" : "a text of \(count) characters, '\(text)'", allowed)
    }
    for scalar in text.unicodeScalars where characters.insert(scalar).inserted {
      guard scalar.canBeToken else {
        let code = String(scalar.value, radix: 16, uppercase: true)
        throw bad(
          name, "a text with U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code)",
          "characters that print by themselves: no control characters, line breaks, tabs, "
            + "combining or direction marks, and no blank but the space")
      }
      guard characters.count <= TaskFileLimits.vocabulary else {
        throw bad(
          name, "a text with '\(scalar)', a new character",
          "at most \(TaskFileLimits.vocabulary) different characters in a file")
      }
    }
    return text
  }

  /// A value as messages show it: harmless to a terminal, and not too long.
  private static func excerpt(_ value: String) -> String {
    let text = value.harmlessLine
    return text.count > 100 ? text.prefix(99) + "…" : text
  }
}

/// The value of a field of a line.
private enum Field: Decodable {
  case text(String)
  case list([Field])
  case other(String)

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if container.decodeNil() {
      self = .other("null")
    } else if let flag = try? container.decode(Bool.self) {
      self = .other("\(flag)")
    } else if let number = try? container.decode(Double.self) {
      self = .other(Int(exactly: number).map { "\($0)" } ?? "\(number)")
    } else if let list = try? container.decode([Field].self) {
      self = .list(list)
    } else {
      // An object, or else a text or number that cannot be: no JSON then.
      _ = try container.decode([String: Field].self)
      self = .other("an object")
    }
  }

  /// What it is, for a message.
  var words: String {
    switch self {
    case .text(let text): "'\(text)'"
    case .list(let list): "a list of \(list.count)"
    case .other(let words): words
    }
  }
}
