internal import FoundationEssentials
internal import PolicyTraining
internal import TerminalCanvas
internal import Theming
internal import TrainingDashboard
internal import TrainingTelemetry

#if canImport(Glibc)
  internal import Glibc
#endif

/// Speed of the screen: drawing without a terminal, and the whole program in a pseudo-terminal.
struct ScreenBenchmark {
  let threads: Int
  let repetitions: Int
  let program: String

  /// Milliseconds for drawing a frame of each size, from the snapshots of a real run.
  func drawing() throws -> [BenchmarkReport.Figure] {
    var configuration = RunConfiguration()
    configuration.threads = threads
    configuration.apply(try Preset.named("heavy-reuse"))
    var states: [DashboardState] = []
    var state: DashboardState?
    try SteppedRun(configuration: configuration, iterations: 2, updates: 8).make { snapshot in
      if state == nil { state = DashboardState(snapshot: snapshot) }
      _ = state?.reduce(.snapshotArrived(snapshot), at: 0)
      if let state, snapshot.update != nil { states.append(state) }
    }
    let theme = try ThemeLibrary.ofThisMachine.standardTheme()
    return [(120, 40), (200, 60)].map { size in
      let times = (0..<max(20, 4 * repetitions)).map { index in
        1e3
          * seconds {
            _ = DashboardScreen.render(
              states[index % states.count], size: ScreenSize(width: size.0, height: size.1),
              theme: theme, glyphs: .braille)
          }
      }
      return BenchmarkReport.Figure(
        "frame \(size.0)x\(size.1)", "ms", Array(times.dropFirst(5)), "drawing, without a terminal")
    }
  }

  /// What a terminal of 120x40 sees of `maspo watch` at full pace.
  func watching() throws -> [BenchmarkReport.Figure] {
    let watch = [
      "watch", "--preset", "steady", "--no-record", "--pace", "full", "--threads", "\(threads)",
      "--no-user-config", "--no-remember",
    ]
    var starts: [Double] = []
    for _ in 0..<5 {
      let terminal = try ProgramInTerminal(program, watch)
      starts.append(1e3 * (try terminal.wait(for: ProgramInTerminal.frameEnd)))
      terminal.finish()
    }
    let terminal = try ProgramInTerminal(program, watch)
    defer { terminal.finish() }
    terminal.read(seconds: 2)
    let before = terminal.traffic
    terminal.read(seconds: 4)
    let frames = Double(terminal.traffic.frames - before.frames)
    let bytes = Double(terminal.traffic.bytes - before.bytes)
    var latencies: [Double] = []
    for index in 0..<60 {
      latencies.append(1e3 * (try terminal.wait(for: "Help", afterTyping: "?")))
      terminal.type("\u{1B}")
      // Irregular gaps: keys fall on every moment between two frames.
      terminal.read(seconds: 0.11 + 0.0037 * Double(index % 17))
    }
    terminal.type(" ")
    terminal.read(seconds: 1)
    let quiet = terminal.traffic.bytes
    let busy = terminal.processorSeconds
    terminal.read(seconds: 4)
    return [
      .init("first frame", "ms", starts, "from launch, base policy in the cache"),
      .init("frames", "1/s", [frames / 4], "in a terminal of 120x40, at full pace"),
      .init("bytes per frame", "bytes", [bytes / max(1, frames)], "written to that terminal"),
      .init("key latency", "ms", latencies, "from a key to its answer, at full pace"),
      .init(
        "paused", "% of a core", [(terminal.processorSeconds - busy) / 4 * 100],
        "\(terminal.traffic.bytes - quiet) bytes written in 4 s"),
    ]
  }

  /// The same iterations watched and headless, in turn.
  func paired() throws -> [BenchmarkReport.Figure] {
    let run = [
      "--no-record", "--iterations", "80", "--eval-every", "0", "--threads", "\(threads)",
      "--no-user-config",
    ]
    var shares: [Double] = []
    var memory: [Double] = []
    for _ in 0..<8 {
      let headless = try ProgramInTerminal(program, ["train", "--quiet"] + run)
      let alone = headless.waitForEnd()
      let watched = try ProgramInTerminal(
        program, ["watch", "--exit-at-end", "--no-remember", "--pace", "full"] + run)
      let together = watched.waitForEnd()
      shares.append(100 * alone.seconds / together.seconds)
    }
    for _ in 0..<3 {
      let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("maspo-benchmark-\(UUID().uuidString)")
      defer { try? FileManager.default.removeItem(at: folder) }
      let train = try ProgramInTerminal(
        program,
        [
          "train", "--quiet", "--no-user-config", "--run-dir", folder.path, "--iterations", "60",
          "--threads", "\(threads)",
        ])
      memory.append(train.waitForEnd().peakMegabytes)
    }
    return [
      .init(
        "watched / headless", "%", shares, "speed of 80 iterations, whole programs, in pairs"),
      .init("peak memory", "MB", memory, "of maspo train with recording, 60 iterations"),
    ]
  }
}
