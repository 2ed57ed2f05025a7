import AttachedRuns
import CursesTerminal
import EvaluationCases
import Foundation
import LocalFiles
import ReasoningTasks
import RepeatableRandom
import RunKnowledge
import RunRecording
import SettingsFiles
import StrictTOML
import TerminalCanvas
import Theming
import TrainingDashboard

/// Something that reads what others wrote.
struct Target {
  let name: String
  /// Good inputs, from which bad ones are made.
  let seeds: [[UInt8]]
  /// Reads an input; whatever is refused is refused with an error.
  let read: ([UInt8]) -> Void
}

enum Targets {
  /// - Parameters:
  ///   - checkout: the folder of the package.
  ///   - run: a recorded run.
  ///   - scratch: a folder for the files of one input.
  static func all(checkout: String, run: String, scratch: String) throws -> [Target] {
    [
      try toml(checkout), try theme(checkout, scratch), try evaluation(checkout),
      try safetensors(run), terminal(), try folder(run, scratch), try stream(checkout, scratch),
      try dashboard(run), try task(checkout),
    ]
  }

  /// The first lines of the example of a task of one's own.
  private static func task(_ checkout: String) throws -> Target {
    let lines = try bytes("\(checkout)/Sources/ReasoningTasks/Examples/sort-letters.jsonl")
      .split(separator: UInt8(ascii: "\n"))
    return Target(
      name: "task",
      seeds: [3, 20].map { Array(lines.prefix($0).joined(separator: [UInt8(ascii: "\n")])) }
    ) { bytes in
      guard let task = try? FileTask(bytes, file: "task.jsonl") else { return }
      // What is accepted can be asked, answered and written.
      for split in Split.allCases {
        let prompt = task.prompt(7, split: split, seed: SeedPath(1))
        let answer = task.vocabulary.encode(response: task.solution(of: prompt))
        precondition(task.reward(responseTokens: answer, to: prompt) == 1)
      }
      precondition((try? FileTask(task.encoded, file: "task.jsonl"))?.digest == task.digest)
    }
  }

  private static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private static func files(in folder: String, _ suffix: String) throws -> [[UInt8]] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      .filter { $0.hasSuffix(suffix) }.map { try bytes("\(folder)/\($0)") }
  }

  private static func toml(_ checkout: String) throws -> Target {
    let settings = """
      # a comment
      preset = "heavy-reuse"
      seed = 7
      iterations = 20
      pace = 2.5
      [run]
      sigma_base = 0.2
      objective = 'grpo'
      breakpoints = ["kl>0.05", "reward<0.1"]
      [[a.b]]
      "quoted key" = { x = 1, y = [1, 2.0, 1979-05-27T07:32:00Z] }
      text = \"\"\"
      two lines\"\"\"
      """
    return Target(
      name: "toml", seeds: [Array(settings.utf8)] + (try files(in: checkout + "/themes", ".toml"))
    ) {
      _ = try? TOMLDocument($0, file: "x")
    }
  }

  private static func theme(_ checkout: String, _ scratch: String) throws -> Target {
    let path = scratch + "/theme.toml"
    return Target(name: "theme", seeds: try files(in: checkout + "/themes", ".toml")) {
      write($0, path)
      _ = try? ThemeLibrary.load(path)
      _ = try? RunLayer(file: path)
      _ = try? ScreenMemory(reading: path)
    }
  }

  private static func evaluation(_ checkout: String) throws -> Target {
    let request = """
      {"schema":"maspo-evaluate/1","cases":[{"id":"a","kind":"token","objective":"grpo",\
      "params":{"eps_low":0.2,"eps_high":0.2},\
      "inputs":{"old_logp":[-1],"logp":[-0.9],"advantage":[2]}}]}
      """
    let fixtures = try files(in: checkout + "/Tests/PolicyObjectivesTests/Fixtures", ".json")
      .filter { $0.count < 20_000 }
    return Target(name: "evaluate", seeds: [Array(request.utf8)] + fixtures) {
      _ = try? EvaluateService.respond(to: Data($0))
    }
  }

  private static func safetensors(_ run: String) throws -> Target {
    let small = SafetensorsArchive(
      metadata: ["format": "x", "state": "{}"],
      tensors: [.init("a", shape: [2, 2], [1, 2, 3, 4] as [Float]), .init("b", [1] as [Int32])])
    return Target(name: "safetensors", seeds: [small.encoded(), [UInt8](repeating: 0, count: 8)]) {
      guard let archive = try? SafetensorsArchive(decoding: $0) else { return }
      _ = archive.tensors.map { ($0.elements(of: Float.self), $0.elements(of: Int32.self)) }
      _ = archive.encoded()
    }
  }

  private static func terminal() -> Target {
    let typed = [
      "q\u{1B}[A\u{1B}OB\u{1B}[<0;10;3M\u{1B}[<35;10;3m\u{1B}[200~pasted\n\u{1B}[201~ ",
      "\u{1B}[M !!\u{1B}[1;5C\u{1B}[15~\u{1B}\u{1B}\u{1B}[Z\t\r\u{7F}é語🙂",
    ].map { Array($0.utf8) }
    return Target(name: "terminal", seeds: typed) { bytes in
      var decoder = InputDecoder()
      for byte in String(decoding: bytes, as: UTF8.self).unicodeScalars {
        decoder.feed(.character(byte.value))
        if byte.value % 17 == 3 { decoder.feed(.unnamed) }
        _ = decoder.take()
      }
      decoder.flush()
      _ = decoder.take()
    }
  }

  /// The first byte chooses the file that the others are put in.
  private static func folder(_ run: String, _ scratch: String) throws -> Target {
    let names = [
      "run.json", "metrics.jsonl", "journal.jsonl", "rollouts.jsonl", "summary.json",
      "checkpoint.safetensors",
    ]
    let good = try names.map { try bytes("\(run)/\($0)") }
    let base = try bytes("\(run)/base.safetensors")
    let folder = scratch + "/run"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, content) in zip(names, good) { write(content, "\(folder)/\(name)") }
    write(base, folder + "/base.safetensors")
    // Of long logs the beginning is enough; of a checkpoint, what is in front of the numbers.
    let seeds = good.enumerated().map { [UInt8($0.offset)] + $0.element.prefix(12_000) }
    var count = 0
    return Target(name: "folder", seeds: seeds) { input in
      count += 1
      let file = Int(input.first ?? 0) % names.count
      let rest = file == 5 ? good[5].dropFirst(12_000) : []
      write(Array(input.dropFirst()) + rest, "\(folder)/\(names[file])")
      defer { write(good[file], "\(folder)/\(names[file])") }
      guard let recorded = try? RecordedRun(RunFolder(folder)) else { return }
      _ = RunReport(recorded).json
      if let history = try? RecordedHistory(recorded) {
        let watched = WatchedRun(
          recorded: history.snapshots, from: .recorded(name: "x", ending: "stopped"))
        if count.isMultiple(of: 8) { draw(DashboardState(watched)) }
      }
      if file == 5 {
        _ = try? recorded.policyParameters()
        if count.isMultiple(of: 16) { _ = try? recorded.forkPoint() }
      }
    }
  }

  private static func draw(_ state: DashboardState) {
    _ = DashboardScreen.render(
      state, size: ScreenSize(width: 120, height: 40), theme: .builtIn, glyphs: .braille)
  }

  /// The first byte chooses the file of a probe's stream.
  private static func stream(_ checkout: String, _ scratch: String) throws -> Target {
    let source = checkout + "/Tests/AttachedRunsTests/Fixtures/trl"
    let kinds = try FileManager.default.subpathsOfDirectory(atPath: source).sorted()
    let paths = kinds.filter { path in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: "\(source)/\(path)", isDirectory: &isFolder)
        && !isFolder.boolValue && !path.hasSuffix(".py") && !path.hasSuffix(".json")
    }
    let good = try paths.map { try bytes("\(source)/\($0)") }
    let seeds = good.enumerated().map { [UInt8($0.offset)] + $0.element.prefix(60_000) }
    return Target(name: "stream", seeds: seeds) { input in
      let file = Int(input.first ?? 0) % paths.count
      let target = scratch + "/stream/" + paths[file]
      let folder = (target as NSString).deletingLastPathComponent
      try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      write(Array(input.dropFirst()), target)
      var run = AttachedRun(path: folder)
      for _ in 0..<3 { _ = run.poll(isFinal: true) }
      _ = run.takeNotices()
      try? FileManager.default.removeItem(atPath: scratch + "/stream")
    }
  }

  /// Keys and clicks on a recorded run.
  private static func dashboard(_ run: String) throws -> Target {
    let history = try RecordedHistory(RecordedRun(RunFolder(run)))
    let opened = DashboardState(
      WatchedRun(recorded: history.snapshots, from: .recorded(name: "x", ending: "stopped")))
    var state = opened
    var count = 0
    let keys = Array(
      "<><>,.;':?/\t\r12345678zvcnhjkl[]{}+-=_tgTG!@#$ \u{1B}[A\u{1B}[B\u{1B}[C\u{1B}[D\u{1B}[5~"
        .utf8)
    return Target(name: "dashboard", seeds: [keys]) { bytes in
      count += 1
      if count.isMultiple(of: 50) { state = opened }
      var decoder = InputDecoder()
      for scalar in String(decoding: bytes.prefix(200), as: UTF8.self).unicodeScalars {
        decoder.feed(.character(scalar.value))
      }
      decoder.flush()
      for input in decoder.take() {
        guard let action = KeyBindingCatalog.action(for: input, in: state) else { continue }
        _ = state.reduce(action, at: Double(count))
      }
      if count.isMultiple(of: 4) { draw(state) }
    }
  }

  private static func write(_ bytes: [UInt8], _ path: String) {
    _ = FileManager.default.createFile(atPath: path, contents: Data(bytes))
  }
}
