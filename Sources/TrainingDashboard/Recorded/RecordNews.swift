public import RunKnowledge
import TrainingTelemetry

/// News of a long recorded run: its end is on the screen, and the rest is being read.
public enum RecordNews: Sendable, Hashable {
  /// What the header says of the run meanwhile.
  case source(RunSource)
  /// The whole run.
  case whole(WholeRun)
  /// The rest cannot be read.
  case failed(String)
}

/// A run of which every recorded update has been read. Two are equal when they are the same object:
/// nobody wants to compare a hundred thousand snapshots.
public final class WholeRun: Sendable, Hashable {
  let run: WatchedRun
  let warnings: [String]

  public init(_ run: WatchedRun, warnings: [String]) {
    self.run = run
    self.warnings = warnings
  }

  public static func == (left: WholeRun, right: WholeRun) -> Bool { left === right }

  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

extension DashboardState {
  /// - Parameter lane: of which of several runs it is.
  mutating func take(_ news: RecordNews, lane: Int, at time: Double) -> [DashboardEffect] {
    if let shown = race?.shown, shown != lane {
      takeOfAnother(news, lane: lane, at: time)
      return []
    }
    switch news {
    case .source(let source): run.source = source
    case .failed(let reason):
      say("the earlier updates cannot be read: \(reason)", .warning, at: time)
    case .whole(let whole):
      let moments = run.moments
      let looked = past.map { moments[$0.number].position }
      run = whole.run
      warn(whole.warnings)
      past = looked.flatMap { position in
        run.moments.firstNumber(atOrAfter: position.total).map {
          PastView(number: $0, run: run.past($0))
        }
      }
      recomputation.requested = nil
      clampSelection()
      return recomputeIfWanted()
    }
    return []
  }

  private mutating func takeOfAnother(_ news: RecordNews, lane: Int, at time: Double) {
    switch news {
    case .source(let source): race?.setSource(source, lane: lane)
    case .whole(let whole): race?.replace(lane, with: whole.run)
    case .failed(let reason):
      let label = race?.lanes[lane].label ?? ""
      say("the earlier updates of \(label) cannot be read: \(reason)", .warning, at: time)
    }
  }
}
