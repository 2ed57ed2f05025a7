import Foundation
import Testing

/// `maspo train` with streams, signals and limits that a shell may hand it. One after the other:
/// each trains.
@Suite(.serialized, .fewAtATime) final class StandardStreamTests {
  private let folder: URL
  private static let options =
    "--preset reuse --warm-steps 800 --iterations 2 --eval-prompts 4 --eval-samples 4"

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-streams-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  /// Runs a line of shell in which `$train` trains, in this test's folder.
  private func shell(_ line: String) throws -> FinishedProcess {
    let program = try TmuxSession.program().path
    return try FinishedProcess(
      URL(fileURLWithPath: "/bin/sh"), ["-c", "cd '\(folder.path)'; \(line)"],
      environment: [
        "XDG_CACHE_HOME": TmuxSession.cacheFolder.path, "XDG_STATE_HOME": folder.path,
        "XDG_CONFIG_HOME": folder.path, "train": "\(program) train \(Self.options)",
      ])
  }

  private func lines(of name: String) throws -> [Substring] {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
      .split(separator: "\n")
  }

  @Test func aFullDiskBehindStandardOutputDoesNotEndTheRun() throws {
    let run = try shell("$train --json --run-dir run > /dev/full")
    #expect(run.status == 1)
    let warnings = run.errors.split(separator: "\n").filter { $0.contains("standard output") }
    #expect(
      warnings == [
        "warning: cannot write to standard output: No space left on device; "
          + "the run goes on without"
      ])
    #expect(run.errors.contains("2 iterations, 64 updates"), "\(run.errors)")
    #expect(run.errors.contains("recorded in run"))
  }

  /// The first files that the program opens would get the numbers of the closed streams.
  @Test func closedStreamsDoNotReachTheRecording() throws {
    let run = try shell("$train --json --run-dir run <&- >&- 2>&-")
    #expect(run.status == 0)
    for name in ["run/metrics.jsonl", "run/journal.jsonl"] {
      let lines = try lines(of: name)
      #expect(!lines.isEmpty)
      for line in lines {
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
        #expect(!line.contains("iterations"), "\(line)")
      }
    }
    #expect(try shell("${train%% *} show run").output.contains("finished"))
  }

  /// Under nohup the run outlives its terminal; elsewhere HUP asks it to stop, as TERM does.
  @Test(arguments: [("trap '' HUP;", 8, "finished"), ("", 100_000, "stopped")])
  func hangupStopsTheRunUnlessItIsIgnored(
    prefix: String, iterations: Int, state: String
  ) throws {
    let run = try shell(
      """
      \(prefix) $train --iterations \(iterations) --run-dir run & p=$!
      while [ ! -s run/metrics.jsonl ] && kill -0 $p; do sleep 0.02; done
      kill -HUP $p; wait $p
      """)
    #expect(run.status == 0, "\(run.errors)")
    let shown = try shell("${train%% *} show run")
    #expect(shown.output.contains(state), "\(shown.output)")
  }

  /// What `ulimit -f` does: any file may grow to 256 KB only, less than a checkpoint.
  @Test func aLimitOnFileSizesSuspendsTheRecordingAndNotTheRun() throws {
    let run = try shell("ulimit -f 512; $train --run-dir run")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("the recording is suspended: cannot write run/base.safetensors"))
    #expect((run.output + run.errors).contains("2 iterations, 64 updates"))
    #expect(run.errors.contains("warning: the recording in run is incomplete"))
    #expect(run.errors.contains("File too large"))
  }

  /// With room for everything but the checkpoint, the folder opens, and can be gone on with later.
  @Test func aRunWithoutRoomForItsCheckpointsCanBeGoneOnWith() throws {
    let run = try shell("ulimit -f 1024; $train --json --run-dir run")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("cannot write run/checkpoint.safetensors"), "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/run/checkpoint.safetensors"))
    #expect(try shell("${train%% *} show run").output.contains("interrupted"))
    let resumed = try shell("${train%% *} resume run --headless --json")
    #expect(resumed.status == 0, "\(resumed.errors)")
    let digests = try [run, resumed].map { process in
      try #require(process.output.firstMatch(of: /"weights_digest":"([0-9a-f]{16})"/)).output.1
    }
    #expect(digests[0] == digests[1])
  }

  @Test func foldersThatCannotBeAreRefusedBeforeTheRun() throws {
    let file = try shell("touch file; $train --run-dir file")
    #expect(file.status == 1)
    #expect(file.errors.hasPrefix("Error: file exists already"), "\(file.errors)")
    let nameless = try shell("$train --run-dir ''")
    #expect(nameless.status == 64 || nameless.status == 1)
    #expect(nameless.errors.contains("--run-dir"), "\(nameless.errors)")
  }

  /// A run that could not start does not claim a recording.
  @Test func aRunThatCannotStartIsNotRecorded() throws {
    let run = try shell("$train --warm-steps 1 --run-dir run")
    #expect(run.status == 1)
    #expect(run.errors.contains("the warm start"))
    #expect(!run.errors.contains("recorded in"), "\(run.errors)")
  }
}
