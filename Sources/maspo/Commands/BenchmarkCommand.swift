internal import ArgumentParser
internal import FoundationEssentials
internal import PolicyTraining
internal import TinyTransformer

/// Speed on this machine, of every part that a person waits for.
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark", abstract: "Measure speed on this machine.",
    discussion: """
      Medians over repetitions of the reference configuration: task chain, preset steady. Compare \
      figures of one run with each other: neighbors on the same machine change all of them. \
      Needs about two minutes, and an idle machine to mean anything.
      """)

  @Flag(help: "One JSON object instead of tables.")
  var json = false

  @Option(parsing: .unconditional, help: "Threads that compute.")
  var threads = min(4, max(1, ProcessInfo.processInfo.activeProcessorCount))

  @Option(parsing: .unconditional, help: "Repetitions of an iteration; other parts follow it.")
  var repetitions = 30

  @Flag(help: "Leave out how cost grows with batch, context, width and layers.")
  var noScaling = false

  @Flag(help: "Leave out what needs a terminal: frames, keys, memory.")
  var noTerminal = false

  @Flag(
    help: "Measure only how a run of another trainer is followed; writes 2 GiB and removes them.")
  var attached = false

  func validate() throws {
    for (name, value, allowed) in [
      ("threads", threads, 1...256), ("repetitions", repetitions, 1...10_000),
    ] where !allowed.contains(value) {
      throw ConfigurationError.outOfRange(
        name: name, value: "\(value)", allowed: "\(allowed.lowerBound) … \(allowed.upperBound)")
    }
  }

  func run() throws {
    var report = BenchmarkReport(
      version: Maspo.version, instructionSet: KernelLevel.best.name, threads: threads)
    if attached {
      report.figures += try AttachedBenchmark(program: "/proc/self/exe").figures(note: note)
      try printOutput(json ? try report.json() : report.text)
      return
    }
    let peak = MachinePeak.operationsPerSecond(Float.self, threads: threads)
    report.figures.append(
      .init("multiply-add peak", "FLOP/s", [peak], "single precision, in registers, best of 8"))
    let training = TrainingBenchmark(threads: threads, repetitions: repetitions)
    note("iterations")
    report.figures += try training.iterations(peak: peak, notes: note)
    report.figures.append(try training.warmStart())
    note("objective kernel")
    let kernel = KernelBenchmark(threads: threads, repetitions: repetitions)
    report.figures.append(kernel.figure(Float.self, precision: "single"))
    report.figures.append(kernel.figure(Double.self, precision: "double"))
    note("screen")
    let screen = ScreenBenchmark(
      threads: threads, repetitions: repetitions, program: "/proc/self/exe")
    report.figures += try screen.drawing()
    if noTerminal {
      report.omissions.append("what needs a terminal (--no-terminal)")
    } else {
      do {
        report.figures += try screen.watching()
        note("watched and headless, in pairs")
        report.figures += try screen.paired()
      } catch let failure as ProgramInTerminal.Failure {
        report.omissions.append("what needs a terminal: \(failure)")
      }
    }
    if noScaling {
      report.omissions.append("scaling (--no-scaling)")
    } else {
      note("scaling")
      report.scaling = training.scaling()
    }
    try printOutput(json ? try report.json() : report.text)
  }

  /// Progress, for a person.
  private func note(_ text: String) {
    printError("maspo benchmark: \(text)")
  }
}
