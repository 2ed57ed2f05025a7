internal import ArgumentParser
internal import FoundationEssentials
internal import LocalFiles
internal import PolicyObjectives
internal import PolicyTraining
internal import ReasoningTasks
internal import RunComparison

#if canImport(Glibc)
  internal import Glibc
#endif

/// Objectives against each other, over seeds, with the statistics that such a claim needs.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare objectives over seeds, with confidence intervals.",
    discussion: """
      Trains every objective under every preset, task and seed, without a screen. Runs of one \
      seed share the base policy and the prompts. Two arms are always there: no_clip, and a \
      placebo, the reference with one weight moved by 1e-6 at the start, which shows how far two \
      runs drift apart by chance alone.

      Finished runs are kept in a folder and not made again: the same command goes on where it \
      was stopped. Numbers do not depend on --jobs, nor on --shard: with it, several machines make \
      one comparison in a folder that they share, --out, without a lock. Each writes a table of \
      what is finished by then and says what is missing; --finished-only makes the whole one.

      --format csv-curves is a line for each evaluation of each run, in the columns \
      \(CurveTable.columns.map(\.name).joined(separator: ", ")).

      Exit status: 0 when the table, or the share, is complete, 1 for a mistake or an error, 130 \
      when a signal stopped it (the table of what is finished is still written).
      """)

  @Option(
    help: ArgumentHelp(
      "Objectives, separated by commas, each with settings if wanted: maspo:sigma_base=0.2,grpo. "
        + "'all' stands for the whole catalog.", valueName: "list"))
  var objectives = "maspo,grpo"

  @Option(help: "Presets, separated by commas, or 'all'.")
  var preset = Preset.reuse.name

  @Option(help: "Tasks, separated by commas, or 'all'. (default: chain)")
  var task: String?

  @Option(
    help: ArgumentHelp(
      "JSON Lines file with a task of your own, beside those of --task or alone.",
      valueName: "file"), completion: .file())
  var taskFile: String?

  @Option(help: "A count (8), a range (3-10) or a list (1,4,9) of seeds.")
  var seeds = "4"

  @Option(
    parsing: .unconditional,
    help: "One base policy for all seeds, from this seed; otherwise each seed has its own.")
  var baseSeed: UInt64?

  @Option(
    help: ArgumentHelp(
      "Replaces each objective that has the knob by one for each value; 'asymmetry' is both "
        + "risk coefficients of MASPO.", valueName: "knob=values"))
  var sweep: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "A setting of the run for all objectives, such as --set epochs=2. Repeatable.",
      valueName: "name=value"))
  var settings: [String] = []

  @Option(help: "The objective to compare with; grpo if it is there, else the first.")
  var reference: String?

  @Option(parsing: .unconditional, help: "Runs made at a time; the numbers do not depend on it.")
  var jobs = max(1, ProcessInfo.processInfo.activeProcessorCount)

  @Option(
    help: ArgumentHelp(
      "Make the K-th of N shares of the runs, such as 3/16; the others are made elsewhere.",
      valueName: "k/n"))
  var shard: String?

  @Option(parsing: .unconditional, help: "Iterations of each run; otherwise the preset's.")
  var iterations: Int?
  @Option(parsing: .unconditional, help: .of("eval-every")) var evalEvery: Int?
  @Option(parsing: .unconditional, help: .of("eval-prompts")) var evalPrompts: Int?
  @Option(parsing: .unconditional, help: .of("eval-samples")) var evalSamples: Int?
  @Option(parsing: .unconditional, help: .of("warm-steps")) var warmSteps: Int?

  @Option(
    help: "\(ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")).",
    transform: { text in
      guard let format = ReportFormat(rawValue: text) else {
        let known = ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--format \(text): there are \(known)")
      }
      return format
    })
  var format = ReportFormat.table

  @Option(help: "Folder of the finished runs.")
  var out: String?

  @Flag(help: "Make no run: report what is finished.")
  var finishedOnly = false

  @Flag(help: "No progress on standard error.")
  var quiet = false

  func run() throws {
    let plan = try makePlan()
    let shard = try shard.map { try ComparisonShard(parsing: $0) }
    let folder = out.map { URL(fileURLWithPath: $0, isDirectory: true) }
    let store = ResultStore(folder: folder ?? ResultStore.defaultFolder)
    let progress = CompareProgress(isQuiet: quiet)
    let runner = ComparisonRunner(plan: plan, store: store, jobs: jobs, shard: shard) {
      progress.report($0)
    }
    let signals = StopSignals { runner.stop() }
    let results: [RunResult]
    do {
      results = try runner.perform(onlyFinished: finishedOnly)
    } catch {
      progress.end()
      throw error
    }
    signals.cancel()
    progress.end()
    let report = try ComparisonReport(plan: plan, results: results, shard: shard)
    let summary = report.summary
    try printOutput(try report.text(as: format), terminator: "")
    if format == .table, let plot = SweepPlot(plan: plan, summary: summary) {
      try printOutput("\n" + plot.text(), terminator: "")
    }
    // A table says so itself; files for programs have no place for it.
    if format != .table { for line in report.missing { printError(line) } }
    if runner.isStopped, summary.finishedRuns < summary.plannedRuns {
      printError(
        "stopped; \(summary.finishedRuns) of \(summary.plannedRuns) runs are kept in "
          + "\(store.folder.path), and the same command goes on from there")
      throw ExitStatus.signal(SIGINT).code
    }
  }

  func validate() throws {
    guard (1...256).contains(jobs) else {
      throw ValidationError("--jobs \(jobs): allowed is 1 … 256")
    }
  }

  private func makePlan() throws -> ComparisonPlan {
    var template = RunConfiguration()
    template.iterationLimit = iterations
    if let evalEvery { template.evaluation.interval = evalEvery }
    if let evalPrompts { template.evaluation.promptCount = evalPrompts }
    if let evalSamples { template.evaluation.samplesPerPrompt = evalSamples }
    if let warmSteps { template.warmStart.steps = warmSteps }
    let arms = Self.words(objectives, all: ObjectiveCatalog.names)
    let presets = Self.words(preset, all: Preset.all.map(\.name))
    return try ComparisonPlan(
      arms: try arms.map { try ComparisonArm(parsing: $0) }, reference: reference,
      presets: try presets.map { try Preset.named($0) },
      tasks: try makeTasks(),
      seeds: try ComparisonPlan.seeds(parsing: seeds), baseSeed: baseSeed,
      sweep: try sweep.map { try ComparisonPlan.Sweep(parsing: $0) },
      settings: try settings.map { try ComparisonArm.Setting(parsing: $0) }, template: template)
  }

  private func makeTasks() throws -> [any ReasoningTask] {
    let own = try taskFile.map { try FileTask(file: $0) }
    let names = task ?? (own == nil ? TaskCatalog.names[0] : "")
    return try Self.words(names, all: TaskCatalog.names).map { try TaskCatalog.task(named: $0) }
      + (own.map { [$0] } ?? [])
  }

  private static func words(_ text: String, all: [String]) -> [String] {
    text == "all" ? all : text.split(separator: ",").map(String.init)
  }
}
