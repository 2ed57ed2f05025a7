/// How far a comparison is.
public struct ProgressReport: Sendable, Hashable {
  public var finishedRuns: Int
  public var runCount: Int
  /// Share of the computing that is done, in [0, 1], runs found finished included.
  public var share: Double
  /// Wall seconds left at the speed so far; `nil` before there is one.
  public var secondsLeft: Double?

  public init(finishedRuns: Int, runCount: Int, share: Double, secondsLeft: Double?) {
    self.finishedRuns = finishedRuns
    self.runCount = runCount
    self.share = share
    self.secondsLeft = secondsLeft
  }
}
