import Foundation
import Testing

/// The dashboard without a terminal: as a picture and as lines.
@Suite(.fewAtATime) struct RenderCommandTests {
  private static let run =
    "--warm-steps 800 --eval-prompts 4 --preset heavy-reuse --sigma-base 0.2 --iterations 2 "
    + "--updates 6 --seed 3"

  @Test func theSameCommandGivesTheSameBytes() throws {
    for format in ["text", "json"] {
      let command = "render \(Self.run) --size 100x34 --format \(format)"
      let first = try FinishedProcess(command + " --threads 1")
      #expect(first.status == 0, "\(first.errors)")
      #expect(first.output == (try FinishedProcess(command + " --threads 2")).output)
    }
    let rows = try FinishedProcess("render \(Self.run) --size 100x34").output
      .split(separator: "\n", omittingEmptySubsequences: false)
    #expect(rows.count == 35 && rows.dropLast().allSatisfy { $0.count == 100 })
    #expect(rows[0].contains("iteration   2") && rows[0].contains("6/32"))
  }

  /// The JSON is of the screen: its rows are the text, and its numbers stand there.
  @Test func theJSONHoldsTheNumbersOfTheScreen() throws {
    let text = try FinishedProcess("render \(Self.run) --size 120x40").output
    let json = try FinishedProcess("render \(Self.run) --size 120x40 --format json").output
    let picture = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect((picture["rows"] as? [String])?.joined(separator: "\n") == text.dropLast().description)
    let snapshot = try #require(picture["snapshot"] as? [String: Any])
    let update = try #require(snapshot["update"] as? [String: Any])
    let metrics = try #require(update["metrics"] as? [String: Any])
    let cosine = try #require(metrics["gradientCosine"] as? Double)
    let written = String(format: "cos %+.3f", cosine).prefix(9)
    #expect(text.contains(written), "\(written)")
    // The curves are drawn from the events: two rollouts and all updates up to the sixth.
    let events = try #require(snapshot["events"] as? [[String: Any]])
    #expect(events.count { $0["rollout"] != nil } == 2)
    #expect(events.count { $0["update"] != nil } == 32 + 6)
  }

  /// From update 33 on an iteration has 8 updates: the 32nd of the second never comes.
  @Test func anUpdateThatNeverComesIsAnError() throws {
    let run = try FinishedProcess(
      "render --warm-steps 800 --eval-prompts 4 --preset reuse --iterations 2 --updates 32 "
        + "--at 33:epochs=1")
    #expect(run.status == 1)
    #expect(run.errors.contains("the run ended before the update that was asked for"))
  }

  @Test func keysArePressedBeforeThePicture() throws {
    let run = try FinishedProcess("render \(Self.run) --size 80x24 --keys 8z")
    #expect(run.output.contains("No clip") && run.output.contains("▲ kept"))
    let ascii = try FinishedProcess("render \(Self.run) --size 80x24 --glyphs ascii")
    #expect(ascii.output.allSatisfy { $0.isASCII })
    let svg = try FinishedProcess("render \(Self.run) --size 80x24 --format svg")
    #expect(svg.output.hasPrefix("<svg") && svg.output.hasSuffix("</svg>\n"))
    let ansi = try FinishedProcess("render \(Self.run) --size 80x24 --format ansi")
    #expect(ansi.output.contains("\u{1B}["))
  }

  @Test(arguments: [
    ("--size 0x5", "size = 0x5 is", "1 to 1000"), ("--size wide", "size = 'wide' cannot", "120x40"),
    ("--keys <nothing>", "'<nothing>' is no key", "enter"),
    ("--updates 33", "updates = 33 is", "1 to 32"),
    ("--format png", "'png' is invalid", "one of 'text', 'ansi', 'svg'"),
  ])
  func badInputIsRefused(arguments: String, name: String, allowed: String) throws {
    let run = try FinishedProcess("render --preset heavy-reuse \(arguments)")
    #expect(run.status != 0 && run.output.isEmpty)
    #expect(run.errors.contains(name) && run.errors.contains(allowed), "\(run.errors)")
  }

  @Test func plainLinesTellWhatTheScreenWould() throws {
    let run = try FinishedProcess(
      "watch --plain --pace full --warm-steps 800 --eval-prompts 4 --preset steady --iterations 2")
    #expect(run.status == 0, "\(run.errors)")
    for words in ["iteration 1, reward", "iteration 2, reward", "weights_digest", "finished"] {
      #expect(run.output.contains(words), "no \(words)")
    }
    #expect(!run.output.contains("\u{1B}"))
    let train = try FinishedProcess(
      "train --json --quiet --warm-steps 800 --eval-prompts 4 --preset steady --iterations 2")
    let digest = try #require(run.output.firstMatch(of: /weights_digest ([0-9a-f]{16})/)?.1)
    #expect(train.output.contains(digest))
    #expect(try FinishedProcess("watch --plain --paused").errors.contains("--paused"))
  }
}
