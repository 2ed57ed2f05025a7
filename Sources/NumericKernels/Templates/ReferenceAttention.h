// Reference versions of the attention kernels.

static const NK_SCALAR *NK(key_row)(
  const nk_attention_shape *shape, const nk_attention_run *run, intptr_t key
) {
  return key < run->context_rows
    ? (const NK_SCALAR *)run->context + run->context_index[key] * shape->row_step
    : (const NK_SCALAR *)run->rows + (key - run->context_rows) * shape->row_step;
}

/// Probabilities of `visible` keys, given their scores, in place.
static void NK(softmax)(intptr_t visible, NK_SCALAR *scores) {
  double highest = scores[0], sum = 0;
  for (intptr_t key = 1; key < visible; key++) highest = fmax(highest, scores[key]);
  for (intptr_t key = 0; key < visible; key++) sum += exp(scores[key] - highest);
  for (intptr_t key = 0; key < visible; key++) scores[key] = exp(scores[key] - highest) / sum;
}

static void NK(attend)(
  const nk_attention_shape *shape, const nk_attention_run *run, void *output,
  void *probabilities, void *scratch
) {
  (void)scratch;
  const intptr_t width = shape->head_width;
  const intptr_t keys = (run->context_rows + run->row_count + 15) & ~(intptr_t)15;
  for (intptr_t head = 0; head < shape->heads; head++) {
    for (intptr_t row = 0; row < run->row_count; row++) {
      const NK_SCALAR *query = (const NK_SCALAR *)run->rows + row * shape->row_step + head * width;
      NK_SCALAR *p = (NK_SCALAR *)probabilities + (head * run->row_count + row) * keys;
      NK_SCALAR *out = (NK_SCALAR *)output + row * shape->out_step + head * width;
      const intptr_t visible = run->context_rows + row + 1;
      for (intptr_t key = 0; key < keys; key++) {
        double score = 0;
        for (intptr_t i = 0; i < width && key < visible; i++) {
          score +=
            (double)query[i] * NK(key_row)(shape, run, key)[shape->section + head * width + i];
        }
        p[key] = score / sqrt((double)width);
      }
      NK(softmax)(visible, p);
      for (intptr_t i = 0; i < width; i++) {
        double sum = 0;
        for (intptr_t key = 0; key < visible; key++) {
          sum +=
            (double)p[key] * NK(key_row)(shape, run, key)[2 * shape->section + head * width + i];
        }
        out[i] = sum;
      }
    }
  }
}

static void NK(attend_backward)(
  const nk_attention_shape *shape, const nk_attention_run *run, const void *output_gradient,
  const void *probabilities, void *rows_gradient, void *context_gradient, void *scratch
) {
  (void)scratch;
  const intptr_t width = shape->head_width, before = run->context_rows;
  const intptr_t keys = (before + run->row_count + 15) & ~(intptr_t)15;
  for (intptr_t head = 0; head < shape->heads; head++) {
    for (intptr_t row = 0; row < run->row_count; row++) {
      const intptr_t column = head * width, visible = before + row + 1;
      const NK_SCALAR *query = (const NK_SCALAR *)run->rows + row * shape->row_step + column;
      const NK_SCALAR *g =
        (const NK_SCALAR *)output_gradient + row * shape->out_step + column;
      const NK_SCALAR *p =
        (const NK_SCALAR *)probabilities + (head * run->row_count + row) * keys;
      NK_SCALAR *query_gradient = (NK_SCALAR *)rows_gradient + row * shape->row_step + column;
      for (intptr_t i = 0; i < width; i++) query_gradient[i] = 0;
      double mean = 0;
      for (int pass = 0; pass < 2; pass++) {
        for (intptr_t key = 0; key < visible; key++) {
          const NK_SCALAR *from = NK(key_row)(shape, run, key) + shape->section + column;
          double gradient = 0;
          for (intptr_t i = 0; i < width; i++) gradient += (double)g[i] * from[shape->section + i];
          if (pass == 0) {
            mean += p[key] * gradient;
            continue;
          }
          NK_SCALAR *to = shape->section + column + (key < before
            ? (NK_SCALAR *)context_gradient + run->context_index[key] * shape->row_step
            : (NK_SCALAR *)rows_gradient + (key - before) * shape->row_step);
          const double score_gradient = p[key] * (gradient - mean) / sqrt((double)width);
          for (intptr_t i = 0; i < width; i++) {
            query_gradient[i] += score_gradient * from[i];
            to[i] += score_gradient * query[i];
            to[shape->section + i] += (double)p[key] * g[i];
          }
        }
      }
    }
  }
}

static void NK(remember)(
  const nk_attention_shape *shape, intptr_t count, const void *rows, intptr_t first, void *slot
) {
  const intptr_t width = shape->head_width, padded_width = (width + 15) & ~(intptr_t)15;
  NK_SCALAR *keys = slot, *values = keys + shape->heads * width * shape->capacity;
  for (intptr_t row = 0; row < count; row++) {
    const NK_SCALAR *from = (const NK_SCALAR *)rows + row * shape->row_step + shape->section;
    for (intptr_t head = 0; head < shape->heads; head++) {
      for (intptr_t i = 0; i < width; i++) {
        keys[(head * width + i) * shape->capacity + first + row] = from[head * width + i];
        values[(head * shape->capacity + first + row) * padded_width + i] =
          from[shape->section + head * width + i];
      }
    }
  }
}

static void NK(copy_slot)(
  const nk_attention_shape *shape, intptr_t count, const void *from, void *to
) {
  const intptr_t width = shape->head_width, padded_width = (width + 15) & ~(intptr_t)15;
  const intptr_t keys = shape->heads * width;
  for (intptr_t i = 0; i < keys; i++) {
    for (intptr_t key = 0; key < count; key++) {
      ((NK_SCALAR *)to)[i * shape->capacity + key] =
        ((const NK_SCALAR *)from)[i * shape->capacity + key];
    }
  }
  for (intptr_t head = 0; head < shape->heads; head++) {
    for (intptr_t i = 0; i < count * padded_width; i++) {
      const intptr_t at = (keys + head * padded_width) * shape->capacity + i;
      ((NK_SCALAR *)to)[at] = ((const NK_SCALAR *)from)[at];
    }
  }
}

static void NK(attend_cached)(
  const nk_attention_shape *shape, intptr_t row_count, const void *rows, void *const *slots,
  const int32_t *lengths, void *output, void *scratch
) {
  const intptr_t width = shape->head_width, padded_width = (width + 15) & ~(intptr_t)15;
  NK_SCALAR *p = scratch;
  for (intptr_t row = 0; row < row_count; row++) {
    const NK_SCALAR *keys = slots[row], *values = keys + shape->heads * width * shape->capacity;
    for (intptr_t head = 0; head < shape->heads; head++) {
      const NK_SCALAR *query = (const NK_SCALAR *)rows + row * shape->row_step + head * width;
      for (intptr_t key = 0; key < lengths[row]; key++) {
        double score = 0;
        for (intptr_t i = 0; i < width; i++) {
          score += (double)query[i] * keys[(head * width + i) * shape->capacity + key];
        }
        p[key] = score / sqrt((double)width);
      }
      NK(softmax)(lengths[row], p);
      for (intptr_t i = 0; i < width; i++) {
        double sum = 0;
        for (intptr_t key = 0; key < lengths[row]; key++) {
          sum += (double)p[key] * values[(head * shape->capacity + key) * padded_width + i];
        }
        ((NK_SCALAR *)output)[row * shape->out_step + head * width + i] = sum;
      }
    }
  }
}
