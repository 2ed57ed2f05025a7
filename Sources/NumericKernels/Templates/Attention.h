// Causal attention, head by head. Keys are laid out transposed, [head_width, keys], so that a
// query's scores fill vectors of keys; a score is Σ over the head's width, a value Σ over the
// keys, each in rising order. Keys that a query must not see get a probability of exactly zero
// and therefore change no sum: a cached row equals the same row of a whole sequence bit for bit.
//
// Runs of rows come in the order of a tree. The keys and values from its root to the present run,
// the path, stay in the first-level cache from run to run, a key's place being its position: a run
// replaces what lies beyond its context by its own rows. Backward, the gradients of the path's keys
// and values stay there too, and each is written to its row when it leaves the path.

INLINE intptr_t NK(round_up)(intptr_t count) { return (count + 15) & ~(intptr_t)15; }

INLINE void NK(copy)(NK_SCALAR *to, const NK_SCALAR *from, intptr_t count) {
  intptr_t i = 0;
  for (; i + LANES <= count; i += LANES) NK(store)(to + i, NK(load)(from + i));
#pragma clang loop vectorize(disable)
  for (; i < count; i++) to[i] = from[i];
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

/// `softmax` for rows of so many vectors. In three passes over the rows, so that the reductions,
/// chains of dependent steps, overlap from row to row.
INLINE void NK(softmax_vectors)(
  const intptr_t vectors, intptr_t count, NK_SCALAR *rows, intptr_t step, NK_SCALAR scale,
  intptr_t visible
) {
  const NK_SCALAR lowest = NK_IS_DOUBLE ? (NK_SCALAR)-1.7e308 : (NK_SCALAR)-3.4e38f;
  NK_SCALAR shift[NK_TILE_ROWS], inverse[NK_TILE_ROWS];
  for (intptr_t r = 0; r < count; r++) {
    NK(vector) highest = NK(splat)(lowest);
    for (intptr_t v = 0; v < vectors; v++) {
      const NK(vector) score = NK(select)(
        NK(lanes_below)(v * LANES, visible + r), NK(load)(rows + r * step + v * LANES) * scale,
        NK(splat)(lowest));
      highest = NK(select)(score > highest, score, highest);
    }
    shift[r] = NK(largest)(highest);
  }
  for (intptr_t r = 0; r < count; r++) {
    NK(vector) sums = {};
    for (intptr_t v = 0; v < vectors; v++) {
      NK_SCALAR *at = rows + r * step + v * LANES;
      const NK(vector) weight = NK(select)(
        NK(lanes_below)(v * LANES, visible + r), NK(exp)(NK(load)(at) * scale - shift[r]),
        (NK(vector)){});
      sums += weight;
      NK(store)(at, weight);
    }
    inverse[r] = 1 / NK(total)(sums);
  }
  for (intptr_t r = 0; r < count; r++) {
    for (intptr_t v = 0; v < vectors; v++) {
      NK_SCALAR *at = rows + r * step + v * LANES;
      NK(store)(at, NK(load)(at) * inverse[r]);
    }
  }
}

/// Turns up to NK_TILE_ROWS rows of scores into probabilities: softmax(scale · score) over the
/// first `visible` lanes of the first row, one more in each further row, and zero in the others up
/// to `keys`.
INLINE void NK(softmax)(
  intptr_t count, NK_SCALAR *rows, intptr_t step, NK_SCALAR scale, intptr_t visible, intptr_t keys
) {
  const intptr_t vectors = (visible + count - 1 + LANES - 1) / LANES;
  switch (vectors) {
  case 1: NK(softmax_vectors)(1, count, rows, step, scale, visible); break;
  case 2: NK(softmax_vectors)(2, count, rows, step, scale, visible); break;
  case 3: NK(softmax_vectors)(3, count, rows, step, scale, visible); break;
  case 4: NK(softmax_vectors)(4, count, rows, step, scale, visible); break;
  default: NK(softmax_vectors)(vectors, count, rows, step, scale, visible); break;
  }
  for (intptr_t r = 0; r < count; r++) {
    for (intptr_t i = vectors * LANES; i < keys; i += LANES) {
      NK(store)(rows + r * step + i, (NK(vector)){});
    }
  }
}

INLINE NK_SCALAR NK(score_scale)(const nk_attention_shape *shape) {
  return 1 / __builtin_elementwise_sqrt((NK_SCALAR)shape->head_width);
}

/// Puts `count` rows of one head into columns of a matrix `[padded width, step]` from `position` on,
/// and zeros into the columns up to the next 16. `square` holds 16 rows.
INLINE void NK(add_columns)(
  const nk_attention_shape *shape, intptr_t count, const NK_SCALAR *rows, intptr_t position,
  NK_SCALAR *columns, intptr_t step, NK_SCALAR *square
) {
  const intptr_t width = shape->head_width, padded_width = NK(round_up)(width);
  for (intptr_t first = 0; first < count; first += 16) {
    const intptr_t used = count - first < 16 ? count - first : 16;
    for (intptr_t row = 0; row < used; row++) {
      NK(copy)(square + row * padded_width, rows + (first + row) * shape->row_step, width);
    }
    for (intptr_t i = used * padded_width; i < 16 * padded_width; i += LANES) {
      NK(store)(square + i, (NK(vector)){});
    }
    NK(transpose)(16, padded_width, square, padded_width, columns + position + first, step);
  }
}

/// Puts `count` rows of one head into rows of a matrix `[keys, padded width]`.
INLINE void NK(add_rows)(
  const nk_attention_shape *shape, intptr_t count, const NK_SCALAR *from, NK_SCALAR *to
) {
  for (intptr_t row = 0; row < count; row++) {
    NK(copy)(
      to + row * NK(round_up)(shape->head_width), from + row * shape->row_step,
      shape->head_width);
  }
}

static void NK(attend)(
  const nk_attention_shape *shape, intptr_t run_count, const nk_attention_run *runs,
  intptr_t longest, const void *rows_, void *output_, void *probabilities_, void *scratch
) {
  const intptr_t width = shape->head_width, padded_width = NK(round_up)(width);
  const intptr_t step = NK(round_up)(longest) + 16;
  NK_SCALAR *keys = scratch, *values = keys + padded_width * step;
  NK_SCALAR *square = values + padded_width * step, *head_output = square + 16 * padded_width;
  for (intptr_t head = 0; head < shape->heads; head++) {
    for (const nk_attention_run *run = runs; run < runs + run_count; run++) {
      const intptr_t before = run->context_rows, count = run->row_count;
      const NK_SCALAR *own =
        (const NK_SCALAR *)rows_ + run->first_row * shape->row_step + head * width;
      NK(add_columns)(shape, count, own + shape->section, before, keys, step, square);
      NK(add_rows)(shape, count, own + 2 * shape->section, values + before * padded_width);
      if (!run->has_queries) continue;
      const intptr_t row_keys = NK(round_up)(before + count);
      NK_SCALAR *probabilities = (NK_SCALAR *)probabilities_
        + run->first_probability * shape->heads + head * count * row_keys;
      NK_SCALAR *output = (NK_SCALAR *)output_ + run->first_output * shape->out_step + head * width;
      for (intptr_t row = 0; row < count; row += NK_TILE_ROWS) {
        const intptr_t tile = count - row < NK_TILE_ROWS ? count - row : NK_TILE_ROWS;
        const intptr_t visible = before + row + tile;
        NK_SCALAR *scores = probabilities + row * row_keys;
        NK(by_rows)(
          tile, (visible + LANES - 1) / LANES, width, own + row * shape->row_step,
          shape->row_step, keys, LANES, step, scores, row_keys, 0);
        NK(softmax)(
          tile, scores, row_keys, NK(score_scale)(shape), before + row + 1, row_keys);
        NK(by_rows)(
          tile, padded_width / LANES, visible, scores, row_keys, values, LANES, padded_width,
          head_output, padded_width, 0);
        for (intptr_t r = 0; r < tile; r++) {
          NK(copy)(
            output + (row + r) * shape->out_step, head_output + r * padded_width, width);
        }
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

/// result[keys, head_width] += Σ over queries of weights[query][key]·rows[query]; a key after
/// the context is seen from its own query on.
INLINE void NK(sum_over_queries)(
  const nk_attention_run *run, intptr_t row_keys, intptr_t padded_width, const NK_SCALAR *weights,
  const NK_SCALAR *rows, intptr_t row_step, NK_SCALAR *result
) {
  const intptr_t total = run->context_rows + run->row_count;
  for (intptr_t key = 0; key < total; key += NK_TILE_ROWS) {
    const intptr_t count = total - key < NK_TILE_ROWS ? total - key : NK_TILE_ROWS;
    const intptr_t first = key > run->context_rows ? key - run->context_rows : 0;
    NK(by_columns)(
      count, padded_width / LANES, run->row_count - first, weights + first * row_keys + key,
      row_keys, rows + first * row_step, row_step, result + key * padded_width, padded_width, 1);
  }
}

/// The path of a head, going backward.
typedef struct {
  NK_SCALAR *keys;
  NK_SCALAR *transposed_values;
  intptr_t values_step;
  NK_SCALAR *key_gradient;
  NK_SCALAR *value_gradient;
  /// Where each key's row is.
  intptr_t *rows;
  intptr_t length;
} NK(path);

/// Shortens the path, writing the gradients of what leaves it.
INLINE void NK(leave)(
  const nk_attention_shape *shape, NK(path) *path, intptr_t length, intptr_t column,
  NK_SCALAR *rows_gradient
) {
  const intptr_t padded_width = NK(round_up)(shape->head_width);
  for (intptr_t key = length; key < path->length; key++) {
    NK_SCALAR *target = rows_gradient + path->rows[key] * shape->row_step + column;
    NK(copy)(
      target + shape->section, path->key_gradient + key * padded_width, shape->head_width);
    NK(copy)(
      target + 2 * shape->section, path->value_gradient + key * padded_width, shape->head_width);
  }
  if (length < path->length) path->length = length;
}

/// Appends a run's rows to the path, with no gradient yet.
INLINE void NK(enter)(
  const nk_attention_shape *shape, NK(path) *path, const nk_attention_run *run,
  const NK_SCALAR *own, NK_SCALAR *square
) {
  const intptr_t padded_width = NK(round_up)(shape->head_width);
  const intptr_t first = run->context_rows * padded_width, count = run->row_count;
  NK(add_columns)(
    shape, count, own + 2 * shape->section, run->context_rows, path->transposed_values,
    path->values_step, square);
  NK(add_rows)(shape, count, own + shape->section, path->keys + first);
  for (intptr_t i = first; i < first + count * padded_width; i += LANES) {
    NK(store)(path->key_gradient + i, (NK(vector)){});
    NK(store)(path->value_gradient + i, (NK(vector)){});
  }
  for (intptr_t row = 0; row < count; row++) {
    path->rows[run->context_rows + row] = run->first_row + row;
  }
  path->length = run->context_rows + count;
}

static void NK(attend_backward)(
  const nk_attention_shape *shape, intptr_t run_count, const nk_attention_run *runs,
  intptr_t longest, const void *rows_, const void *output_gradient_, const void *probabilities_,
  void *rows_gradient_, void *scratch
) {
  const intptr_t width = shape->head_width, padded_width = NK(round_up)(width);
  const intptr_t most = NK(round_up)(longest), block = most * padded_width;
  NK_SCALAR *rows_gradient = rows_gradient_;
  NK(path) path = {.values_step = most + 16};
  path.rows = scratch;
  path.keys = (NK_SCALAR *)scratch + 4 * most;
  path.key_gradient = path.keys + block;
  path.value_gradient = path.key_gradient + block;
  path.transposed_values = path.value_gradient + block;
  NK_SCALAR *square = path.transposed_values + padded_width * path.values_step;
  NK_SCALAR *query_gradient = square + 16 * padded_width;
  NK_SCALAR *score_gradient = query_gradient + block;
  for (intptr_t head = 0; head < shape->heads; head++) {
    const intptr_t column = head * width;
    path.length = 0;
    for (const nk_attention_run *run = runs; run < runs + run_count; run++) {
      const intptr_t before = run->context_rows, count = run->row_count;
      const intptr_t row_keys = NK(round_up)(before + count);
      const NK_SCALAR *own =
        (const NK_SCALAR *)rows_ + run->first_row * shape->row_step + column;
      NK(leave)(shape, &path, before, column, rows_gradient);
      NK(enter)(shape, &path, run, own, square);
      if (!run->has_queries) continue;
      const NK_SCALAR *probabilities = (const NK_SCALAR *)probabilities_
        + run->first_probability * shape->heads + head * count * row_keys;
      const NK_SCALAR *output_gradient =
        (const NK_SCALAR *)output_gradient_ + run->first_output * shape->out_step + column;
      for (intptr_t row = 0; row < count; row += NK_TILE_ROWS) {
        const intptr_t tile = count - row < NK_TILE_ROWS ? count - row : NK_TILE_ROWS;
        const intptr_t visible = before + row + tile;
        const intptr_t vectors = (visible + LANES - 1) / LANES;
        NK(by_rows)(
          tile, vectors, width, output_gradient + row * shape->out_step, shape->out_step,
          path.transposed_values, LANES, path.values_step, score_gradient + row * row_keys,
          row_keys, 0);
        for (intptr_t r = row; r < row + tile; r++) {
          NK(softmax_backward)(
            probabilities + r * row_keys, score_gradient + r * row_keys, NK(score_scale)(shape),
            vectors * LANES, row_keys);
        }
        NK(by_rows)(
          tile, padded_width / LANES, visible, score_gradient + row * row_keys, row_keys,
          path.keys, LANES, padded_width, query_gradient + row * padded_width, padded_width, 0);
      }
      for (intptr_t row = 0; row < count; row++) {
        NK(copy)(
          rows_gradient + (run->first_row + row) * shape->row_step + column,
          query_gradient + row * padded_width, width);
      }
      NK(sum_over_queries)(
        run, row_keys, padded_width, score_gradient, own, shape->row_step, path.key_gradient);
      NK(sum_over_queries)(
        run, row_keys, padded_width, probabilities, output_gradient, shape->out_step,
        path.value_gradient);
    }
    NK(leave)(shape, &path, 0, column, rows_gradient);
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
        NK(softmax)(1, scores + h * capacity, capacity, NK(score_scale)(shape), length, 0);
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
