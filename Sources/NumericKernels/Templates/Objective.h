// The objective's inner loop: elementwise, so a token's result does not depend on its neighbors.

typedef struct {
  NK(vector) gradient, ratio, gate, loss;
} NK(maspo_terms);

/// The terms of one vector of tokens. σ is used as its inverse, which needs one division where
/// the formula has two: 1/mass = clamp(π_old^α / σ_base), 1/risk = clamp(1 − β₋A) for A < 0.
INLINE NK(maspo_terms) NK(maspo_vector)(
  const nk_maspo *settings, NK(vector) behavior, NK(vector) current, NK(vector) advantage,
  NK(vector) weight
) {
  const NK(vector) one = NK(splat)(1), zero = {};
  const NK(vector) distance = current - behavior;
  NK(vector) log_ratio = NK(select)(distance > 20, NK(splat)(20), distance);
  log_ratio = NK(select)(distance < -20, NK(splat)(-20), log_ratio);
  // exp(0) of the polynomial is exactly 1.
  const NK(vector) ratio = NK(exp)(log_ratio);

  NK(vector) inverse_mass = NK(splat)((NK_SCALAR)(1 / settings->sigma_base));
  if (settings->alpha != 0) {
    inverse_mass = inverse_mass * NK(exp)(behavior * (NK_SCALAR)settings->alpha);
  }
  const NK_SCALAR widest = 1 / settings->sigma_high, narrowest = 1 / settings->sigma_low;
  inverse_mass = NK(select)(inverse_mass > narrowest, NK(splat)(narrowest), inverse_mass);
  inverse_mass = NK(select)(inverse_mass < widest, NK(splat)(widest), inverse_mass);

  const NK_SCALAR least = settings->risk_low, most = settings->risk_high;
  NK(vector) positive = one + advantage * (NK_SCALAR)settings->beta_positive;
  positive = NK(select)(positive < least, NK(splat)(least), positive);
  positive = NK(select)(positive > most, NK(splat)(most), positive);
  const NK_SCALAR inverse_least = 1 / least, inverse_most = 1 / most;
  NK(vector) negative = one - advantage * (NK_SCALAR)settings->beta_negative;
  negative = NK(select)(negative > inverse_least, NK(splat)(inverse_least), negative);
  negative = NK(select)(negative < inverse_most, NK(splat)(inverse_most), negative);
  const NK(vector) inverse_risk = NK(select)(advantage > 0, one / positive, negative);

  const NK(vector) deviation = ratio - one;
  const NK(vector) scaled = deviation * inverse_mass * inverse_risk;
  const NK(bits) acts = ((advantage > 0) & (ratio > 1)) | ((advantage < 0) & (ratio < 1));
  const NK(vector) gate =
    NK(select)(acts, NK(exp)(scaled * scaled * (NK_SCALAR)-0.5), one);

  const NK(vector) loss = -advantage * gate * ratio;
  // Beyond the clamp ρ is a constant; NaN is not beyond it and stays NaN.
  const NK(bits) is_cut = (distance > 20) | (distance < -20);
  const NK(bits) is_masked = weight == zero;
  return (NK(maspo_terms)){
    .gradient = NK(select)(is_cut | is_masked, zero, weight * loss),
    .ratio = NK(select)(is_masked, zero, ratio),
    .gate = NK(select)(is_masked, zero, gate),
    .loss = NK(select)(is_masked, zero, weight * loss),
  };
}

static void NK(maspo)(
  const nk_maspo *settings, intptr_t count, const void *behavior_, const void *current_,
  const void *advantage_, const void *weight_, void *gradient_, void *ratio_, void *gate_,
  double *loss
) {
  const NK_SCALAR *behavior = behavior_, *current = current_;
  const NK_SCALAR *advantage = advantage_, *weight = weight_;
  NK_SCALAR *gradient = gradient_, *ratio = ratio_, *gate = gate_;
  // Sums of the scalar's precision are short; double precision adds them up.
  const intptr_t block = NK_MASPO_BLOCK;
  double total = 0;
  for (intptr_t start = 0; start < count; start += block) {
    const intptr_t end = start + block < count ? start + block : count;
    NK(vector) sum = {};
    intptr_t i = start;
    for (; i + LANES <= end; i += LANES) {
      const NK(maspo_terms) terms = NK(maspo_vector)(
        settings, NK(load)(behavior + i), NK(load)(current + i), NK(load)(advantage + i),
        NK(load)(weight + i));
      NK(store)(gradient + i, terms.gradient);
      if (ratio != NULL) NK(store)(ratio + i, terms.ratio);
      if (gate != NULL) NK(store)(gate + i, terms.gate);
      sum += terms.loss;
    }
    if (i < end) { // the same arithmetic on a vector that is partly masked
      NK_SCALAR parts[4][LANES] = {}, results[3][LANES];
      for (intptr_t lane = 0; lane < end - i; lane++) {
        parts[0][lane] = behavior[i + lane];
        parts[1][lane] = current[i + lane];
        parts[2][lane] = advantage[i + lane];
        parts[3][lane] = weight[i + lane];
      }
      const NK(maspo_terms) terms = NK(maspo_vector)(
        settings, NK(load)(parts[0]), NK(load)(parts[1]), NK(load)(parts[2]),
        NK(load)(parts[3]));
      NK(store)(results[0], terms.gradient);
      NK(store)(results[1], terms.ratio);
      NK(store)(results[2], terms.gate);
      for (intptr_t lane = 0; lane < end - i; lane++) {
        gradient[i + lane] = results[0][lane];
        if (ratio != NULL) ratio[i + lane] = results[1][lane];
        if (gate != NULL) gate[i + lane] = results[2][lane];
      }
      sum += terms.loss;
    }
    total += (double)NK(total)(sum);
  }
  *loss += total;
}
