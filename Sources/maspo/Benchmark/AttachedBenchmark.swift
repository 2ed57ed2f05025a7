internal import AttachedRuns
internal import FoundationEssentials
internal import LocalFiles
internal import RepeatableRandom

#if canImport(Glibc)
  internal import Glibc
#endif

/// How a run of another trainer is followed at the size of a real one: a million tokens a step.
struct AttachedBenchmark {
  /// Answers of a rollout, their tokens, and optimizer steps from each rollout.
  static let answers = 512
  static let tokens = 2048
  static let passes = 2

  let program: String
  /// Bytes of the stream that is opened.
  var byteCount = 2 << 30

  func figures(note: (String) -> Void) throws -> [BenchmarkReport.Figure] {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-attached-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    note("a stream of \(byteCount >> 20) MiB")
    var stream = SyntheticStream(folder: folder.path)
    while stream.byteCount < byteCount { try stream.addRollout() }
    note("attached")
    let attach = ["attach", folder.path, "--no-user-config", "--no-remember"]
    var frames: [Double] = []
    var steps: [Double] = []
    // What the header says as soon as there is a step; numbers are written digit by digit.
    let mark = "attached"
    for _ in 0..<3 {
      let terminal = try ProgramInTerminal(program, attach)
      frames.append(1e3 * (try terminal.wait(for: ProgramInTerminal.frameEnd)))
      steps.append(1e3 * (try terminal.wait(for: mark)))
      terminal.finish()
    }
    let terminal = try ProgramInTerminal(program, attach)
    _ = try terminal.wait(for: mark)
    // The curves of what came before are read until the program has nothing to do.
    for _ in 0..<180 {
      let known = terminal.processorSeconds
      terminal.read(seconds: 1)
      if terminal.processorSeconds - known < 0.1 { break }
    }
    let before = terminal.processorSeconds
    let start = ContinuousClock.now
    var latencies: [Double] = []
    for _ in 0..<6 {
      // Both steps of a rollout, a second apart.
      for part in try stream.nextRollout() {
        try stream.append(part)
        terminal.read(seconds: 0.6)
        latencies.append(1e3 * (try terminal.wait(for: "Help", afterTyping: "?")))
        terminal.type("\u{1B}")
        terminal.read(seconds: 0.35)
      }
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let share = 100 * (terminal.processorSeconds - before) / seconds
    terminal.type("q")
    let peak = terminal.waitForEnd().peakMegabytes
    return [
      .init("attached: first frame", "ms", frames, "from launch, of a stream of 2 GiB"),
      .init("attached: first step", "ms", steps, "from launch until one of the newest is shown"),
      .init("attached: following", "% of a core", [share], "a step of a million tokens a second"),
      .init("attached: key latency", "ms", latencies, "from a key to its answer, meanwhile"),
      .init("attached: peak memory", "MB", [peak], "after all that"),
    ]
  }
}

/// A stream as a probe would write it, of answers that were drawn at random.
private struct SyntheticStream {
  private typealias Tensor = SafetensorsArchive.Tensor

  private let folder: String
  private(set) var byteCount = 0
  private(set) var step = 0
  private var rollout = 0
  private var segment = 0
  private var segmentBytes = 0
  private let columns: Columns

  private static let segmentLimit = 64 << 20
  private static let vocabulary = 1000

  /// The same for every rollout but for the numbers of its answers: drawing is not what is measured.
  private struct Columns {
    var ids: [UInt32] = []
    var old: [Float16] = []
    var differences: [[Float16]] = []
    var entropies: [Float16] = []
    var rewards: [Float] = []
    var advantages: [Float] = []
  }

  init(folder: String) {
    self.folder = folder
    var random = RepeatableGenerator(seed: 1)
    var columns = Columns()
    let count = AttachedBenchmark.answers * AttachedBenchmark.tokens
    columns.differences = [[Float16](repeating: 0, count: count), []]
    for _ in 0..<count {
      columns.ids.append(UInt32(random.uniform() * Double(Self.vocabulary)))
      let probability = 1 - random.uniform() * random.uniform() * 0.999
      columns.old.append(Float16(log(probability)))
      columns.differences[1].append(Float16(0.1 * random.normal() * (1 - probability)))
      columns.entropies.append(Float16(1.5 * (1 - probability)))
    }
    for answer in 0..<AttachedBenchmark.answers {
      let isRight = (answer % 8) < 1 + answer / 64
      columns.rewards.append(isRight ? 1 : 0)
      columns.advantages.append(isRight ? 1 : -0.5)
    }
    self.columns = columns
  }

  /// The frames of the next rollout, by step.
  mutating func nextRollout() throws -> [[UInt8]] {
    rollout += 1
    let count = AttachedBenchmark.answers
    let sequences = (0..<count).map { UInt64(rollout * count + $0) }
    let lengths = Tensor(
      "length", [UInt32](repeating: UInt32(AttachedBenchmark.tokens), count: count))
    let head = StreamFrame.encode(
      "rollout", words: #"{"rollout":\#(rollout - 1),"step":\#(step)}"#,
      [
        Tensor("seq", sequences), lengths,
        Tensor("group", (0..<count).map { UInt32($0 / 8) }),
        Tensor("reward", columns.rewards), Tensor("advantage", columns.advantages),
        Tensor("ids", columns.ids), Tensor("old", columns.old),
      ])
    return (0..<AttachedBenchmark.passes).map { pass in
      step += 1
      let update = StreamFrame.encode(
        "update",
        words: #"{"step":\#(step),"micro":0,"epoch":\#(pass),"denominator":1048576,"loss":0.01}"#,
        [
          Tensor("seq", sequences), lengths, Tensor("d", columns.differences[pass]),
          Tensor("entropy", columns.entropies), Tensor("log_sum_sq", columns.entropies.map { -$0 }),
        ])
      let end = StreamFrame.encode(
        "step", words: #"{"step":\#(step),"dropped":0,"learning_rate":1e-6}"#)
      return (pass == 0 ? head : []) + update + end
    }
  }

  mutating func addRollout() throws {
    for part in try nextRollout() { try append(part) }
  }

  mutating func append(_ frames: [UInt8]) throws {
    var frames = frames
    if segmentBytes == 0 || segmentBytes > Self.segmentLimit {
      if segmentBytes > 0 { segment += 1 }
      segmentBytes = 0
      frames = Self.beginning + frames
    }
    let number = String(segment)
    let name = "rank-00000.0001.\(String(repeating: "0", count: 6 - number.count))\(number).msp"
    let file = try SafeFile.open(folder + "/" + name, O_WRONLY | O_APPEND | O_CREAT)
    defer { SafeFile.close(file) }
    let code = SafeFile.write(frames, to: file)
    guard code == 0 else { throw FileError.system(operation: "write", path: name, code: code) }
    byteCount += frames.count
    segmentBytes += frames.count
  }

  /// What every segment begins with, and the pieces of the vocabulary.
  private static let beginning: [UInt8] = {
    let pieces = (0..<vocabulary).map { Array(" w\($0)".utf8) }
    return StreamFrame.encode(
      "run",
      words: #"{"trainer":"benchmark","world":1,"rank":0,"old":"trainer","passes":2,"#
        + #""objective":{"name":"grpo"},"aggregation":"token-mean","attempt":1}"#)
      + StreamFrame.encode(
        "pieces", words: "{}",
        [
          Tensor("ids", (0..<vocabulary).map { UInt32($0) }),
          Tensor("length", pieces.map { UInt32($0.count) }),
          Tensor("bytes", pieces.flatMap { $0 }),
        ])
  }()
}
