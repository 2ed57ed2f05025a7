import Foundation
import Testing

/// Forks of a recorded run through the program itself. One after the other: each trains.
@Suite(.serialized, .fewAtATime) final class ForkCommandTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-fork-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  private func digest(_ output: String) -> String? {
    output.firstMatch(of: /"weights_digest":"([0-9a-f]{16})"/).map { String($0.output.1) }
  }

  /// A run of two iterations that is to end after three.
  private func makeRun() throws {
    let run = try FinishedProcess(
      "train --preset steady --warm-steps 800 --iterations 3 --eval-prompts 4 --eval-samples 4"
        + " --break updates>7 --quiet --run-dir \(path("run")) --checkpoint-seconds 0")
    #expect(run.status == 5, "\(run.errors)")
  }

  @Test func aForkKilledHalfWayGivesTheSameTable() throws {
    try makeRun()
    let fork =
      "fork \(path("run")) --set sigma_base=0.2 --objective maspo_hard --replicas 3 --iterations 1"
      + " --jobs 1"
    let whole = try FinishedProcess("\(fork) --out \(path("whole"))")
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(whole.output.contains("from update 8 (iteration 2) 1 iterations on, 3 of 3 pairs"))
    #expect(whole.output.contains("changed: objective=maspo_hard, sigma_base=0.2"))

    let killed = try StartedProcess("\(fork) --out \(path("killed"))")
    let reached = killed.waits { [self] in
      let files = (try? FileManager.default.contentsOfDirectory(atPath: path("killed"))) ?? []
      return files.count { $0.hasSuffix(".json") } >= 3
    }
    #expect(reached, "no replica was finished")
    #expect(killed.kill() == SIGKILL)
    let again = try FinishedProcess("\(fork) --out \(path("killed"))")
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.output == whole.output)

    // The unchanged replica with the run's own seed is the run.
    let json = try FinishedProcess("\(fork) --out \(path("whole")) --json --quiet")
    let resumed = try FinishedProcess("resume \(path("run")) --headless --json --quiet")
    let end = try #require(digest(resumed.output))
    #expect(json.output.contains(#""unchangedDigests" : ["#))
    #expect(json.output.contains(end))
  }

  @Test func aForkIntoARunIsARun() throws {
    try makeRun()
    let fork = try FinishedProcess(
      "fork \(path("run")) --from 5 --set learning_rate=0.0002 --into \(path("fork"))"
        + " --json --quiet")
    #expect(fork.status == 0, "\(fork.errors)")
    let end = try #require(digest(fork.output))
    let shown = try FinishedProcess("show \(path("fork"))")
    #expect(
      shown.output.contains("forked      from run after update 5, iteration 2: learning_rate="),
      "\(shown.output)")
    #expect(shown.output.contains("iterations  3 of 3, 12 updates"), "to the parent's own end")
    let listed = try FinishedProcess("runs \(folder.path)")
    #expect(listed.output.contains(/fork +finished .* run@5/), "\(listed.output)")
    let replayed = try FinishedProcess("replay \(path("fork"))")
    #expect(replayed.status == 0)
    #expect(replayed.output.contains("they agree") && replayed.output.contains(end))
  }

  @Test func whatCannotBeForkedIsSaid() throws {
    try makeRun()
    for (options, words) in [
      ("", "the change is empty"), ("--set sigma_base=1", "changes nothing here"),
      ("--set nonsense=1", "unknown setting 'nonsense'"),
      ("--set sigma_base=0.2 --from 9", "allowed is 1 … 8"),
      ("--set sigma_base=0.2 --replicas 0", "replicas '0'"),
      ("--set sigma_base=0.2 --iterations 0", "iterations = 0 is out of range"),
      ("--set sigma_base=0.2 --into \(path("run"))", "exists already"),
    ] {
      let fork = try FinishedProcess("fork \(path("run")) \(options)")
      #expect(fork.status != 0, "\(options)")
      #expect(fork.errors.contains(words), "\(options): \(fork.errors)")
      #expect(fork.errors.hasPrefix("Error: ") && fork.output.isEmpty)
    }
    let missing = try FinishedProcess("fork \(path("nowhere")) --set sigma_base=0.2")
    #expect(missing.errors.hasPrefix("Error: no run"))
  }
}
