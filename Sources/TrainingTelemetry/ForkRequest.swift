/// What a person wants to know before making a change: paired continuations of the run from where it
/// stands, with the change and without.
public struct ForkRequest: Sendable, Hashable, Codable {
  public var change: RunChange
  /// Pairs, at least 1.
  public var replicas: Int
  /// Whole iterations that each replica makes.
  public var iterations: Int
  /// Whether the run waits meanwhile, else it goes on with one core.
  public var holdsRun: Bool

  public init(change: RunChange, replicas: Int = 8, iterations: Int = 10, holdsRun: Bool = true) {
    self.change = change
    self.replicas = replicas
    self.iterations = iterations
    self.holdsRun = holdsRun
  }
}
