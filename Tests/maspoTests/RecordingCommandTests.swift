import Foundation
import Testing

/// Run folders through the program itself. One after the other: each trains.
@Suite(.serialized, .fewAtATime) final class RecordingCommandTests {
  private let folder: URL
  private static let options =
    "--preset reuse --warm-steps 800 --iterations 3 --eval-prompts 4 --eval-samples 4"
    + " --at 20:sigma_base=0.3 --at 40:temperature=1.1"

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-recording-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  private func digest(_ output: String) -> String? {
    output.firstMatch(of: /"weights_digest":"([0-9a-f]{16})"/).map { String($0.output.1) }
  }

  @Test func aKilledRunGoesOnToTheSameEnd() throws {
    let whole = try FinishedProcess("train \(Self.options) --no-record --json --quiet")
    #expect(whole.status == 0)
    let expected = try #require(digest(whole.output))
    // Slowly, so that there are seconds between the 30th update and the end.
    let killed = try StartedProcess(
      "watch --plain --pace 10 \(Self.options) --run-dir \(path("run")) --checkpoint-seconds 0")
    let reached = killed.waits { [self] in
      let metrics = (try? String(contentsOfFile: path("run/metrics.jsonl"), encoding: .utf8)) ?? ""
      return metrics.contains(#""total":30,"#) || metrics.contains(#""total":30}"#)
    }
    #expect(reached, "the run did not get to its 30th update")
    #expect(killed.kill() == SIGKILL)
    let shown = try FinishedProcess("show \(path("run"))")
    #expect(shown.output.contains("interrupted"), "\(shown.output)")

    let resumed = try FinishedProcess("resume \(path("run")) --headless --json --quiet")
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(digest(resumed.output) == expected)

    let replayed = try FinishedProcess("replay \(path("run")) --threads 1")
    #expect(replayed.status == 0)
    #expect(replayed.output.contains("they agree") && replayed.output.contains(expected))
    let listed = try FinishedProcess("runs \(folder.path)")
    #expect(listed.output.contains(/run +finished +chain +maspo +3\/3 +96/), "\(listed.output)")
    let longer = try FinishedProcess(
      "resume \(path("run")) --headless --quiet --iterations 4")
    #expect(longer.status == 0, "\(longer.errors)")
    let shownLonger = try FinishedProcess("show \(path("run"))")
    #expect(shownLonger.output.contains("iterations  4 of 4, 128 updates"))
    #expect(shownLonger.output.contains("sigma_base=1 "), "\(shownLonger.output)")
    let exported = try FinishedProcess("export \(path("run")) \(path("hf"))")
    #expect(exported.status == 0)
    let tables = try FinishedProcess(
      "export \(path("run")) --csv \(path("csv")) --tensorboard \(path("events"))")
    #expect(tables.status == 0 && tables.errors.isEmpty, "\(tables.errors)")
    let updates = try String(contentsOfFile: path("csv/updates.csv"), encoding: .utf8)
    #expect(updates.split(separator: "\n").count == 129)
    #expect(try FileManager.default.contentsOfDirectory(atPath: path("events")).count == 1)
    let nothing = try FinishedProcess("export \(path("run"))")
    #expect(nothing.status != 0 && nothing.errors.contains("--csv DIR"))
    let again = try FinishedProcess("export \(path("run")) \(path("hf"))")
    #expect(again.errors.contains("hf is not empty; choose another folder\n"), "\(again.errors)")
    let unseen = try FinishedProcess("resume \(path("run"))")
    #expect(unseen.errors.contains("'maspo resume --headless'"), "\(unseen.errors)")
    #expect(FileManager.default.fileExists(atPath: path("hf/model.safetensors")))
  }

  @Test func foldersThatCannotServeAreRefusedInOneLine() throws {
    try "{}".write(toFile: path("file"), atomically: true, encoding: .utf8)
    for arguments in [
      "resume \(path("nowhere")) --headless", "replay \(path("nowhere"))",
      "show \(folder.path)", "export \(path("nowhere")) \(path("x"))",
      "train --run-dir x --no-record", "train --checkpoint-seconds -1",
    ] {
      let run = try FinishedProcess(arguments)
      #expect(run.status != 0, "\(arguments)")
      #expect(run.errors.hasPrefix("Error: "), "\(run.errors)")
      #expect(!run.errors.contains("Fatal"))
    }
    let empty = try FinishedProcess("runs", environment: ["XDG_STATE_HOME": path("nowhere")])
    #expect(empty.status == 0)
  }

  @Test func aFolderThatCannotBeMadeIsRefusedAtOnce() throws {
    let run = try FinishedProcess("train \(Self.options) --json --run-dir /proc/none/run")
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("Error: cannot make folder /proc/none"), "\(run.errors)")
  }

  @Test func aRunGoesIntoAFolderOfItsOwnWithoutBeingAsked() throws {
    let run = try FinishedProcess(
      "train --warm-steps 800 --eval-prompts 4 --eval-samples 4 --iterations 1"
        + " --at 1:objective=grpo --at 40:temperature=1.1",
      environment: ["XDG_STATE_HOME": path("state")])
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("1 iteration, 32 updates; "), "\(run.output)")
    #expect(
      run.errors.contains("--at 40:temperature=1.1 never comes: the run ends after update 32"))
    let recorded = try #require(run.errors.firstMatch(of: /recorded in (\S+)/)).output.1
    #expect(recorded.hasPrefix(path("state/maspo/runs/")))
    #expect(recorded.hasSuffix("-chain-maspo-s1"))
    let listed = try FinishedProcess("runs", environment: ["XDG_STATE_HOME": path("state")])
    #expect(listed.output.contains(/finished +chain +maspo→grpo +1\/1 +32/), "\(listed.output)")
  }
}
