// Reference versions of the matrix products, the row kernels and the optimizer.

static void NK(pack)(
  const void *source, intptr_t depth_step, intptr_t width_step, intptr_t depth, intptr_t width,
  void *panels, intptr_t panel_step
) {
  for (intptr_t n = 0; n < width; n++) {
    for (intptr_t d = 0; d < depth; d++) {
      ((NK_SCALAR *)panels)[n * panel_step + d] =
        ((const NK_SCALAR *)source)[d * depth_step + n * width_step];
    }
  }
}

static void NK(multiply)(
  intptr_t rows, intptr_t width, intptr_t depth, const void *a, intptr_t a_step,
  const void *panels, intptr_t panel_step, void *c, intptr_t c_step, int32_t accumulate
) {
  for (intptr_t r = 0; r < rows; r++) {
    for (intptr_t n = 0; n < width; n++) {
      NK_SCALAR *target = (NK_SCALAR *)c + r * c_step + n;
      NK_SCALAR sum = accumulate ? *target : 0;
      for (intptr_t d = 0; d < depth; d++) {
        sum +=
          ((const NK_SCALAR *)a)[r * a_step + d] * ((const NK_SCALAR *)panels)[n * panel_step + d];
      }
      *target = sum;
    }
  }
}

static void NK(multiply_transposed)(
  intptr_t height, intptr_t width, intptr_t depth, const void *a, intptr_t a_step, const void *b,
  intptr_t b_step, void *c, intptr_t c_step
) {
  for (intptr_t r = 0; r < height; r++) {
    for (intptr_t n = 0; n < width; n++) {
      for (intptr_t d = 0; d < depth; d++) {
        ((NK_SCALAR *)c)[r * c_step + n] +=
          ((const NK_SCALAR *)a)[d * a_step + r] * ((const NK_SCALAR *)b)[d * b_step + n];
      }
    }
  }
}

static double NK(root_mean_square)(intptr_t width, const NK_SCALAR *x, double epsilon) {
  double sum = 0;
  for (intptr_t i = 0; i < width; i++) sum += (double)x[i] * x[i];
  return sqrt(sum / (double)width + epsilon);
}

static void NK(normalize)(
  intptr_t rows, intptr_t width, intptr_t step, const void *input, const void *weight,
  double epsilon, void *output
) {
  for (intptr_t row = 0; row < rows; row++) {
    const NK_SCALAR *x = (const NK_SCALAR *)input + row * step;
    const double root = NK(root_mean_square)(width, x, epsilon);
    for (intptr_t i = 0; i < step; i++) {
      ((NK_SCALAR *)output)[row * step + i] =
        i < width ? x[i] / root * ((const NK_SCALAR *)weight)[i] : 0;
    }
  }
}

static void NK(normalize_backward)(
  intptr_t rows, intptr_t width, intptr_t step, const void *output_gradient, const void *input,
  const void *weight, double epsilon, void *input_gradient, void *weight_gradient
) {
  for (intptr_t row = 0; row < rows; row++) {
    const NK_SCALAR *x = (const NK_SCALAR *)input + row * step;
    const NK_SCALAR *g = (const NK_SCALAR *)output_gradient + row * step;
    const NK_SCALAR *w = weight;
    const double root = NK(root_mean_square)(width, x, epsilon);
    double products = 0;
    for (intptr_t i = 0; i < width; i++) products += (double)g[i] * w[i] * x[i];
    for (intptr_t i = 0; i < width; i++) {
      ((NK_SCALAR *)input_gradient)[row * step + i] +=
        g[i] * w[i] / root - x[i] * products / (root * root * root * (double)width);
      ((NK_SCALAR *)weight_gradient)[i] += g[i] * x[i] / root;
    }
  }
}

static void NK(rotate)(
  const nk_attention_shape *shape, intptr_t row_count, void *rows, const int32_t *positions,
  const void *cosines, const void *sines, int32_t direction, int32_t keys_only
) {
  const intptr_t width = shape->head_width, half = width / 2;
  for (intptr_t row = 0; row < row_count; row++) {
    for (intptr_t part = keys_only ? 1 : 0; part < 2; part++) {
      for (intptr_t head = 0; head < shape->heads; head++) {
        NK_SCALAR *x =
          (NK_SCALAR *)rows + row * shape->row_step + part * shape->section + head * width;
        for (intptr_t i = 0; i < half; i++) {
          const NK_SCALAR c = ((const NK_SCALAR *)cosines)[positions[row] * half + i];
          const NK_SCALAR s = direction * ((const NK_SCALAR *)sines)[positions[row] * half + i];
          const NK_SCALAR first = x[i], second = x[half + i];
          x[i] = first * c - second * s;
          x[half + i] = second * c + first * s;
        }
      }
    }
  }
}

static void NK(gate)(intptr_t rows, intptr_t section, const void *gate_up, void *activation) {
  for (intptr_t row = 0; row < rows; row++) {
    for (intptr_t i = 0; i < section; i++) {
      const double g = ((const NK_SCALAR *)gate_up)[row * 2 * section + i];
      const double u = ((const NK_SCALAR *)gate_up)[row * 2 * section + section + i];
      ((NK_SCALAR *)activation)[row * section + i] = g / (1 + exp(-g)) * u;
    }
  }
}

static void NK(gate_backward)(
  intptr_t rows, intptr_t section, const void *gate_up, const void *activation_gradient,
  void *activation, void *gate_up_gradient
) {
  for (intptr_t row = 0; row < rows; row++) {
    for (intptr_t i = 0; i < section; i++) {
      const intptr_t at = row * 2 * section + i;
      const double g = ((const NK_SCALAR *)gate_up)[at];
      const double u = ((const NK_SCALAR *)gate_up)[at + section];
      const double d = ((const NK_SCALAR *)activation_gradient)[row * section + i];
      const double sigmoid = 1 / (1 + exp(-g));
      ((NK_SCALAR *)activation)[row * section + i] = g * sigmoid * u;
      ((NK_SCALAR *)gate_up_gradient)[at] = d * u * sigmoid * (1 + g * (1 - sigmoid));
      ((NK_SCALAR *)gate_up_gradient)[at + section] = d * g * sigmoid;
    }
  }
}

static void NK(look_up)(
  intptr_t rows, intptr_t step, const int32_t *tokens, const void *table, void *output
) {
  for (intptr_t row = 0; row < rows; row++) {
    for (intptr_t i = 0; i < step; i++) {
      ((NK_SCALAR *)output)[row * step + i] = ((const NK_SCALAR *)table)[tokens[row] * step + i];
    }
  }
}

static void NK(look_up_backward)(
  intptr_t rows, intptr_t width, intptr_t step, const int32_t *tokens,
  const void *output_gradient, void *table_gradient
) {
  for (intptr_t row = 0; row < rows; row++) {
    for (intptr_t i = 0; i < width; i++) {
      ((NK_SCALAR *)table_gradient)[tokens[row] * width + i] +=
        ((const NK_SCALAR *)output_gradient)[row * step + i];
    }
  }
}

static void NK(sum)(intptr_t size, intptr_t count, const void *const *sources, void *target) {
  for (intptr_t i = 0; i < size; i++) {
    NK_SCALAR sum = 0;
    for (intptr_t s = 0; s < count; s++) sum += ((const NK_SCALAR *)sources[s])[i];
    ((NK_SCALAR *)target)[i] = sum;
  }
}

static void NK(dot)(intptr_t size, const void *x, const void *y, double *result) {
  double sum = 0;
  for (intptr_t i = 0; i < size; i++) {
    sum += (double)((const NK_SCALAR *)x)[i] * ((const NK_SCALAR *)y)[i];
  }
  *result += sum;
}

static void NK(adam)(
  intptr_t size, void *parameters, const void *gradient, void *first_moment, void *second_moment,
  double gradient_scale, double learning_rate, double first_decay, double second_decay,
  double first_scale, double second_scale, double epsilon, double weight_decay
) {
  NK_SCALAR *p = parameters, *first = first_moment, *second = second_moment;
  for (intptr_t i = 0; i < size; i++) {
    const double g = ((const NK_SCALAR *)gradient)[i] * gradient_scale;
    const double m = first_decay * first[i] + (1 - first_decay) * g;
    const double v = second_decay * second[i] + (1 - second_decay) * g * g;
    const double direction = m * first_scale / (sqrt(v * second_scale) + epsilon);
    first[i] = m;
    second[i] = v;
    p[i] = p[i] - learning_rate * (direction + weight_decay * p[i]);
  }
}

static double NK(saturate)(intptr_t rounds, void *result) {
  NK_SCALAR sum = 0;
  for (intptr_t round = 0; round < rounds; round++) sum = sum * (NK_SCALAR)0.5 + 1;
  *(NK_SCALAR *)result = sum;
  return 2.0 * (double)rounds;
}
