internal import BoundedNumbers
internal import Dispatch
internal import RunKnowledge
internal import RunRecording
internal import Synchronization
internal import TrainingDashboard
internal import TrainingTelemetry

/// Reads a recorded run for the screen: a short one as a whole, of a long one the end at once and the
/// rest on a queue of its own.
struct RecordReading {
  /// Bytes of metrics that are read before the first frame: some 2,000 updates.
  private static let firstBytes = 2 << 20

  private let run: RecordedRun
  private let name: String
  private let ending: String

  /// - Parameters:
  ///   - name: as `maspo resume` takes it.
  ///   - ending: how the run ended, or that it is under way.
  init(_ run: RecordedRun, name: String, ending: String) {
    self.run = run
    self.name = name
    self.ending = ending
  }

  /// What the screen can show at once.
  ///
  /// - Throws: when `run.json` describes no run that this program knows.
  func begin() throws -> Beginning {
    let isLong = run.metricsByteCount > 2 * Self.firstBytes
    let history = try RecordedHistory(run, lastBytes: isLong ? Self.firstBytes : .max)
    let source = RunSource.recorded(
      name: name, ending: isLong ? words("reading its beginning …") : ending)
    return Beginning(
      run: WatchedRun(recorded: history.snapshots, from: source), warnings: history.warnings,
      rest: isLong ? RestReading(self) : nil)
  }

  /// A run as far as it has been read.
  struct Beginning {
    let run: WatchedRun
    /// What could not be read.
    let warnings: [String]
    /// Who reads the rest; `nil` where there is none.
    let rest: RestReading?
  }

  private func words(_ progress: String) -> String { "\(ending) · \(progress)" }

  /// The whole run.
  ///
  /// - Parameters:
  ///   - tell: gets what the header says meanwhile.
  ///   - goesOn: asked before each update; `false` stops.
  /// - Returns: `nil` when `goesOn` asked to stop.
  fileprivate func whole(
    tell: (RunSource) -> Void, goesOn: () -> Bool
  ) throws -> WholeRun? {
    let count = try run.metricsLineCount()
    let source = RunSource.recorded(name: name, ending: ending)
    var watched: WatchedRun?
    var number = 0
    var told = -1
    let warnings = try RecordedHistory.read(run) { snapshot, share in
      if number == 0 {
        watched = WatchedRun(recordedFrom: snapshot, count: count, from: source)
      } else {
        watched?.record(snapshot, number: number, of: count)
      }
      number += 1
      let percent = Int(bounded: share * 100)
      if percent > told {
        told = percent
        tell(.recorded(name: name, ending: words("\(percent)% read")))
      }
      return goesOn()
    }
    guard let warnings, let watched else { return nil }
    return WholeRun(watched, warnings: warnings)
  }
}

/// Reads the rest of a long run on a queue of its own while the screen shows its end.
///
/// `@unchecked Sendable`: everything is a constant or behind `shared`.
final class RestReading: @unchecked Sendable {
  private struct Shared {
    var isStopped = false
    var news: [RecordNews] = []
  }

  private let queue = DispatchQueue(label: "maspo.reading", qos: .utility)
  private let shared = Mutex(Shared())
  private let reading: RecordReading

  fileprivate init(_ reading: RecordReading) {
    self.reading = reading
  }

  /// - Parameters:
  ///   - prepareThread: called on the reading thread.
  ///   - signal: called when there is news to take.
  func start(prepareThread: @escaping @Sendable () -> Void, signal: @escaping @Sendable () -> Void)
  {
    queue.async { [self] in
      prepareThread()
      func tell(_ news: RecordNews) {
        shared.withLock { $0.news.append(news) }
        signal()
      }
      do {
        let whole = try reading.whole(
          tell: { tell(.source($0)) }, goesOn: { !shared.withLock { $0.isStopped } })
        if let whole { tell(.whole(whole)) }
      } catch {
        tell(.failed("\(error)"))
      }
    }
  }

  /// What has come since the last call.
  func takeNews() -> [RecordNews] {
    shared.withLock { shared in
      defer { shared.news = [] }
      return shared.news
    }
  }

  /// Gives up reading, and waits for that.
  func stop() {
    shared.withLock { $0.isStopped = true }
    queue.sync {}
  }
}
