internal import BoundedNumbers
internal import FoundationEssentials
internal import RunComparison
internal import RunKnowledge
internal import Synchronization
internal import TerminalCanvas

#if canImport(Glibc)
  internal import Glibc
#endif

/// The progress of a comparison on standard error: a bar that is drawn over on a terminal, a line
/// now and then elsewhere.
final class CompareProgress: Sendable {
  private static let barWidth = 24

  private let isQuiet: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let lastShown = Mutex(ContinuousClock.now - .seconds(3600))

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
  }

  func report(_ event: ComparisonEvent) {
    guard !isQuiet else { return }
    switch event {
    case .notice(let text): say(text)
    case .basePolicy(let number, let count, let step, let stepCount):
      show("base policy \(number) of \(count): step \(step) of \(stepCount)")
    case .progress(let report): show(Self.line(report))
    case .finished(let result):
      if !isTerminal {
        say(
          "\(result.task) \(result.preset) seed \(result.seed) \(result.arm.label): "
            + "mean \(NumberFormat.fixed(result.meanAverage, decimals: 3)) "
            + "final \(NumberFormat.fixed(result.finalAverage, decimals: 3)), "
            + "\(NumberFormat.fixed(result.seconds, decimals: 0)) s")
      }
    }
  }

  /// Leaves a clean line behind.
  func end() {
    if isTerminal, !isQuiet { StandardStreams.writeError("\r\u{1B}[K") }
  }

  static func line(_ report: ProgressReport) -> String {
    let full = Int(bounded: (report.share * Double(barWidth)).rounded(.down))
    let bar =
      String(repeating: "█", count: full) + String(repeating: "·", count: barWidth - full)
    let left = report.secondsLeft.map { ", \(NumberFormat.duration(seconds: $0)) left" } ?? ""
    return "\(bar) \(report.finishedRuns)/\(report.runCount) runs, "
      + NumberFormat.percent(report.share, decimals: 1) + left
  }

  private func show(_ line: String) {
    let interval: Duration = isTerminal ? .milliseconds(200) : .seconds(30)
    let isDue = lastShown.withLock { last in
      guard last.duration(to: .now) > interval else { return false }
      last = .now
      return true
    }
    guard isDue else { return }
    if isTerminal {
      StandardStreams.writeError("\r\u{1B}[K\(line)")
    } else {
      printError(line)
    }
  }

  private func say(_ text: String) {
    end()
    printError(text)
  }
}
