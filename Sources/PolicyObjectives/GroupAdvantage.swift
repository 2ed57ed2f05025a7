/// Advantages from the rewards of one group of rollouts (GRPO, section 4.1.2 of arXiv 2402.03300;
/// without the division, Dr.GRPO, arXiv 2503.20783).
public struct GroupAdvantage: Sendable, Hashable {
  /// Whether A is divided by the group's standard deviation (n − 1) plus `epsilon`.
  public var dividesByDeviation: Bool
  public var epsilon: Double

  public init(dividesByDeviation: Bool, epsilon: Double = 1e-6) {
    self.dividesByDeviation = dividesByDeviation
    self.epsilon = epsilon
  }

  /// The advantages of one group, in the order of its rewards.
  ///
  /// A group of one has mean 0 and deviation 1 by convention, so A = R/(1 + ε). A group of equal
  /// rewards gives exact zeros: rounding residue over ε would otherwise be visible.
  public func advantages(ofRewards rewards: [Double]) -> [Double] {
    guard rewards.count > 1 else {
      return rewards.map { dividesByDeviation ? $0 / (1 + epsilon) : $0 }
    }
    guard rewards.contains(where: { $0 != rewards[0] }) else {
      return [Double](repeating: 0, count: rewards.count)
    }
    let count = Double(rewards.count)
    let mean = rewards.reduce(0, +) / count
    let centered = rewards.map { $0 - mean }
    guard dividesByDeviation else { return centered }
    let variance = centered.map { $0 * $0 }.reduce(0, +) / (count - 1)
    let scale = variance.squareRoot() + epsilon
    return centered.map { $0 / scale }
  }
}
