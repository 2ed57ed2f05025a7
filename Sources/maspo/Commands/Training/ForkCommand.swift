internal import ArgumentParser
internal import FoundationEssentials
internal import PolicyTraining
internal import RunComparison
internal import RunKnowledge
internal import RunRecording
internal import TrainingTelemetry

#if canImport(Glibc)
  internal import Glibc
#endif

/// What a change would do to a recorded run from one of its states, with the statistics that such a
/// claim needs; or a run that goes on from there with it.
struct ForkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fork",
    abstract: "What would this change do from here? Paired continuations of a recorded run.",
    discussion: """
      Continues the exact state of a run several times: unchanged, changed, and as a placebo, \
      unchanged with one weight moved by 1e-6, which shows what chance alone does. Replica i has \
      the same prompts and samples in every arm; replica 1 has the run's own, so that unchanged it \
      is the run. The words are about mean Avg@k since the fork: better, worse, or not told apart \
      from chance. The run itself is not touched.

      Finished replicas are kept and not made again: the same command goes on where it was stopped. \
      With --into nothing is compared: a new run goes on from there with the change.

      Exit status: 0 when the table is complete, 1 for a mistake or an error, 130 when a signal \
      stopped it (the table of what is finished is still written).
      """)

  @OptionGroup var recorded: RecordedRunArgument

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "A knob to change, such as --set sigma_base=0.2; 'asymmetry' is both risk coefficients of "
        + "MASPO. Repeatable.", valueName: "name=value"))
  var settings: [String] = []

  @Option(help: "An objective to change to; knobs that it has are meant for it.")
  var objective: ObjectiveName?

  @Option(
    name: .customLong("from"), parsing: .unconditional,
    help: ArgumentHelp(
      "Fork right after this update, computed anew; otherwise at the last checkpoint.",
      valueName: "update"))
  var update: Int?

  @Option(help: "A count (8), a range (9-16) or a list (1,4,9) of replicas.")
  var replicas = "8"

  @Option(
    parsing: .unconditional,
    help:
      "Iterations to go on; 10, and with --into to the run's own end if that is still to come.")
  var iterations: Int?

  @Option(parsing: .unconditional, help: .of("eval-prompts")) var evalPrompts: Int?
  @Option(parsing: .unconditional, help: .of("eval-samples")) var evalSamples: Int?

  @Option(
    parsing: .unconditional, help: "Replicas made at a time; the numbers do not depend on it.")
  var jobs = max(1, ProcessInfo.processInfo.activeProcessorCount)

  @Option(help: "Folder of the finished replicas.")
  var out: String?

  @Option(help: ArgumentHelp("Folder of a new run that goes on with the change.", valueName: "run"))
  var into: String?

  @Flag(help: "One JSON object; with --into, one per iteration and a final summary.")
  var json = false

  @Flag(help: "No progress on standard error.")
  var quiet = false

  private static let standardIterations = 10

  func validate() throws {
    guard (1...256).contains(jobs) else {
      throw ValidationError("--jobs \(jobs): allowed is 1 … 256")
    }
    if let iterations { try Self.check(iterations, "iterations", in: 1...100_000) }
    if let evalPrompts { try Self.check(evalPrompts, "eval-prompts", in: 1...10_000) }
    if let evalSamples { try Self.check(evalSamples, "eval-samples", in: 1...1024) }
    if into?.isEmpty == true { throw ValidationError("--into: the name is empty") }
  }

  private static func check(_ value: Int, _ name: String, in range: ClosedRange<Int>) throws {
    guard range.contains(value) else {
      throw ConfigurationError.outOfRange(
        name: name, value: "\(value)", allowed: "\(range.lowerBound) … \(range.upperBound)")
    }
  }

  func run() throws {
    let run = try RecordedRun(recorded.folder)
    let change = RunChange(
      objective: objective?.name,
      settings: try settings.map { text in
        let (name, value) = try RunOptions.parseSetting(text)
        return KnobSetting(name: name, value: value)
      })
    guard let point = try forkPoint(of: run) else { return }
    let replicas = into == nil ? try ForkPlan.replicas(parsing: replicas) : [1]
    let plan = try ForkPlan(
      from: point, change: change, replicas: replicas,
      iterations: iterations ?? Self.standardIterations, evaluation: evaluation(of: point))
    if let into {
      try goOn(in: into, from: run, plan)
    } else {
      try compare(plan)
    }
  }

  private func evaluation(of point: ForkPoint) -> EvaluationSettings? {
    guard evalPrompts != nil || evalSamples != nil else { return nil }
    var settings = point.configuration.evaluation
    settings.interval = ((iterations ?? Self.standardIterations) + 1) / 2
    if let evalPrompts { settings.promptCount = evalPrompts }
    if let evalSamples { settings.samplesPerPrompt = evalSamples }
    return settings
  }

  /// - Returns: `nil` never at present: nothing asks to stop.
  private func forkPoint(of run: RecordedRun) throws -> ForkPoint? {
    guard let update else { return try run.forkPoint() }
    let isTerminal = isatty(STDERR_FILENO) == 1 && !quiet
    defer { if isTerminal { StandardStreams.writeError("\r\u{1B}[K") } }
    return try run.forkPoint(after: update, threads: jobs) { made, count in
      if isTerminal, made % 50 == 0 {
        StandardStreams.writeError("\r\u{1B}[Kcomputing the state: update \(made) of \(count)")
      }
      return true
    }
  }

  private func compare(_ plan: ForkPlan) throws {
    let folder = out.map { URL(fileURLWithPath: $0, isDirectory: true) }
    let store = ResultStore(folder: folder ?? ResultStore.defaultForkFolder)
    let progress = CompareProgress(isQuiet: quiet)
    let runner = ComparisonRunner(plan: plan, store: store, jobs: jobs) { progress.report($0) }
    let signals = StopSignals { runner.stop() }
    let results: [RunResult]
    do {
      results = try runner.perform()
    } catch {
      progress.end()
      throw error
    }
    signals.cancel()
    progress.end()
    let summary = ForkSummary(plan: plan, results: results)
    try printOutput(json ? try summary.json() : summary.text, terminator: "")
    if runner.isStopped, results.count < (try plan.runs().count) {
      printError(
        "stopped; \(counted(results.count, "replica")) of \(try plan.runs().count) are kept in "
          + "\(store.folder.path), and the same command goes on from there")
      throw ExitStatus.signal(SIGINT).code
    }
  }

  private func goOn(in name: String, from run: RecordedRun, _ plan: ForkPlan) throws {
    let folder =
      name.contains("/") ? RunFolder(name) : RunFolder(RecordingOptions.root + "/" + name)
    let begun = plan.point.position.iteration
    let ownEnd = run.iterationLimit.flatMap { $0 > begun ? $0 : nil }
    let end = iterations.map { begun + $0 } ?? ownEnd ?? begun + Self.standardIterations
    let settings = CheckpointOptions.standardSettings
    try ForkedRun.begin(
      in: folder, from: run, at: plan.point, change: plan.change, iterationLimit: end,
      program: settings.program)
    let resumed = try ResumedRun(folder, settings: settings)
    try HeadlessRun(writesJSON: json, writesProgress: !quiet).run(
      PreparedRun(
        configuration: resumed.configuration, resumePoint: resumed.resumePoint,
        recorder: resumed.recorder))
  }
}
