// What happens to each row by itself: normalization, rotary positions, the gated activation,
// and the embedding.

static void NK(normalize)(
  intptr_t rows, intptr_t width, intptr_t step, const void *input_, const void *weight_,
  double epsilon, void *output_
) {
  const NK_SCALAR *weight = weight_;
  for (intptr_t row = 0; row < rows; row++) {
    const NK_SCALAR *input = (const NK_SCALAR *)input_ + row * step;
    NK_SCALAR *output = (NK_SCALAR *)output_ + row * step;
    NK(vector) squares = {};
    for (intptr_t i = 0; i < step; i += LANES) {
      const NK(vector) x = NK(load)(input + i);
      squares += x * x;
    }
    const NK_SCALAR mean = NK(total)(squares) / (NK_SCALAR)width;
    const NK_SCALAR scale = 1 / __builtin_elementwise_sqrt(mean + (NK_SCALAR)epsilon);
    for (intptr_t i = 0; i < step; i += LANES) {
      NK(store)(output + i, NK(load)(input + i) * scale * NK(load)(weight + i));
    }
  }
}

static void NK(normalize_backward)(
  intptr_t rows, intptr_t width, intptr_t step, const void *output_gradient_, const void *input_,
  const void *weight_, double epsilon, void *input_gradient_, void *weight_gradient_
) {
  const NK_SCALAR *weight = weight_;
  NK_SCALAR *weight_gradient = weight_gradient_;
  const intptr_t whole = width / LANES * LANES;
  for (intptr_t row = 0; row < rows; row++) {
    const NK_SCALAR *input = (const NK_SCALAR *)input_ + row * step;
    const NK_SCALAR *output_gradient = (const NK_SCALAR *)output_gradient_ + row * step;
    NK_SCALAR *input_gradient = (NK_SCALAR *)input_gradient_ + row * step;
    NK(vector) squares = {}, products = {};
    for (intptr_t i = 0; i < step; i += LANES) {
      const NK(vector) x = NK(load)(input + i);
      squares += x * x;
      products += NK(load)(output_gradient + i) * NK(load)(weight + i) * x;
    }
    const NK_SCALAR mean = NK(total)(squares) / (NK_SCALAR)width;
    const NK_SCALAR scale = 1 / __builtin_elementwise_sqrt(mean + (NK_SCALAR)epsilon);
    // The derivative of `scale` pulls every element towards the others by this much.
    const NK_SCALAR pull = NK(total)(products) * scale * scale * scale / (NK_SCALAR)width;
    for (intptr_t i = 0; i < step; i += LANES) {
      const NK(vector) x = NK(load)(input + i), g = NK(load)(output_gradient + i);
      NK(store)(
        input_gradient + i,
        NK(load)(input_gradient + i) + (g * NK(load)(weight + i) * scale - x * pull));
    }
    for (intptr_t i = 0; i < whole; i += LANES) {
      const NK(vector) x = NK(load)(input + i), g = NK(load)(output_gradient + i);
      NK(store)(weight_gradient + i, NK(load)(weight_gradient + i) + g * (x * scale));
    }
    for (intptr_t i = whole; i < width; i++) {
      weight_gradient[i] += output_gradient[i] * (input[i] * scale);
    }
  }
}

/// (x, y) turned by an angle, for the two halves of a head: x cos − y sin, y cos + x sin.
INLINE void NK(rotate_head)(
  intptr_t half, NK_SCALAR *head, const NK_SCALAR *cosines, const NK_SCALAR *sines,
  NK_SCALAR direction
) {
  typedef NK_SCALAR eight
    __attribute__((vector_size(8 * sizeof(NK_SCALAR)), aligned(sizeof(NK_SCALAR)), may_alias));
  intptr_t i = 0;
  for (; i + 8 <= half; i += 8) {
    const eight x = *(eight *)(head + i), y = *(eight *)(head + half + i);
    const eight c = *(const eight *)(cosines + i), s = *(const eight *)(sines + i) * direction;
    *(eight *)(head + i) = x * c - y * s;
    *(eight *)(head + half + i) = y * c + x * s;
  }
#pragma clang loop vectorize(disable)
  for (; i < half; i++) {
    const NK_SCALAR x = head[i], y = head[half + i], c = cosines[i], s = sines[i] * direction;
    head[i] = x * c - y * s;
    head[half + i] = y * c + x * s;
  }
}

static void NK(rotate)(
  const nk_attention_shape *shape, intptr_t row_count, void *rows, const int32_t *positions,
  const void *cosines, const void *sines, int32_t direction, int32_t keys_only
) {
  const intptr_t half = shape->head_width / 2;
  for (intptr_t row = 0; row < row_count; row++) {
    const NK_SCALAR *c = (const NK_SCALAR *)cosines + positions[row] * half;
    const NK_SCALAR *s = (const NK_SCALAR *)sines + positions[row] * half;
    for (intptr_t part = keys_only ? 1 : 0; part < 2; part++) {
      NK_SCALAR *head = (NK_SCALAR *)rows + row * shape->row_step + part * shape->section;
      for (intptr_t h = 0; h < shape->heads; h++, head += shape->head_width) {
        NK(rotate_head)(half, head, c, s, (NK_SCALAR)direction);
      }
    }
  }
}

static void NK(gate)(intptr_t rows, intptr_t section, const void *gate_up, void *activation_) {
  for (intptr_t row = 0; row < rows; row++) {
    const NK_SCALAR *gate = (const NK_SCALAR *)gate_up + row * 2 * section;
    const NK_SCALAR *up = gate + section;
    NK_SCALAR *activation = (NK_SCALAR *)activation_ + row * section;
    for (intptr_t i = 0; i < section; i += LANES) {
      const NK(vector) g = NK(load)(gate + i);
      NK(store)(activation + i, g / (1 + NK(exp)(-g)) * NK(load)(up + i));
    }
  }
}

static void NK(gate_backward)(
  intptr_t rows, intptr_t section, const void *gate_up, const void *activation_gradient_,
  void *activation_, void *gate_up_gradient
) {
  for (intptr_t row = 0; row < rows; row++) {
    const NK_SCALAR *gate = (const NK_SCALAR *)gate_up + row * 2 * section;
    const NK_SCALAR *up = gate + section;
    const NK_SCALAR *gradient = (const NK_SCALAR *)activation_gradient_ + row * section;
    NK_SCALAR *activation = (NK_SCALAR *)activation_ + row * section;
    NK_SCALAR *gate_gradient = (NK_SCALAR *)gate_up_gradient + row * 2 * section;
    NK_SCALAR *up_gradient = gate_gradient + section;
    for (intptr_t i = 0; i < section; i += LANES) {
      const NK(vector) g = NK(load)(gate + i), u = NK(load)(up + i), d = NK(load)(gradient + i);
      const NK(vector) sigmoid = 1 / (1 + NK(exp)(-g));
      const NK(vector) silu = g * sigmoid;
      NK(store)(activation + i, silu * u);
      NK(store)(up_gradient + i, d * silu);
      // silu' = σ + g σ (1 − σ).
      NK(store)(gate_gradient + i, d * u * (sigmoid + silu * (1 - sigmoid)));
    }
  }
}

static void NK(look_up)(
  intptr_t rows, intptr_t step, const int32_t *tokens, const void *table, void *output
) {
  for (intptr_t row = 0; row < rows; row++) {
    const NK_SCALAR *from = (const NK_SCALAR *)table + tokens[row] * step;
    NK_SCALAR *to = (NK_SCALAR *)output + row * step;
    for (intptr_t i = 0; i < step; i += LANES) NK(store)(to + i, NK(load)(from + i));
  }
}

static void NK(look_up_backward)(
  intptr_t rows, intptr_t width, intptr_t step, const int32_t *tokens,
  const void *output_gradient, void *table_gradient
) {
  for (intptr_t row = 0; row < rows; row++) {
    const NK_SCALAR *from = (const NK_SCALAR *)output_gradient + row * step;
    NK_SCALAR *to = (NK_SCALAR *)table_gradient + tokens[row] * width;
    for (intptr_t i = 0; i < width; i++) to[i] += from[i];
  }
}
