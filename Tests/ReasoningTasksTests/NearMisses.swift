import ReasoningTasks

/// Texts that almost are a given right answer.
enum NearMisses {
  static func of(_ answer: String) -> [(kind: String, text: String)] {
    let characters = Array(answer)
    var misses: [(kind: String, text: String)] = [
      ("empty", ""), ("very long", String(repeating: answer + ";", count: 2_000)),
      ("twice", answer + ";" + answer), ("trailing newline", answer + "\n"),
      ("trailing NUL", answer + "\0"), ("leading space", " " + answer),
      ("missing first step", String(answer.drop { $0 != ";" }.dropFirst())),
      ("Greek question mark", answer.replacing(";", with: "\u{37E}")),
      ("fullwidth equals", answer.replacing("=", with: "＝")),
      ("combining mark", answer + "\u{301}"), ("end symbol", answer + "⊣"),
      ("spaced", characters.map(String.init).joined(separator: " ")),
      ("reversed steps", answer.split(separator: ";").reversed().joined(separator: ";")),
    ]
    misses += Vocabulary.arithmetic.characters.map {
      ("trailing \($0)", answer + String(Character($0)))
    }
    misses += (0..<characters.count).map { ("truncated", String(characters[..<$0])) }
    for (position, character) in characters.enumerated() where character.isNumber {
      var changed = characters
      for digit in "0123456789" where digit != character {
        changed[position] = digit
        misses.append(("changed digit", String(changed)))
      }
      changed[position] = "٣"
      misses.append(("Arabic digit", String(changed)))
      if position == 0 || !characters[position - 1].isNumber {
        let padded = characters[..<position] + ["0"] + characters[position...]
        misses.append(("leading zero", String(padded)))
        let signed = characters[..<position] + ["+"] + characters[position...]
        misses.append(("sign", String(signed)))
      }
    }
    return misses
  }
}
