import PolicyObjectives
import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// For which tokens of a minibatch some possible ratio closes MASPO's gate halfway.
///
/// A ratio lies between 0 and 1/π_old, so the half gate at 1 ± σ√(2 ln 2) exists only for a σ below
/// (1/π_old − 1)/√(2 ln 2) where A > 0, and below 1/√(2 ln 2) where A < 0. Tokens count by the
/// weighted push they offer, w|A|ρs: by number, those near π_old = 1 would outvote all others, and
/// they can hardly move.
struct GateReach {
  /// Widths per σ_base are constant in it but for the cap σ_high, which a smaller σ_base leaves.
  private struct Token {
    /// σ_base below which the half gate is within reach.
    var baseSigma: Double
    var isReachable: Bool
    var push: Double
  }

  /// σ_base in force.
  let baseSigma: Double
  /// Descending by σ_base.
  private let tokens: [Token]
  private let totalPush: Double

  /// `nil` for other objectives, and where nothing is pushed.
  init?(_ update: UpdateDetail) {
    guard let record = update.minibatch else { return nil }
    func value(_ name: String) -> Double? {
      update.objective.values.first { $0.name == name }?.value
    }
    guard update.objective.name == MASPOObjective.info.name, let baseSigma = value("sigma_base"),
      let alpha = value("alpha"), record.weights.count == record.tokenCount,
      let objective = try? update.objective.makeObjective()
    else { return nil }
    // Without its cap the mass term has no floor at σ_base either.
    let hasFloor = value("sigma_high") != nil
    let halfGate = (2 * log(2.0)).squareRoot()
    let tokens = record.advantages.indices.compactMap { token -> Token? in
      let advantage = record.advantages[token]
      let probability = exp(record.behaviorLogProbabilities[token])
      guard advantage != 0,
        let width = objective.gateWidth(behaviorProbability: probability, advantage: advantage)
      else { return nil }
      let limit = (advantage > 0 ? 1 / probability - 1 : 1) / halfGate
      let mass = pow(probability, -alpha)
      return Token(
        baseSigma: limit / (width.risk * (hasFloor ? max(1, mass) : mass)),
        isReachable: width.sigma < limit,
        push: record.weights[token] * abs(advantage) * record.ratios[token]
          * record.sensitivities[token])
    }
    totalPush = tokens.reduce(0) { $0 + $1.push }
    guard totalPush > 0 else { return nil }
    self.baseSigma = baseSigma
    self.tokens = tokens.sorted { $0.baseSigma > $1.baseSigma }
  }

  var tokenCount: Int { tokens.count }
  var unreachableTokens: Int { tokens.count { !$0.isReachable } }
  /// Share of the offered push whose tokens no ratio can bring to the half gate.
  var unreachablePush: Double {
    tokens.reduce(0) { $0 + ($1.isReachable ? 0 : $1.push) } / totalPush
  }

  /// Share of the offered push within reach at another σ_base.
  func reachablePush(atBaseSigma sigma: Double) -> Double {
    tokens.prefix { $0.baseSigma > sigma }.reduce(0) { $0 + $1.push } / totalPush
  }

  /// The largest σ_base at which at least half of the push is within reach.
  var halfReachSigma: Double {
    var sum = 0.0
    for token in tokens {
      sum += token.push
      // Safely below: at the limit itself rounding decides.
      if sum >= totalPush / 2 { return token.baseSigma * (1 - 1e-9) }
    }
    return 0
  }
}
