internal import LocalFiles
public import PolicyObjectives

/// A run that another trainer makes, followed through the files that it leaves.
public struct AttachedRun {
  /// Where it stands.
  public enum State: Sendable, Hashable {
    /// Nothing has come yet; in words, what is waited for.
    case waiting(String)
    case underWay
    /// In words, why.
    case ended(String)
  }

  public let path: String
  /// `nil` while nothing is there that a format recognizes.
  private var folder: (any AttachedFormat)?
  private(set) var run: StreamRun
  private let start: ReadingStart
  /// Attempts that were overtaken by newer ones.
  private(set) var restarts = 0
  private let maspo: MASPOObjective
  private var said = 0
  private var saidFaults = 0

  /// - Parameters:
  ///   - path: the folder that a probe writes.
  ///   - maspo: what is held against the objective in force.
  public init(path: String, maspo: MASPOObjective = MASPOObjective()) {
    self.init(path: path, maspo: maspo, from: .beginning)
  }

  init(path: String, maspo: MASPOObjective = MASPOObjective(), from start: ReadingStart) {
    self.path = path
    self.start = start
    self.maspo = maspo
    run = StreamRun(maspo: maspo)
  }

  public var state: State {
    if run.words == nil {
      let signs = AttachedFormats.all.map { $0.sign }.joined(separator: ", ")
      return .waiting("a run in \(path.harmless): \(signs)")
    }
    guard run.hasEnded else { return .underWay }
    let end = run.ended.sorted { $0.key < $1.key }.first?.value
    let reason = end?.reason ?? "ended"
    return .ended((end?.message.map { "\(reason): \($0)" } ?? reason).harmless)
  }

  /// Whether older steps of a long stream were left aside.
  var hasSkipped: Bool { folder?.hasSkipped ?? false }

  /// Frames that could not be read.
  public var damagedCount: Int { folder?.damagedCount ?? 0 }

  /// Reads what has come since the last call.
  ///
  /// - Parameters:
  ///   - isFinal: whether nothing more will come: an end without its last bytes is then left aside
  ///     instead of waited for.
  ///   - limit: of a long stream the steps that are read now; a step may have a million tokens.
  /// - Returns: the steps that are complete now, in order.
  public mutating func poll(isFinal: Bool = false, steps limit: Int = .max) -> [AttachedStep] {
    var steps: [AttachedStep] = []
    var run = run
    var restarts = restarts
    let maspo = maspo
    if folder == nil { folder = AttachedFormats.format(of: path, from: start) }
    folder?.poll(
      isFinal: isFinal,
      restarted: {
        if run.words != nil { restarts += 1 }
        run = StreamRun(maspo: maspo)
      },
      take: {
        steps += run.take($0, rank: $1)
        return steps.count < limit
      })
    if steps.count < limit, isFinal || run.hasEnded { steps += run.finish() }
    self.run = run
    self.restarts = restarts
    return steps
  }

  /// What the probe and the files had to say since the last call, harmless to a terminal.
  public mutating func takeNotices() -> [String] {
    let notices = run.notices.dropFirst(said).compactMap(\.text).map(\.harmless)
    said = run.notices.count
    let known = folder?.faults ?? []
    let faults = known.dropFirst(saidFaults).map(\.harmless)
    saidFaults = known.count
    return notices + faults
  }

  /// Whose run it is, in a line.
  public var title: String {
    let words = run.words
    let trainer = [words?.trainer, words?.trainerVersion].compactMap { $0 }.joined(separator: " ")
    return [
      trainer, words?.model, words?.objective?.name,
      run.world > 1 ? "\(run.rankNumbers.count) of \(run.world) ranks" : nil,
    ].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " · ").harmless
  }
}
