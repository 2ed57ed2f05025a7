extension String {
  /// The text with everything shown as an escape that a terminal would obey or that changes the
  /// order in which text is read: control characters (C0, DEL, C1), bidirectional marks and
  /// overrides, separators of lines and paragraphs. Newlines and tabs stay.
  public var harmless: String { escaped { $0 == "\n" || $0 == "\t" } }

  /// The same for what must stay on one line.
  public var harmlessLine: String { escaped { _ in false } }

  /// The text as one word of a command to paste into a shell, harmless to a terminal as well; where
  /// it holds what a terminal would obey, in the form `$'…'` of bash, ksh and zsh.
  public var shellWord: String {
    let plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+:@%,="
    if !isEmpty, allSatisfy(plain.contains) { return self }
    guard unicodeScalars.contains(where: \.isHarmful) else {
      return "'"
        + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
        + "'"
    }
    let escaped = reduce(into: "") { text, character in
      if character == "'" || character == "\\" { text += "\\" }
      text.append(character)
    }
    return "$'" + escaped.harmlessLine + "'"
  }

  private func escaped(keeping isKept: (Unicode.Scalar) -> Bool) -> String {
    guard unicodeScalars.contains(where: { $0.isHarmful && !isKept($0) }) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if scalar.isHarmful, !isKept(scalar) {
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

extension Unicode.Scalar {
  fileprivate var isHarmful: Bool {
    switch value {
    case 0x00...0x1F, 0x7F...0x9F, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
