public import PolicyObjectives
import TerminalCanvas
public import TrainingTelemetry

/// σ_base solved such that the total removed share of a minibatch stays what it was while another
/// knob of the gate moves: the dose of gating is held, only its distribution changes.
public enum DoseHold: Sendable, Hashable {
  case solved(Double)
  /// Why there is no such σ_base, in words.
  case noSolution(String)

  /// The knob that is solved for.
  public static let knob = "sigma_base"
  /// Significant digits of the solution, so that what is shown is what is sent.
  static let digits = 4
  /// The smallest σ_base that is tried; the knob's own minimum, 0, is excluded.
  static let smallest = 1e-4
  /// Ends of the interval differ by less than this factor when the search stops.
  private static let tolerance = 1 + 1e-6

  /// Halves an interval of log σ_base: the wider the gate, the less it removes.
  ///
  /// - Parameters:
  ///   - total: the removed share to keep, in [0, 1].
  ///   - objective: the changed one; it has a parameter named ``knob``.
  public init(of total: Double, on minibatch: MinibatchRecord, with objective: any PolicyObjective)
  {
    func share(_ sigma: Double) -> Double? {
      var candidate = objective
      guard (try? candidate.set(Self.knob, to: sigma)) != nil else { return nil }
      return minibatch.reevaluated(by: candidate)?.removedShare
    }
    guard total > 0 else {
      self = .noSolution("the gate removes nothing yet")
      return
    }
    let range = type(of: objective).specifications.first { $0.name == Self.knob }
    var narrow = max(Self.smallest, range?.minimum ?? Self.smallest)
    var wide = min(1000, range?.maximum ?? 1000)
    guard let most = share(narrow), let least = share(wide) else {
      self = .noSolution("this objective has no gate per token")
      return
    }
    guard least <= total, total <= most else {
      let word = NumberFormat.share
      self = .noSolution(
        total > most
          ? "even the narrowest gate takes \(word(most)), not \(word(total))"
          : "even the widest gate takes \(word(least)), not \(word(total))")
      return
    }
    while wide / narrow > Self.tolerance {
      let middle = (narrow * wide).squareRoot()
      if (share(middle) ?? 0) > total { narrow = middle } else { wide = middle }
    }
    let middle = (narrow * wide).squareRoot()
    self = .solved(Double(NumberFormat.significant(middle, digits: Self.digits)) ?? middle)
  }
}
