/// How per-token losses L of a batch become one number (m: mask, n_i: unmasked
/// tokens of sequence i, S: sequences with n_i > 0).
///
/// A fully masked batch gives 0 with zero weights in every mode. Masked values are left out by
/// selection, never multiplied by zero, so a NaN there is harmless.
public enum LossAggregation: String, Sendable, Hashable, Codable, CaseIterable {
  /// Σ mL / N, N = Σ m.
  case tokenMean = "token-mean"
  /// Σ_i Σ_t mL / S.
  case sequenceMeanTokenSum = "seq-mean-token-sum"
  /// Σ_i [Σ_t mL / (n_i + 1e-8)] / S.
  case sequenceMeanTokenMean = "seq-mean-token-mean"
  /// Σ mL / C, C = T unless given; no division by the number of rows.
  case sequenceMeanTokenSumNorm = "seq-mean-token-sum-norm"
}
