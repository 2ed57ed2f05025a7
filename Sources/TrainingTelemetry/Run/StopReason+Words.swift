extension RunStatus.StopReason {
  /// How the end of a run is told, in each place that tells of it. What a program ends with is
  /// its own to map.
  public struct Words: Sendable, Hashable {
    /// A line of the journal; `nil` for an end that was asked for or told otherwise.
    public var journal: String?
    /// What a program says on standard error, where nothing has been said yet; `nil` for an end
    /// that was asked for or that a breakpoint has told of.
    public var trouble: String?
    /// A line for logs, always.
    public var log: String
    /// What is said on the terminal after the screen is gone; `nil` for an end as it should be.
    public var closing: String?
    /// Why a panel has nothing to show.
    public var panel: String
  }

  public var words: Words {
    switch self {
    case .iterationLimit:
      Words(
        log: "finished: the last iteration is done",
        panel: "the run has reached its last iteration.")
    case .requested: Words(log: "stopped on request", panel: "the run was stopped.")
    case .breakpoint(let what):
      Words(
        log: "stopped at a breakpoint", closing: "stopped at a breakpoint: \(what)",
        panel: "stopped at a breakpoint, \(what).")
    case .ended(let why):
      Words(log: "the trainer ended: \(why)", panel: "its trainer ended it, \(why).")
    case .nonFinite(let what):
      Words(
        journal: "stopped on the last good state: \(what)",
        trouble: "stopped on the last good state: \(what)",
        log: "error: stopped on the last good policy: \(what)",
        closing: "stopped on the last good policy: \(what)",
        panel: "stopped at a non-finite number, \(what).")
    case .failed(let what):
      Words(
        journal: what, trouble: "error: \(what)", log: "error: the run cannot go on: \(what)",
        closing: "the run could not go on: \(what)", panel: "the run failed, \(what).")
    }
  }
}
