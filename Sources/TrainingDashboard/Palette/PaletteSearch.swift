import RunViews

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
        LetterSearch.score(of: word, in: title),
        // A title says more than a name.
        LetterSearch.score(of: word, in: aliases).map { $0 - 1 },
      ].compactMap { $0 }
      guard let best = scores.max() else { return isKey ? 1000 : nil }
      total += best
    }
    // Of equally good ones the shorter, which has less beside what was meant, and before all the
    // one that can be done now.
    let length = min(7, title.count / 12)
    return total * 8 - length - (entry.refusal == nil ? 0 : 8) + (isKey ? 1000 : 0)
  }
}
