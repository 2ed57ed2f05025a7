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

  @Test func whatCannotBeOpenedIsNamed() throws {
    let missing = try FinishedProcess("open \(folder.path)/nothing")
    #expect(missing.status == 1 && missing.errors.contains("\(folder.path)/nothing"))
    let none = try FinishedProcess("open")
    #expect(none.status != 0 && none.errors.contains("there is no recorded run in"))
  }
}
