import Foundation
import ReasoningTasks
import RepeatableRandom
import Testing

/// The example of a task of one's own, `Sources/ReasoningTasks/Examples/sort-letters.jsonl`, is made
/// here: six letters of the first twelve, to be put in order.
///
/// Its teacher believes of some neighbors in the alphabet that they stand the other way round, and
/// slips now and then with others: about a third of the demonstrations are right. No two prompts
/// have the same letters, so that no answer of a held-out prompt is seen in training.
enum SortLettersExample {
  static let lineCount = 2_000
  private static let letters = Array("abcdefghijkl")
  /// First letters of pairs that the teacher mostly exchanges.
  private static let misconceptions: Set<Character> = ["a", "b", "d", "g", "i", "k"]
  private static let demonstrationCount = 4

  static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Sources/ReasoningTasks/Examples/sort-letters.jsonl")

  static func text() -> String {
    var generator = SeedPath(1).appending("sort letters").generator
    var seen: Set<String> = []
    var lines: [String] = []
    while lines.count < lineCount {
      let prompt = (0..<6).map { _ in generator.element(of: letters) }
      let answer = prompt.sorted()
      guard seen.insert(String(answer)).inserted else { continue }
      let demonstrations = (0..<demonstrationCount).map { _ in
        "\"\(demonstration(of: answer, using: &generator))\""
      }
      lines.append(
        "{\"answer\":\"\(String(answer))\","
          + "\"demonstrations\":[\(demonstrations.joined(separator: ","))],"
          + "\"prompt\":\"\(String(prompt))>\"}\n")
    }
    return lines.joined()
  }

  private static func demonstration(
    of answer: [Character], using generator: inout RepeatableGenerator
  ) -> String {
    var letters = answer
    var place = 0
    while place + 1 < letters.count {
      let (first, second) = (letters[place], letters[place + 1])
      let isNeighbor = second.asciiValue == first.asciiValue.map { $0 + 1 }
      let isBelieved = isNeighbor && misconceptions.contains(first)
      if first != second, generator.chance(isBelieved ? 0.7 : 0.1) {
        letters.swapAt(place, place + 1)
        place += 1
      }
      place += 1
    }
    return String(letters)
  }
}

@Suite struct SortLettersExampleTests {
  @Test func theFileIsWhatThisMakes() throws {
    let text = SortLettersExample.text()
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
      try text.write(to: SortLettersExample.path, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: SortLettersExample.path, encoding: .utf8) == text)
    let task = try FileTask(file: SortLettersExample.path.path)
    #expect(task.promptCount == SortLettersExample.lineCount)
    #expect(task.encoded == Array(text.utf8))
    #expect(task.vocabulary.size == 16)
    let share = try #require(task.demonstratedRightShare)
    #expect(abs(share - 0.35) < 0.03, "\(share)")
  }
}
