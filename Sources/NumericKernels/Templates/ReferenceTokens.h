// Reference versions of the token kernels.

/// log π of every token, from logits divided by the temperature.
static void NK(log_probabilities)(
  intptr_t vocabulary, const NK_SCALAR *logits, double temperature, double *result
) {
  double highest = logits[0] / temperature, sum = 0;
  for (intptr_t i = 0; i < vocabulary; i++) highest = fmax(highest, logits[i] / temperature);
  for (intptr_t i = 0; i < vocabulary; i++) sum += exp(logits[i] / temperature - highest);
  for (intptr_t i = 0; i < vocabulary; i++) {
    result[i] = logits[i] / temperature - highest - log(sum);
  }
}

static void NK(token_statistics)(
  intptr_t rows, intptr_t vocabulary, const void *logits, intptr_t step, double temperature,
  const int32_t *tokens, const void *behavior, intptr_t behavior_step, nk_token_figures figures,
  double *scratch
) {
  double *current = scratch, *old = scratch + vocabulary;
  for (intptr_t row = 0; row < rows; row++) {
    NK(log_probabilities)(
      vocabulary, (const NK_SCALAR *)logits + row * step, temperature, current);
    figures.log_probability[row] = current[tokens[row]];
    figures.entropy[row] = 0;
    figures.squared_sum[row] = 0;
    for (intptr_t i = 0; i < vocabulary; i++) {
      figures.entropy[row] -= exp(current[i]) * current[i];
      figures.squared_sum[row] += exp(2 * current[i]);
    }
    if (behavior == NULL || figures.divergence == NULL) continue;
    NK(log_probabilities)(
      vocabulary, (const NK_SCALAR *)behavior + row * behavior_step, temperature, old);
    figures.divergence[row] = 0;
    for (intptr_t i = 0; i < vocabulary; i++) {
      figures.divergence[row] += exp(old[i]) * (old[i] - current[i]);
    }
  }
}

static void NK(sample)(
  intptr_t rows, intptr_t vocabulary, const void *logits, intptr_t step, double temperature,
  const int32_t *draws, const double *uniforms, int32_t *tokens, nk_token_figures figures,
  double *scratch
) {
  for (intptr_t row = 0; row < rows; row++) {
    const NK_SCALAR *own = (const NK_SCALAR *)logits + row * step;
    for (int32_t draw = 0; draw < draws[row]; draw++) {
      NK(log_probabilities)(vocabulary, own, temperature, scratch);
      double below = 0;
      *tokens = (int32_t)vocabulary - 1;
      for (int32_t i = 0; i < vocabulary; i++) {
        below += exp(scratch[i]);
        if (below > *uniforms) {
          *tokens = i;
          break;
        }
      }
      NK(token_statistics)(
        1, vocabulary, own, step, temperature, tokens, NULL, 0, figures, scratch);
      tokens++;
      uniforms++;
      figures.log_probability++;
      figures.entropy++;
      figures.squared_sum++;
    }
  }
}

static void NK(logits_gradient)(
  intptr_t rows, intptr_t vocabulary, const void *logits, intptr_t step, double temperature,
  const int32_t *tokens, const double *coefficients, void *gradient, int32_t accumulate,
  double *scratch
) {
  for (intptr_t row = 0; row < rows; row++) {
    NK(log_probabilities)(
      vocabulary, (const NK_SCALAR *)logits + row * step, temperature, scratch);
    for (intptr_t i = 0; i < vocabulary; i++) {
      const double chosen = i == tokens[row] ? 1 : 0;
      NK_SCALAR *element = (NK_SCALAR *)gradient + row * step + i;
      *element = (accumulate ? *element : 0)
        + coefficients[row] * (chosen - exp(scratch[i])) / temperature;
    }
  }
}
