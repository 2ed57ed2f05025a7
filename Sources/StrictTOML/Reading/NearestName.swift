/// The name among many that a mistyped one most likely means.
enum NearestName {
  /// - Returns: the name of the least edit distance, if it is near enough to be meant;
  ///   none for a text longer than any name.
  static func of(_ text: String, among names: [String]) -> String? {
    guard text.utf8.count <= 64 else { return nil }
    let ranked = names.map { (name: $0, distance: distance(text, $0)) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }),
      best.distance <= max(2, text.count / 3)
    else { return nil }
    return best.name
  }

  /// Levenshtein's distance: insertions, deletions and replacements of a character.
  static func distance(_ first: String, _ second: String) -> Int {
    let (first, second) = (Array(first), Array(second))
    var row = Array(0...second.count)
    for (i, character) in first.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in second.enumerated() {
        let replaced = diagonal + (character == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
      }
    }
    return row[second.count]
  }
}
