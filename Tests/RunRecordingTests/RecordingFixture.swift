import PolicyTraining
import ReasoningTasks
import TestSupport
import Testing
import TrainingTelemetry

@testable import PolicyTraining
@testable import RunRecording

/// Short runs of a small policy that is right now and then.
enum RecordingFixture {
  static let base: BasePolicy = {
    var configuration = Self.configuration
    configuration.warmStart.steps = 600
    configuration.warmStart.stallThreshold = 0
    do {
      // Kept for the next time, under a key with all that determines it.
      let source = BasePolicySource(
        configuration, cacheFolder: CheckoutFolder.url(named: "base-policies"))
      guard let policy = try source.find(observer: { _, _ in true }) else {
        preconditionFailure("the observer never asks to stop")
      }
      return policy
    } catch {
      preconditionFailure("no base policy for the tests: \(error)")
    }
  }()

  static var configuration: RunConfiguration {
    var configuration = RunConfiguration()
    // Right answers are frequent here after half a warm start.
    configuration.choose(CountdownTask())
    configuration.schedule.minibatches = 2
    configuration.schedule.epochs = 2
    configuration.schedule.promptsPerIteration = 4
    configuration.optimizer.rampIterations = 0
    configuration.optimizer.learningRate = 3e-4
    configuration.evaluation.promptCount = 4
    configuration.evaluation.samplesPerPrompt = 4
    configuration.evaluation.interval = 2
    configuration.iterationLimit = 4
    return configuration
  }

  /// A checkpoint after every step, tokens in every iteration.
  static var settings: RunRecorder.Settings {
    var settings = RunRecorder.Settings(program: "maspo test")
    settings.checkpointInterval = 0
    settings.tokenInterval = 1
    return settings
  }

  /// Where a new run begins, without looking for a base policy in the cache.
  static func start(_ configuration: RunConfiguration = configuration) throws -> ResumePoint {
    let run = try TrainingRun(configuration, base: base)
    return ResumePoint(base: base, checkpoint: run.checkpoint, commands: [], history: [])
  }

  /// Runs to the end and returns the summary with all events that a watcher sees.
  static func run(
    _ configuration: RunConfiguration, from point: ResumePoint, observer: (any RunObserver)?,
    commands: [TrainerCommand] = [], endingAt breakpoint: Breakpoint? = nil
  ) throws -> (summary: RunSummary, events: [TrainingEvent]) {
    var options = TrainerOptions()
    options.setPace(nil)
    options.observer = observer
    options.resumePoint = point
    if let breakpoint {
      options.breakpoints = [breakpoint]
      options.endsAtBreakpoint = true
    }
    let mailbox = CommandMailbox()
    let snapshots = SnapshotMailbox()
    for command in commands { mailbox.post(command) }
    let trainer = Trainer(
      configuration, options: options, commands: mailbox, snapshots: snapshots)
    trainer.start()
    trainer.waitUntilFinished()
    return (try #require(trainer.summary), snapshots.take()?.events ?? [])
  }
}

/// Passes everything on to another observer, and posts commands or stops after given steps.
///
/// `@unchecked Sendable`: touched on the trainer's queue alone.
final class SteppingObserver: RunObserver, @unchecked Sendable {
  private let inner: any RunObserver
  private let onStep: (Int, TrainingRun) -> Void
  private var steps = 0

  init(_ inner: any RunObserver, onStep: @escaping (Int, TrainingRun) -> Void) {
    self.inner = inner
    self.onStep = onStep
  }

  func runBegan(_ run: TrainingRun, base: BasePolicy) { inner.runBegan(run, base: base) }
  func commandTaken(_ command: TrainerCommand, at position: UpdatePosition) {
    inner.commandTaken(command, at: position)
  }
  func eventsHappened(_ events: [TrainingEvent]) { inner.eventsHappened(events) }
  func wantsTokens(ofUpdateAfter position: UpdatePosition, in run: TrainingRun) -> Bool {
    inner.wantsTokens(ofUpdateAfter: position, in: run)
  }
  func tokensRecorded(_ group: GroupRecord) { inner.tokensRecorded(group) }
  func stepDone(_ run: TrainingRun) {
    inner.stepDone(run)
    steps += 1
    onStep(steps, run)
  }
  func takeNotices() -> [Notice] { inner.takeNotices() }
  var trouble: String? { inner.trouble }
  func runEnded(_ run: TrainingRun, reason: RunStatus.StopReason) {
    inner.runEnded(run, reason: reason)
  }
}
