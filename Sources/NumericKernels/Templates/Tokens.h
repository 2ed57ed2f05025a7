// From logits to what is said of a token: always in double precision, and by one function for
// the sampler and for the update, so that equal logits give equal log-probabilities.

#define DOUBLES ((intptr_t)(NK_VECTOR_BYTES / sizeof(double)))

/// A softmax in parts: probability i is weights[i] / sum, its logarithm scores[i] − log_sum,
/// where scores are the scaled logits less their maximum.
typedef struct {
  double *scores;
  double *weights;
  double sum;
  double log_sum;
} NK(distribution);

INLINE NK(distribution) NK(distribute)(
  intptr_t vocabulary, const NK_SCALAR *logits, double temperature, double *scratch
) {
  const intptr_t padded = (vocabulary + 7) & ~(intptr_t)7;
  double *scores = scratch, *weights = scratch + padded;
  for (intptr_t i = 0; i < vocabulary; i++) scores[i] = (double)logits[i];
  if (temperature != 1) {
    for (intptr_t i = 0; i < vocabulary; i++) scores[i] /= temperature;
  }
  for (intptr_t i = vocabulary; i < padded; i++) scores[i] = scores[0];
  NK64(vector) highest = NK64(load)(scores), sums = {};
  for (intptr_t i = DOUBLES; i < padded; i += DOUBLES) {
    const NK64(vector) score = NK64(load)(scores + i);
    highest = NK64(select)(score > highest, score, highest);
  }
  const double shift = NK64(largest)(highest);
  for (intptr_t i = 0; i < padded; i += DOUBLES) {
    const NK64(vector) score = NK64(load)(scores + i) - shift;
    const NK64(vector) weight =
      NK64(select)(NK64(lanes_below)(i, vocabulary), NK64(exp)(score), (NK64(vector)){});
    NK64(store)(scores + i, score);
    NK64(store)(weights + i, weight);
    sums += weight;
  }
  const double sum = NK64(total)(sums);
  return (NK(distribution)){scores, weights, sum, log(sum)};
}

INLINE void NK(describe)(
  intptr_t vocabulary, const NK(distribution) *current, int32_t token, intptr_t row,
  nk_token_figures figures
) {
  NK64(vector) scores = {}, squares = {};
  for (intptr_t i = 0; i < vocabulary; i += DOUBLES) {
    const NK64(vector) weight = NK64(load)(current->weights + i);
    scores += weight * NK64(load)(current->scores + i);
    squares += weight * weight;
  }
  figures.log_probability[row] = current->scores[token] - current->log_sum;
  figures.entropy[row] = current->log_sum - NK64(total)(scores) / current->sum;
  figures.squared_sum[row] = NK64(total)(squares) / (current->sum * current->sum);
}

static void NK(token_statistics)(
  intptr_t rows, intptr_t vocabulary, const void *logits, intptr_t step, double temperature,
  const int32_t *tokens, const void *behavior_logits, intptr_t behavior_step,
  nk_token_figures figures, double *scratch
) {
  for (intptr_t row = 0; row < rows; row++) {
    const NK(distribution) current = NK(distribute)(
      vocabulary, (const NK_SCALAR *)logits + row * step, temperature, scratch);
    NK(describe)(vocabulary, &current, tokens[row], row, figures);
    if (behavior_logits == NULL || figures.divergence == NULL) continue;
    const NK(distribution) behavior = NK(distribute)(
      vocabulary, (const NK_SCALAR *)behavior_logits + row * behavior_step, temperature,
      scratch + 2 * (vocabulary + 8));
    const double shift = current.log_sum - behavior.log_sum;
    NK64(vector) sums = {};
    for (intptr_t i = 0; i < vocabulary; i += DOUBLES) {
      const NK64(vector) gain =
        (NK64(load)(behavior.scores + i) - NK64(load)(current.scores + i)) + shift;
      sums += NK64(load)(behavior.weights + i) * gain;
    }
    figures.divergence[row] = NK64(total)(sums) / behavior.sum;
  }
}

/// The first token whose cumulative weight is above `target`. Should rounding leave `target`
/// above the last sum, the last possible token is it.
INLINE int32_t NK(pick)(intptr_t vocabulary, const double *sums, double target) {
  int32_t token = 0;
  while (token < vocabulary && !(sums[token] > target)) token++;
  if (token < vocabulary) return token;
  for (token = (int32_t)vocabulary - 1; token > 0; token--) {
    if (sums[token] > sums[token - 1]) break;
  }
  return token;
}

static void NK(sample)(
  intptr_t rows, intptr_t vocabulary, const void *logits, intptr_t step, double temperature,
  const int32_t *draws, const double *uniforms, int32_t *tokens, nk_token_figures figures,
  double *scratch
) {
  double *sums = scratch + 2 * (vocabulary + 8);
  intptr_t draw = 0;
  for (intptr_t row = 0; row < rows; row++) {
    const NK(distribution) current = NK(distribute)(
      vocabulary, (const NK_SCALAR *)logits + row * step, temperature, scratch);
    double below = 0;
    for (intptr_t i = 0; i < vocabulary; i++) sums[i] = below += current.weights[i];
    const intptr_t first = draw, end = draw + draws[row];
    for (; draw < end; draw++) {
      tokens[draw] = NK(pick)(vocabulary, sums, uniforms[draw] * current.sum);
      if (draw == first) {
        NK(describe)(vocabulary, &current, tokens[draw], draw, figures);
        continue;
      }
      figures.log_probability[draw] = current.scores[tokens[draw]] - current.log_sum;
      figures.entropy[draw] = figures.entropy[first];
      figures.squared_sum[draw] = figures.squared_sum[first];
    }
  }
}

static void NK(logits_gradient)(
  intptr_t rows, intptr_t vocabulary, const void *logits, intptr_t step, double temperature,
  const int32_t *tokens, const double *coefficients, void *gradient_, int32_t accumulate,
  double *scratch
) {
  for (intptr_t row = 0; row < rows; row++) {
    NK_SCALAR *gradient = (NK_SCALAR *)gradient_ + row * step;
    const NK(distribution) current = NK(distribute)(
      vocabulary, (const NK_SCALAR *)logits + row * step, temperature, scratch);
    const double scale = coefficients[row] / temperature, share = scale / current.sum;
    const int32_t token = tokens[row];
    // At the token 1 − π is the sum of the other probabilities: exact where π is close to 1.
    double others = 0;
    const NK_SCALAR before = accumulate ? gradient[token] : 0;
    for (intptr_t i = 0; i < vocabulary; i++) {
      if (i != token) others += current.weights[i];
      const NK_SCALAR pull = (NK_SCALAR)(-share * current.weights[i]);
      gradient[i] = accumulate ? gradient[i] + pull : pull;
    }
    gradient[token] = before + (NK_SCALAR)(share * others);
  }
}

#undef DOUBLES
