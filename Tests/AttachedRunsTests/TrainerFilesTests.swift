import Foundation
import Testing
import TrainingTelemetry

@testable import AttachedRuns

/// Files that trainers write without a probe, in the form that their sources give.
@Suite("Trainers' own files") final class TrainerFilesTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-files-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func write(_ text: String, as name: String) throws {
    let file = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  /// Two answers to one prompt of two tokens, the second padded.
  private static let nemo = """
    {"token_ids":[5,6,7,8],"token_loss_mask":[0,0,1,1],"sample_loss_mask":1.0,\
    "advantages":[1.0,1.0,1.0,1.0],"generation_logprobs":[0,0,-1.0,-2.0],\
    "prev_logprobs":[0,0,-1.1,-2.0],"rewards":1.0,"input_lengths":4,"content":["a","b"],"idx":0}
    {"token_ids":[5,6,9,0],"token_loss_mask":[0,0,1,0],"sample_loss_mask":1.0,\
    "advantages":[-1.0,-1.0,-1.0,-1.0],"generation_logprobs":[0,0,-0.5,0],\
    "prev_logprobs":[0,0,-0.7,0],"rewards":0.0,"input_lengths":3,"content":["a","c"],"idx":1}
    """

  @Test func nemoRL() throws {
    try write(Self.nemo, as: "train_data_step3.jsonl")
    var run = AttachedRun(path: folder.path)
    let step = try #require(run.poll(isFinal: true).first)
    #expect(step.figures.step == 3)
    #expect(step.figures.tokens == 3)
    #expect(step.figures.sequences == 2)
    #expect(step.figures.reward == 0.5)
    #expect(step.figures.equalGroups == 0)
    // No number is made up: the loss and the entropy are not in these files.
    #expect(step.figures.loss == nil && step.figures.entropy == nil)
    let gap = try #require(step.figures.samplerGap)
    #expect(abs(gap.mean - 0.1) < 1e-7 && abs(gap.largest - 0.2) < 1e-7)
    #expect(step.findings.contains { $0.kind == .ratiosOneByConstruction })
    #expect(run.title.contains("NeMo-RL"))
  }

  @Test func theNewestFileOfNeMoRLIsReadOnceItStaysTheSame() throws {
    let half = String(Self.nemo.prefix(200))
    try write(half, as: "train_data_step1.jsonl")
    var run = AttachedRun(path: folder.path)
    #expect(run.poll().isEmpty)
    try write(Self.nemo, as: "train_data_step1.jsonl")
    #expect(run.poll().isEmpty)
    #expect(run.poll().count == 1)
    #expect(run.damagedCount == 0)
  }

  private static func prime(_ new: String, micro: Int = 0) -> String {
    """
    {"schema_version":1,"step":0,"export_step":0,"rank":0,"micro_step":\(micro),\
    "micro_sequence_idx":0,"export_sequence_idx":0,"run_id":null,"env_name":"chain",\
    "token_ids":[5,6,7,8],"position_ids":[0,1,2,3],"loss_mask":[false,false,true,true],\
    "advantages":[0.5,0.5,0.5,0.5],"rewards":[1.0,1.0,1.0,1.0],\
    "inference_logprobs":[0.0,0.0,-1.0,-2.0],"trainer_logprobs":[0.0,0.0,\(new),-2.0],\
    "entropy":[0.1,0.1,0.3,0.5],"importance_ratio":[1.0,1.0,1.1,1.0]}
    """
  }

  @Test func primeRL() throws {
    try write(Self.prime("-0.9"), as: "token_exports/step_0/rank_0.jsonl")
    try write(Self.prime("null"), as: "token_exports/step_0/rank_1.jsonl")
    var run = AttachedRun(path: folder.path)
    #expect(run.poll().isEmpty, "a step is finished where STABLE stands")
    try write("", as: "token_exports/step_0/STABLE")
    let step = try #require(run.poll().first)
    #expect(step.figures.step == 1)
    #expect(step.figures.tokens == 3)
    #expect(step.figures.nonfinite == 1)
    #expect(abs(try #require(step.figures.ratioMax) - 1.1051709180756477) < 1e-7)
    #expect(abs(try #require(step.figures.entropy) - 1.3 / 3) < 1e-7)
    #expect(step.figures.loss == nil)
    #expect(run.title.contains("prime-rl"))
  }

  @Test func whatDoesNotFitIsCountedAndLeftAside() throws {
    let lines = [
      "", "null", "[1]", #"{"token_ids":[1]}"#,
      #"{"schema_version":2}"#,
      Self.prime("-0.9").replacingOccurrences(of: "[false,false,true,true]", with: "[true]"),
      Self.prime("-0.9").replacingOccurrences(of: "[5,6,7,8]", with: "[-5,6,7,8]"),
      Self.prime("-0.9").replacingOccurrences(of: "[5,6,7,8]", with: "[5,6,7,99999999999]"),
      Self.prime("-0.9"),
    ]
    try write(lines.joined(separator: "\n"), as: "token_exports/step_0/rank_0.jsonl")
    try write("", as: "token_exports/step_0/STABLE")
    var run = AttachedRun(path: folder.path)
    #expect(run.poll().map(\.figures.tokens) == [2])
    #expect(run.damagedCount == 7)
  }

  @Test(arguments: ["train_data_step1.jsonl", "token_exports/step_0/rank_0.jsonl"])
  func aFIFOInThePlaceOfAFileIsNamed(name: String) throws {
    try write("", as: "token_exports/step_0/STABLE")
    if name.hasPrefix("train") {
      try FileManager.default.removeItem(at: folder.appendingPathComponent("token_exports"))
    }
    #expect(mkfifo(folder.appendingPathComponent(name).path, 0o600) == 0)
    var run = AttachedRun(path: folder.path)
    _ = run.poll(isFinal: true)
    #expect(run.takeNotices().contains { $0.contains("FIFO") })
  }

  @Test func theSnapshotsShowThem() throws {
    try write(Self.nemo, as: "train_data_step1.jsonl")
    var view = AttachedView(path: folder.path)
    let snapshot = try #require(view.poll(now: 0, isFinal: true).last)
    let group = try #require(snapshot.rollout?.group)
    #expect(group.answers.count == 2)
    // Without pieces a token prints its number.
    #expect(group.answers[0].tokens.map(\.symbol) == ["⟨7⟩", "⟨8⟩"])
    #expect(group.prompt == "⟨5⟩⟨6⟩")
    #expect(group.answers[0].tokens.map(\.samplerGap).compactMap { $0 }.count == 2)
  }
}
