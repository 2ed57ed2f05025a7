/// Where the verdict draws its lines. Each number says what it was taken from; none is a law.
public enum VerdictThresholds {
  /// Removed share below which the gate counts as idle. At the reuse preset's defaults it takes
  /// 0.8 % of the positive and 0.05 % of the negative magnitude.
  public static let idleRemovedShare = 0.01
  /// Share of groups with equal rewards from which the end of learning is in sight; a healthy
  /// run has about a third.
  public static let mostlyEqualGroups = 0.6
  /// Rollouts on either side of a comparison that finds the share of equal groups rising; the
  /// least rise, and the same in standard errors of the difference, since few groups are noisy.
  public static let zeroVarianceWindow = 6
  public static let zeroVarianceRise = 0.15
  public static let trendDeviations = 2.5
  /// Share of the offered weighted push, w|A|ρs, from which bounds count as out of reach: those
  /// tokens for which no possible ratio brings the gate to one half.
  public static let unreachablePush = 0.5
  /// Entropy, nats per token, below which sampling hardly explores: healthy runs of the small
  /// tasks end at 0.01 to 0.03 with a reward near 1.
  public static let collapsedEntropy = 0.01
  /// Reward from which a low entropy is success rather than collapse.
  public static let successReward = 0.9
  /// Entropy, as a multiple of that of the first rollout, from which the policy dissolves; and
  /// the least entropy, nats per token, for that to be said.
  public static let explodedEntropyFactor = 2.5
  public static let explodedEntropyFloor = 0.2
  /// Share of the attenuated tokens that makes "most of them".
  public static let mostAttenuated = 0.6
  /// Largest edge of π_old that counts as the tail.
  public static let tailProbability = 0.3
  /// Share of the active tokens past ρ 4 with A < 0 from which that is a warning.
  public static let manyRunaways = 0.01
  /// Share of the weighted push from one sign that is worth a word.
  public static let oneSidedPush = 0.75
  /// Updates over which the signs are weighed against each other, so that advice does not flip.
  public static let balanceWindow = 16
  /// Rise of that share from before the gate to after it that makes the gate the cause.
  public static let gateTilt = 0.1
  /// Share of the base policy's Pass@k, and of the best Avg@k, at or below which a run has
  /// collapsed.
  public static let collapsedPass = 0.5
  public static let collapsedBest = 0.5
  /// Rollouts whose mean reward stands for a stretch of a run without evaluations.
  public static let rewardWindow = 8
  /// Rollouts among which its best stretch is looked for.
  public static let rewardHistory = 1024
  /// Gradient norm, as a multiple of the median of the last updates, that is a spike where it is
  /// clipped, and where it is not.
  public static let gradientSpikeFactor = 5.0
  public static let unclippedGradientSpikeFactor = 10.0
  /// Updates that the median is taken over.
  public static let gradientSpikeWindow = 64
  /// Updates without which there is no "usual".
  public static let leastUpdatesForSpike = 16
  /// Tokens named behind a spike, and the share of the weighted push that one of them needs.
  public static let spikeTokens = 3
  public static let spikeTokenShare = 0.02
}
