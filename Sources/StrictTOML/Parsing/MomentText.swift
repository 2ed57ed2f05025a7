/// Dates and times as TOML takes them from RFC 3339.
enum MomentText {
  /// What the word is, or `nil` when it is no date and no time that there is.
  static func kind(_ word: ArraySlice<UInt8>) -> TOMLMoment.Kind? {
    if isDate(word) { return .localDate }
    if let rest = afterTime(word) { return rest.isEmpty ? .localTime : nil }
    guard word.count > 11, isDate(word.prefix(10)),
      "Tt ".utf8.contains(word[word.startIndex + 10]), let rest = afterTime(word.dropFirst(11))
    else { return nil }
    if rest.isEmpty { return .localDateTime }
    return isOffset(rest) ? .offsetDateTime : nil
  }

  /// `YYYY-MM-DD`, a day that there is.
  static func isDate(_ word: ArraySlice<UInt8>) -> Bool {
    guard word.count == 10, let year = number(word, 0, 4), byte(word, 4) == UInt8(ascii: "-"),
      let month = number(word, 5, 2), byte(word, 7) == UInt8(ascii: "-"),
      let day = number(word, 8, 2), (1...12).contains(month)
    else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return (1...days[month - 1]).contains(day)
  }

  /// What follows `HH:MM:SS` and its fraction; `nil` where they do not stand.
  private static func afterTime(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard word.count >= 8, let hour = number(word, 0, 2), byte(word, 2) == UInt8(ascii: ":"),
      let minute = number(word, 3, 2), byte(word, 5) == UInt8(ascii: ":"),
      let second = number(word, 6, 2), hour < 24, minute < 60, second <= 60
    else { return nil }
    let rest = word.dropFirst(8)
    guard rest.first == UInt8(ascii: ".") else { return rest }
    let fraction = rest.dropFirst().prefix(while: TOMLParser.isDigit)
    return fraction.isEmpty ? nil : rest.dropFirst(1 + fraction.count)
  }

  private static func isOffset(_ word: ArraySlice<UInt8>) -> Bool {
    guard let first = word.first else { return false }
    if word.count == 1 { return "Zz".utf8.contains(first) }
    guard word.count == 6, "+-".utf8.contains(first), let hour = number(word, 1, 2),
      byte(word, 3) == UInt8(ascii: ":"), let minute = number(word, 4, 2)
    else { return false }
    return hour < 24 && minute < 60
  }

  private static func byte(_ word: ArraySlice<UInt8>, _ offset: Int) -> UInt8 {
    word[word.startIndex + offset]
  }

  private static func number(
    _ word: ArraySlice<UInt8>, _ offset: Int, _ count: Int
  ) -> Int? {
    let digits = word.dropFirst(offset).prefix(count)
    guard digits.count == count, digits.allSatisfy(TOMLParser.isDigit) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }
}
