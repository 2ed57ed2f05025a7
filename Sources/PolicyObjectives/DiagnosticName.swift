/// Names of the diagnostics in `ObjectiveEvaluation.diagnostics`.
///
/// Shares are of the unmasked tokens n, with n + 1e-8 as denominator as in the reference code.
/// One that an objective does not have is absent there, never zero.
public enum DiagnosticName {
  /// Mean of log π_old − log π, the log-ratio clamped as the objective does (estimator k1).
  public static let approximateKL = "approx_kl"
  /// Mean of |log π − log π_old|.
  public static let meanAbsoluteLogRatio = "mean_abs_log_ratio"
  /// Share of tokens that a bound has taken out of the gradient, or, for CISPO, whose weight it
  /// has changed.
  public static let clippedShare = "clip_frac"
  /// Share of tokens with A < 0 that the dual clip has taken out.
  public static let lowerClippedShare = "clip_frac_lower"
  /// Share of tokens with A > 0, and with A < 0, whose log-ratio is outside GMPO's range on either
  /// side; only those that moved the way of their advantage are clipped.
  public static let outsideShare = "outside_frac"
  public static let lowerOutsideShare = "outside_frac_lower"
  /// Share of tokens that GRPO at 0.8 and 1.2 would have taken out, though nothing is clipped.
  public static let wouldBeClippedShare = "would_clip_frac"
  /// Share of tokens with A < 0 and ρ > 3, where a dual clip would act and MASPO has no limit.
  public static let wouldBeDualClippedShare = "would_clip_frac_lower"
  /// Share of tokens that Clip-Cov has dropped for their covariance.
  public static let droppedShare = "dropped_frac"
  /// BAPO's bounds as found for the batch, and the ratio of contributions they lead to.
  public static let adaptiveLower = "clip_low"
  public static let adaptiveUpper = "clip_high"
  public static let positiveToNegativeRatio = "pos_neg_ratio"
}
