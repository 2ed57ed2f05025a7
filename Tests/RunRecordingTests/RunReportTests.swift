import Foundation
import LocalFiles
import PolicyTraining
import Testing
import TrainingTelemetry

@testable import RunRecording

@Suite struct RunReportTests {
  @Test func tellsOfEvaluationsChangesAndDamage() throws {
    let temporary = try TemporaryFolder()
    let folder = RunFolder(temporary.file("run"))
    let recorder = try RunRecorder(folder, settings: RecordingFixture.settings)
    var configuration = RecordingFixture.configuration
    configuration.iterationLimit = 2
    _ = try RecordingFixture.run(
      configuration, from: RecordingFixture.start(configuration), observer: recorder,
      commands: [.setKnobs([KnobSetting(name: "sigma_base", value: 0.25)]), .setObjective("grpo")])
    try recorder.close()
    let report = RunReport(try RecordedRun(folder))
    #expect(report.state == "finished" && report.warnings.isEmpty && report.commandCount == 2)
    #expect(report.evaluations.map(\.iteration) == [0, 2])
    #expect(report.changes.map(\.name) == ["objective"])
    #expect(report.changes.first?.update == 1 && report.changes.first?.new == "grpo")
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any])
    let progress = try #require(object["progress"] as? [String: Any])
    #expect(progress["weights_digest"] as? String == report.progress?.weightsDigest)
    #expect(report.lines.contains { $0.contains("objective maspo -> grpo") })
    #expect(report.lines.contains { $0.contains("iterations  2 of 2, 8 updates") })

    unlink(folder.metrics)
    try temporary.write("nonsense\n", to: "run/journal.jsonl")
    let damaged = RunReport(try RecordedRun(folder))
    #expect(damaged.warnings.count == 2 && damaged.evaluations.isEmpty)
  }

  /// The page that documents the format names every field that the files have.
  @Test func theFormatPageNamesEveryField() throws {
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let page = try String(
      contentsOf: source.appendingPathComponent(
        "../../Sources/RunRecording/RunRecording.docc/RunFolderFormat.md"), encoding: .utf8)
    let temporary = try TemporaryFolder()
    let folder = RunFolder(temporary.file("run"))
    let recorder = try RunRecorder(folder, settings: RecordingFixture.settings)
    _ = try RecordingFixture.run(
      RecordingFixture.configuration, from: RecordingFixture.start(), observer: recorder,
      commands: [
        .setKnobs([KnobSetting(name: "sigma_base", value: 0.25)]), .setObjective("grpo"),
        .setPace(nil), .showGroup(1),
      ])
    try recorder.close()
    var names: Set<String> = []
    for file in ["run.json", "summary.json", "metrics.jsonl", "journal.jsonl", "rollouts.jsonl"] {
      names.formUnion(Self.keys(in: try temporary.text(of: "run/" + file)))
    }
    let archive = try SafetensorsArchive(
      decoding: FileSystem.contents(of: folder.checkpoint), path: "x")
    names.formUnion(Self.keys(in: archive.metadata["state"] ?? ""))
    names.formUnion(archive.metadata.keys)
    names.formUnion(archive.tensors.map(\.name).filter { !$0.hasPrefix("model.") })
    let diagnostics = Set(["clip_fraction"]).union(Self.diagnosticNames(folder))
    #expect(names.count > 100)
    for name in names.subtracting(diagnostics) {
      #expect(page.contains("`\(name)`"), "the page does not name \(name)")
    }
  }

  private static func keys(in text: String) -> Set<String> {
    Set(text.matches(of: /"([A-Za-z_0-9]+)" ?:/).map { String($0.output.1) })
  }

  private static func diagnosticNames(_ folder: RunFolder) -> Set<String> {
    let lines = (try? RecordedRun(folder).metrics().lines) ?? []
    return lines.reduce(into: []) { names, line in
      if case .update(let metrics) = line { names.formUnion(metrics.diagnostics.keys) }
    }
  }
}
