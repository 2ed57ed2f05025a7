/// A search for words of which only some letters are typed: each word of the query must be found,
/// letter by letter and in order, in what is searched.
struct PaletteSearch {
  private let words: [[Character]]

  init(_ query: String) {
    words = query.lowercased().split(whereSeparator: \.isWhitespace).map(Array.init)
  }

  var isEmpty: Bool { words.isEmpty }

  /// How well an entry fits, more is better; `nil` where it does not.
  func score(of entry: PaletteEntry) -> Int? {
    // A key typed as it is written means that key and nothing else as well.
    let isKey =
      words.count == 1
      && entry.keys.split(separator: " ").contains {
        $0.lowercased() == String(words[0])
      }
    let title = Array(entry.title.lowercased())
    let aliases = Array(entry.aliases.lowercased())
    var total = 0
    for word in words {
      let scores = [
        Self.score(of: word, in: title),
        // A title says more than a name.
        Self.score(of: word, in: aliases).map { $0 - 1 },
      ].compactMap { $0 }
      guard let best = scores.max() else { return isKey ? 1000 : nil }
      total += best
    }
    // Of equally good ones the shorter, which has less beside what was meant, and before all the
    // one that can be done now.
    let length = min(7, title.count / 12)
    return total * 8 - length - (entry.refusal == nil ? 0 : 8) + (isKey ? 1000 : 0)
  }

  /// The best way to find the letters in order: letters side by side and beginnings of words
  /// count more.
  ///
  /// - Complexity: letters of the word times letters of the text.
  static func score(of word: [Character], in text: [Character]) -> Int? {
    guard !word.isEmpty, word.count <= text.count else { return nil }
    // best[i]: the best score with the letters so far, the last of them at text[i].
    var best = [Int?](repeating: nil, count: text.count)
    for (index, letter) in word.enumerated() {
      var next = [Int?](repeating: nil, count: text.count)
      var before: Int?
      for place in text.indices {
        if place >= 2, let earlier = best[place - 2] { before = max(before ?? earlier, earlier) }
        guard text[place] == letter else { continue }
        let isBeginning = place == 0 || !(text[place - 1].isLetter || text[place - 1].isNumber)
        let gain = isBeginning ? 6 : 1
        if index == 0 {
          next[place] = gain
          continue
        }
        let adjacent = place > 0 ? best[place - 1].map { $0 + max(gain, 5) } : nil
        let apart = before.map { $0 + gain - 2 }
        next[place] = [adjacent, apart].compactMap { $0 }.max()
      }
      best = next
    }
    return best.compactMap { $0 }.max()
  }
}
