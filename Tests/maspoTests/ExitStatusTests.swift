import Foundation
import Testing

/// The statuses that the page on the command line promises to scripts; 5 is asserted where breakpoints are.
@Suite(.serialized, .fewAtATime) final class ExitStatusTests {
  private let folder: URL
  private static let small = "--preset steady --warm-steps 800 --eval-prompts 4 --eval-samples 4"

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-status-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  @Test(arguments: ["train", "watch --plain --pace full"])
  func aNumberThatIsNotFiniteIs3(command: String) throws {
    let run = try FinishedProcess(
      "\(command) \(Self.small) --iterations 2 --no-record --objective sapo --set tau_pos=1e-310")
    #expect(run.status == 3, "\(run.output)\(run.errors)")
    #expect((run.output + run.errors).contains("the loss is -inf"))
  }

  @Test func otherWeightsThanTheRecordedOnesAre4() throws {
    let trained = try FinishedProcess(
      "train \(Self.small) --iterations 1 --quiet --run-dir \(path("run"))")
    try #require(trained.status == 0, "\(trained.errors)")
    #expect(try FinishedProcess("replay --quiet \(path("run"))").status == 0)
    let description = path("run/run.json")
    let text = try String(contentsOfFile: description, encoding: .utf8)
    let other = text.replacing(/"seed" : 1\b/, with: "\"seed\" : 2")
    try #require(other != text, "no seed in \(text)")
    try other.write(toFile: description, atomically: true, encoding: .utf8)
    let replayed = try FinishedProcess("replay --quiet \(path("run"))")
    #expect(replayed.status == 4, "\(replayed.errors)")
    #expect(replayed.output.contains("they differ"))
  }

  /// GRPO has no gate for the tour to narrow.
  @Test func aTourThatDoesNotShowWhatItSaysIs6() throws {
    let session = try TmuxSession(
      "tour --auto --step-seconds 0.1 --objective grpo --warm-steps 800 --eval-prompts 4 "
        + "--no-record")
    defer { session.close() }
    let screen = try session.wait(for: "the end") { $0.contains(/status \d/) }
    #expect(screen.contains("status 6"), "\(screen)")
    #expect(screen.contains("not so this time"))
  }

  @Test func aComparisonStoppedByASignalIs130AndKeepsWhatIsFinished() throws {
    let compare = try StartedProcess(
      "compare \(Self.comparison) --iterations 2 --out \(path("results"))")
    let isKept = compare.waits { [self] in
      let files = try? FileManager.default.contentsOfDirectory(atPath: path("results"))
      return files?.isEmpty == false
    }
    #expect(isKept, "no run was finished")
    #expect(compare.end(with: SIGINT) == 130)
  }

  /// More seeds than can be finished while the first one is waited for.
  private static let comparison =
    "--objectives grpo --seeds 200 --base-seed 1 --jobs 1 \(small) --quiet"
}
