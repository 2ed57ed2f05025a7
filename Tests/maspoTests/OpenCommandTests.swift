import Foundation
import Testing

/// A recorded run looked back at in a real terminal.
@Suite(.serialized, .fewAtATime) final class OpenCommandTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-open-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  @Test func aTornRunIsWalkedThroughAndLeft() throws {
    let path = folder.appendingPathComponent("run").path
    let trained = try FinishedProcess(
      "train --preset steady --warm-steps 800 --iterations 3 --eval-prompts 4 --eval-samples 4"
        + " --at 6:sigma_base=0.3 --quiet --run-dir \(path)")
    try #require(trained.status == 0, "\(trained.errors)")
    let metrics = try FileHandle(forWritingTo: URL(fileURLWithPath: path + "/metrics.jsonl"))
    try metrics.seekToEnd()
    try metrics.write(contentsOf: Data("{\"kind\":\"upd".utf8))
    try metrics.close()

    let session = try TmuxSession("open \(path)")
    defer { session.close() }
    try session.wait(forText: "RECORDED   update 12 of 12")
    #expect(try session.screen().contains("metrics.jsonl: "), "the damage is told")
    try session.send("<")
    try session.wait(forText: "update 11 of 12")
    try session.send("(")
    try session.wait(forText: "update  8 of 12")
    try session.send("\\;")
    try session.wait(forText: "update  6 of 12")
    try session.send("s")
    try session.wait(forText: "maspo resume \(path)")
    #expect(try session.screen().contains("Not recorded"))
    try session.send("c")
    try session.wait(for: "tokens of every panel") { !$0.contains("Not recorded") }
    try session.send("Home")
    try session.wait(forText: "update 12 of 12")
    try session.send("q")
    try session.wait(forText: "status 0")
    let modes = try session.modes()
    #expect(modes.before == modes.after)
    #expect(try !session.screen().contains("╭"), "the alternate screen was left")
  }

  private func train(_ name: String, _ options: String) throws -> String {
    let path = folder.appendingPathComponent(name).path
    let run = try FinishedProcess(
      "train --preset steady --warm-steps 800 --iterations 2 --eval-every 1 --eval-prompts 4 "
        + "--eval-samples 4 --quiet --run-dir \(path) \(options)")
    try #require(run.status == 0, "\(run.errors)")
    return path
  }

  @Test func runsLieBesideEachOtherAtOneUpdate() throws {
    let first = try train("first", "")
    let second = try train("second", "--objective grpo")
    let session = try TmuxSession("open \(first) --beside \(second)")
    defer { session.close() }
    try session.wait(forText: "run 1 of 2")
    let screen = try session.screen()
    #expect(screen.contains("Race · 2 runs") && screen.contains("MASPO 0."))
    try session.send("<")
    try session.wait(forText: "update 7 of 8")
    try session.send("C")
    try session.wait(for: "the other run at the same update") {
      $0.contains("run 2 of 2") && $0.contains("update 7 of 8") && $0.contains("chain · GRPO")
    }
    try session.send("c")
    try session.wait(for: "tokens of that run") { !$0.contains("Not recorded") }
    try session.send("q")
    try session.wait(forText: "status 0")
    let words = try session.screen()
    #expect(words.contains("maspo resume \(first)") && words.contains("maspo resume \(second)"))
    for (arguments, reason) in [
      ("--beside \(first)", "it is the same run as \(first)"),
      ("--beside \(first)/.", "it is the same run as"),
      ("--beside \(folder.path)/none", "no run '\(folder.path)/none'"),
      ("--beside \(folder.path)", "there is no run in \(folder.path)"),
      ("--beside \(first)/run.json", "run.json is a file; a run is a folder"),
      ("--beside a b c d", "4 runs; at most 3 can lie beside the first"),
      ("--arms grpo", "--arms chooses among the results in a folder of maspo compare"),
    ] {
      let run = try FinishedProcess("open \(first) \(arguments)")
      #expect(run.status != 0 && run.errors.contains(reason), "\(arguments): \(run.errors)")
    }
  }

  @Test func aFolderOfACompareOpens() throws {
    let store = folder.appendingPathComponent("store").path
    let made = try FinishedProcess(
      "compare --preset steady --warm-steps 800 --iterations 1 --eval-prompts 4 --eval-samples 4 "
        + "--seeds 1 --quiet --out \(store)")
    try #require(made.status == 0, "\(made.errors)")
    let session = try TmuxSession("open \(store)")
    defer { session.close() }
    try session.wait(forText: "COMPARED")
    let screen = try session.screen()
    #expect(screen.contains("Race · 4 runs") && screen.contains("no updates and no tokens"))
    try session.send("q")
    try session.wait(forText: "status 0")
    for (arguments, reason) in [
      ("\(store) --beside a", "which is opened without --beside"),
      ("\(store) --arms sapo", "there is no 'sapo'; the store has grpo, maspo, no_clip"),
      ("\(store) --preset reuse", "it has chain steady"),
    ] {
      let run = try FinishedProcess("open \(arguments)")
      #expect(run.status != 0 && run.errors.contains(reason), "\(arguments): \(run.errors)")
    }
  }

  @Test func whatCannotBeOpenedIsNamed() throws {
    let missing = try FinishedProcess("open \(folder.path)/nothing")
    #expect(missing.status == 1 && missing.errors.contains("\(folder.path)/nothing"))
    let none = try FinishedProcess("open")
    #expect(none.status != 0 && none.errors.contains("there is no recorded run in"))
  }
}
