// Causal attention, head by head. Keys are laid out transposed, [head_width, keys], so that a
// query's scores fill vectors of keys; a score is Σ over the head's width, a value Σ over the
// keys, each in rising order. Keys that a query must not see get a probability of exactly zero
// and therefore change no sum: a cached row equals the same row of a whole sequence bit for bit.

INLINE intptr_t NK(round_up)(intptr_t count) { return (count + 15) & ~(intptr_t)15; }

INLINE void NK(copy)(NK_SCALAR *to, const NK_SCALAR *from, intptr_t count) {
  intptr_t i = 0;
  for (; i + LANES <= count; i += LANES) NK(store)(to + i, NK(load)(from + i));
#pragma clang loop vectorize(disable)
  for (; i < count; i++) to[i] = from[i];
}

INLINE void NK(add)(NK_SCALAR *to, const NK_SCALAR *from, intptr_t count) {
  intptr_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    NK(store)(to + i, NK(load)(to + i) + NK(load)(from + i));
  }
#pragma clang loop vectorize(disable)
  for (; i < count; i++) to[i] += from[i];
}

/// Row number `key` of the run's context followed by its own rows.
INLINE const NK_SCALAR *NK(key_row)(
  const nk_attention_shape *shape, const nk_attention_run *run, intptr_t key
) {
  return key < run->context_rows
    ? (const NK_SCALAR *)run->context + run->context_index[key] * shape->row_step
    : (const NK_SCALAR *)run->rows + (key - run->context_rows) * shape->row_step;
}

/// Columns [offset, offset + head_width) of all keys as rows of `step` elements.
INLINE void NK(gather)(
  const nk_attention_shape *shape, const nk_attention_run *run, intptr_t offset, NK_SCALAR *to,
  intptr_t step
) {
  const intptr_t keys = run->context_rows + run->row_count;
  for (intptr_t key = 0; key < keys; key++) {
    NK(copy)(to + key * step, NK(key_row)(shape, run, key) + offset, shape->head_width);
  }
}

/// Transposes `rows` x `columns`, both multiples of 16.
static void NK(transpose)(
  intptr_t rows, intptr_t columns, const NK_SCALAR *from, intptr_t from_step, NK_SCALAR *to,
  intptr_t to_step
) {
  for (intptr_t row = 0; row < rows; row += LANES) {
    for (intptr_t column = 0; column < columns; column += LANES) {
      NK(transpose_square)(
        from + row * from_step + column, from_step, to + column * to_step + row, to_step);
    }
  }
}

/// softmax(scale · score) over the first `visible` lanes of `vectors` vectors, zero in the other
/// lanes of the last one.
INLINE void NK(softmax_vectors)(
  const intptr_t vectors, NK_SCALAR *row, NK_SCALAR scale, intptr_t visible
) {
  const NK_SCALAR lowest = NK_IS_DOUBLE ? (NK_SCALAR)-1.7e308 : (NK_SCALAR)-3.4e38f;
  NK_SCALAR *last = row + (vectors - 1) * LANES;
  const NK(bits) seen = NK(lanes_below)((vectors - 1) * LANES, visible);
  NK(vector) highest = NK(select)(seen, NK(load)(last) * scale, NK(splat)(lowest));
  const NK(vector) last_score = highest;
  for (intptr_t v = 0; v < vectors - 1; v++) {
    const NK(vector) score = NK(load)(row + v * LANES) * scale;
    highest = NK(select)(score > highest, score, highest);
  }
  const NK_SCALAR shift = NK(largest)(highest);
  const NK(vector) last_weight =
    NK(select)(seen, NK(exp)(last_score - shift), (NK(vector)){});
  NK(vector) sums = last_weight;
  for (intptr_t v = 0; v < vectors - 1; v++) {
    const NK(vector) weight = NK(exp)(NK(load)(row + v * LANES) * scale - shift);
    sums += weight;
    NK(store)(row + v * LANES, weight);
  }
  const NK_SCALAR inverse = 1 / NK(total)(sums);
  for (intptr_t v = 0; v < vectors - 1; v++) {
    NK(store)(row + v * LANES, NK(load)(row + v * LANES) * inverse);
  }
  NK(store)(last, last_weight * inverse);
}

/// Turns scores into probabilities: softmax(scale · score) over the first `visible` of
/// `keys` lanes, zero in the others. Short rows stay in registers.
INLINE void NK(softmax)(NK_SCALAR *row, NK_SCALAR scale, intptr_t visible, intptr_t keys) {
  const intptr_t vectors = (visible + LANES - 1) / LANES;
  switch (vectors) {
  case 1: NK(softmax_vectors)(1, row, scale, visible); break;
  case 2: NK(softmax_vectors)(2, row, scale, visible); break;
  case 3: NK(softmax_vectors)(3, row, scale, visible); break;
  case 4: NK(softmax_vectors)(4, row, scale, visible); break;
  default: NK(softmax_vectors)(vectors, row, scale, visible); break;
  }
  for (intptr_t i = vectors * LANES; i < keys; i += LANES) NK(store)(row + i, (NK(vector)){});
}

INLINE NK_SCALAR NK(score_scale)(const nk_attention_shape *shape) {
  return 1 / __builtin_elementwise_sqrt((NK_SCALAR)shape->head_width);
}

static void NK(attend)(
  const nk_attention_shape *shape, const nk_attention_run *run, void *output_,
  void *probabilities_, void *scratch
) {
  const intptr_t width = shape->head_width, padded_width = NK(round_up)(width);
  const intptr_t rows = run->row_count, before = run->context_rows;
  const intptr_t keys = NK(round_up)(before + rows);
  NK_SCALAR *transposed_keys = scratch;
  NK_SCALAR *gathered = transposed_keys + padded_width * keys;
  NK_SCALAR *head_output = gathered + keys * padded_width;
  for (intptr_t head = 0; head < shape->heads; head++) {
    const intptr_t column = head * width;
    NK_SCALAR *probabilities = (NK_SCALAR *)probabilities_ + head * rows * keys;
    NK(gather)(shape, run, shape->section + column, gathered, padded_width);
    NK(transpose)(keys, padded_width, gathered, padded_width, transposed_keys, keys);
    NK(gather)(shape, run, 2 * shape->section + column, gathered, padded_width);
    for (intptr_t row = 0; row < rows; row += NK_TILE_ROWS) {
      const intptr_t count = rows - row < NK_TILE_ROWS ? rows - row : NK_TILE_ROWS;
      const intptr_t visible = before + row + count;
      const NK_SCALAR *query = (const NK_SCALAR *)run->rows + row * shape->row_step + column;
      NK_SCALAR *scores = probabilities + row * keys;
      NK(by_rows)(
        count, (visible + LANES - 1) / LANES, width, query, shape->row_step, transposed_keys,
        LANES, keys, scores, keys, 0);
      for (intptr_t r = 0; r < count; r++) {
        NK(softmax)(scores + r * keys, NK(score_scale)(shape), before + row + r + 1, keys);
      }
      NK(by_rows)(
        count, padded_width / LANES, visible, scores, keys, gathered, LANES, padded_width,
        head_output, padded_width, 0);
      for (intptr_t r = 0; r < count; r++) {
        NK(copy)(
          (NK_SCALAR *)output_ + (row + r) * shape->out_step + column,
          head_output + r * padded_width, width);
      }
    }
  }
}

/// Reverses softmax(scale · score): p (dp − Σ p dp) scale, over the first `filled` lanes.
INLINE void NK(softmax_backward)(
  const NK_SCALAR *probabilities, NK_SCALAR *gradient, NK_SCALAR scale, intptr_t filled,
  intptr_t keys
) {
  NK(vector) products = {};
  for (intptr_t i = 0; i < filled; i += LANES) {
    products += NK(load)(probabilities + i) * NK(load)(gradient + i);
  }
  const NK_SCALAR mean = NK(total)(products);
  for (intptr_t i = 0; i < filled; i += LANES) {
    NK(store)(
      gradient + i, NK(load)(probabilities + i) * (NK(load)(gradient + i) - mean) * scale);
  }
  for (intptr_t i = filled; i < keys; i += LANES) NK(store)(gradient + i, (NK(vector)){});
}

/// result[keys, head_width] = Σ over queries of weights[query][key]·rows[query]; a key after
/// the context is seen from its own query on.
INLINE void NK(sum_over_queries)(
  const nk_attention_run *run, intptr_t keys, intptr_t padded_width, const NK_SCALAR *weights,
  const NK_SCALAR *rows, NK_SCALAR *result
) {
  const intptr_t total = run->context_rows + run->row_count;
  for (intptr_t key = 0; key < total; key += NK_TILE_ROWS) {
    const intptr_t count = total - key < NK_TILE_ROWS ? total - key : NK_TILE_ROWS;
    const intptr_t first = key > run->context_rows ? key - run->context_rows : 0;
    NK(by_columns)(
      count, padded_width / LANES, run->row_count - first, weights + first * keys + key, keys,
      rows + first * padded_width, padded_width, result + key * padded_width, padded_width, 0);
  }
}

static void NK(attend_backward)(
  const nk_attention_shape *shape, const nk_attention_run *run, const void *output_gradient_,
  const void *probabilities_, void *rows_gradient_, void *context_gradient_, void *scratch
) {
  const intptr_t width = shape->head_width, padded_width = NK(round_up)(width);
  const intptr_t rows = run->row_count, before = run->context_rows, total = before + rows;
  const intptr_t keys = NK(round_up)(total), block = keys * padded_width;
  NK_SCALAR *transposed_values = scratch;
  NK_SCALAR *key_rows = transposed_values + block;
  NK_SCALAR *queries = key_rows + block;
  NK_SCALAR *head_gradient = queries + block;
  NK_SCALAR *query_gradient = head_gradient + block;
  NK_SCALAR *key_gradient = query_gradient + block;
  NK_SCALAR *value_gradient = key_gradient + block;
  NK_SCALAR *score_gradient = value_gradient + block;
  for (intptr_t head = 0; head < shape->heads; head++) {
    const intptr_t column = head * width;
    const NK_SCALAR *probabilities = (const NK_SCALAR *)probabilities_ + head * rows * keys;
    const NK_SCALAR *output_gradient = (const NK_SCALAR *)output_gradient_ + column;
    NK(gather)(shape, run, 2 * shape->section + column, key_rows, padded_width);
    NK(transpose)(keys, padded_width, key_rows, padded_width, transposed_values, keys);
    NK(gather)(shape, run, shape->section + column, key_rows, padded_width);
    for (intptr_t row = 0; row < rows; row++) {
      NK(copy)(
        queries + row * padded_width,
        (const NK_SCALAR *)run->rows + row * shape->row_step + column, width);
      NK(copy)(
        head_gradient + row * padded_width, output_gradient + row * shape->out_step, width);
    }
    for (intptr_t row = 0; row < rows; row += NK_TILE_ROWS) {
      const intptr_t count = rows - row < NK_TILE_ROWS ? rows - row : NK_TILE_ROWS;
      const intptr_t visible = before + row + count;
      const intptr_t vectors = (visible + LANES - 1) / LANES;
      NK(by_rows)(
        count, vectors, width, head_gradient + row * padded_width, padded_width,
        transposed_values, LANES, keys, score_gradient + row * keys, keys, 0);
      for (intptr_t r = row; r < row + count; r++) {
        NK(softmax_backward)(
          probabilities + r * keys, score_gradient + r * keys, NK(score_scale)(shape),
          vectors * LANES, keys);
      }
      NK(by_rows)(
        count, padded_width / LANES, visible, score_gradient + row * keys, keys, key_rows, LANES,
        padded_width, query_gradient + row * padded_width, padded_width, 0);
    }
    NK(sum_over_queries)(run, keys, padded_width, score_gradient, queries, key_gradient);
    NK(sum_over_queries)(run, keys, padded_width, probabilities, head_gradient, value_gradient);
    for (intptr_t key = 0; key < total; key++) {
      NK_SCALAR *target = key < before
        ? (NK_SCALAR *)context_gradient_ + run->context_index[key] * shape->row_step
        : (NK_SCALAR *)rows_gradient_ + (key - before) * shape->row_step;
      if (key >= before) {
        NK(copy)(target + column, query_gradient + (key - before) * padded_width, width);
      }
      NK(add)(target + shape->section + column, key_gradient + key * padded_width, width);
      NK(add)(target + 2 * shape->section + column, value_gradient + key * padded_width, width);
    }
  }
}

static void NK(remember)(
  const nk_attention_shape *shape, intptr_t count, const void *rows, intptr_t first, void *slot
) {
  const intptr_t width = shape->head_width, padded_width = NK(round_up)(width);
  const intptr_t capacity = shape->capacity;
  NK_SCALAR *keys = slot, *values = keys + shape->heads * width * capacity;
  for (intptr_t row = 0; row < count; row++) {
    const NK_SCALAR *from = (const NK_SCALAR *)rows + row * shape->row_step + shape->section;
    // Columns of the key section are rows of the transposed keys, head after head.
    for (intptr_t i = 0; i < shape->heads * width; i++) keys[i * capacity + first + row] = from[i];
    for (intptr_t head = 0; head < shape->heads; head++) {
      NK(copy)(
        values + (head * capacity + first + row) * padded_width,
        from + shape->section + head * width, width);
    }
  }
}

static void NK(copy_slot)(
  const nk_attention_shape *shape, intptr_t count, const void *from, void *to
) {
  const intptr_t width = shape->head_width, padded_width = NK(round_up)(width);
  const intptr_t capacity = shape->capacity, all = shape->heads * width;
  for (intptr_t i = 0; i < all; i++) {
    NK(copy)(
      (NK_SCALAR *)to + i * capacity, (const NK_SCALAR *)from + i * capacity,
      NK(round_up)(count));
  }
  for (intptr_t head = 0; head < shape->heads; head++) {
    const intptr_t values = all * capacity + head * capacity * padded_width;
    NK(copy)(
      (NK_SCALAR *)to + values, (const NK_SCALAR *)from + values, count * padded_width);
  }
}

/// Products of one row for several heads side by side, so that their sums, each a chain of
/// dependent additions, overlap: c[h] = Σ_d a[h][d]·b[h][d], d rising as in `tile`.
INLINE void NK(head_tile)(
  const int heads, const int vectors, intptr_t depth, const NK_SCALAR *a, intptr_t a_step,
  const NK_SCALAR *b, intptr_t b_head_step, intptr_t b_step, NK_SCALAR *c, intptr_t c_step
) {
  NK(vector) sum[4][2];
#pragma clang loop unroll(full)
  for (int h = 0; h < heads; h++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) sum[h][v] = (NK(vector)){};
  }
  for (intptr_t d = 0; d < depth; d++) {
#pragma clang loop unroll(full)
    for (int h = 0; h < heads; h++) {
      const NK_SCALAR scalar = a[h * a_step + d];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) {
        sum[h][v] += scalar * NK(load)(b + h * b_head_step + d * b_step + v * LANES);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int h = 0; h < heads; h++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) NK(store)(c + h * c_step + v * LANES, sum[h][v]);
  }
}

/// `head_tile` for up to four heads and any number of vectors.
static void NK(by_heads)(
  intptr_t heads, intptr_t vectors, intptr_t depth, const NK_SCALAR *a, intptr_t a_step,
  const NK_SCALAR *b, intptr_t b_head_step, intptr_t b_step, NK_SCALAR *c, intptr_t c_step
) {
#define TILE(heads, vectors) \
  NK(head_tile)( \
    heads, vectors, depth, a, a_step, b + v * LANES, b_head_step, b_step, c + v * LANES, c_step)
#define TILES(vectors) \
  switch (heads) { \
  case 1: TILE(1, vectors); break; \
  case 2: TILE(2, vectors); break; \
  case 3: TILE(3, vectors); break; \
  default: TILE(4, vectors); break; \
  }
  intptr_t v = 0;
  for (; v + 2 <= vectors; v += 2) { TILES(2) }
  if (v < vectors) { TILES(1) }
#undef TILE
#undef TILES
}

static void NK(attend_cached)(
  const nk_attention_shape *shape, intptr_t row_count, const void *rows, void *const *slots,
  const int32_t *lengths, void *output, void *scratch
) {
  const intptr_t width = shape->head_width, padded_width = NK(round_up)(width);
  const intptr_t capacity = shape->capacity, value_block = capacity * padded_width;
  NK_SCALAR *scores = scratch, *head_outputs = scores + 4 * capacity;
  for (intptr_t row = 0; row < row_count; row++) {
    const NK_SCALAR *query = (const NK_SCALAR *)rows + row * shape->row_step;
    const NK_SCALAR *keys = slots[row], *values = keys + shape->heads * width * capacity;
    NK_SCALAR *target = (NK_SCALAR *)output + row * shape->out_step;
    const intptr_t length = lengths[row];
    for (intptr_t head = 0; head < shape->heads; head += 4) {
      const intptr_t count = shape->heads - head < 4 ? shape->heads - head : 4;
      NK(by_heads)(
        count, (length + LANES - 1) / LANES, width, query + head * width, width,
        keys + head * width * capacity, width * capacity, capacity, scores, capacity);
      for (intptr_t h = 0; h < count; h++) {
        NK(softmax)(scores + h * capacity, NK(score_scale)(shape), length, 0);
      }
      NK(by_heads)(
        count, padded_width / LANES, length, scores, capacity, values + head * value_block,
        value_block, padded_width, head_outputs, padded_width);
      for (intptr_t h = 0; h < count; h++) {
        NK(copy)(target + (head + h) * width, head_outputs + h * padded_width, width);
      }
    }
  }
}
