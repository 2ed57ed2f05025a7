/// How well a word of which only some letters are typed fits a text.
public enum LetterSearch {
  /// The best way to find the letters in order: letters side by side and beginnings of words
  /// count more.
  ///
  /// - Complexity: letters of the word times letters of the text.
  public static func score(of word: [Character], in text: [Character]) -> Int? {
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
