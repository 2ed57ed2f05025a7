// Reference versions of the attention kernels.

/// Probabilities of `visible` keys, given their scores, in place.
static void NK(softmax)(intptr_t visible, NK_SCALAR *scores) {
  double highest = scores[0], sum = 0;
  for (intptr_t key = 1; key < visible; key++) highest = fmax(highest, scores[key]);
  for (intptr_t key = 0; key < visible; key++) sum += exp(scores[key] - highest);
  for (intptr_t key = 0; key < visible; key++) scores[key] = exp(scores[key] - highest) / sum;
}

/// Puts the rows of a run on the path of rows that it forms.
static void NK(enter)(const nk_attention_run *run, intptr_t *path) {
  for (intptr_t row = 0; row < run->row_count; row++) {
    path[run->context_rows + row] = run->first_row + row;
  }
}

static void NK(attend)(
  const nk_attention_shape *shape, intptr_t run_count, const nk_attention_run *runs,
  intptr_t longest, const void *rows, void *output, void *probabilities, void *scratch
) {
  (void)longest;
  const intptr_t width = shape->head_width, keys_at = shape->section;
  intptr_t *path = scratch;
  for (const nk_attention_run *run = runs; run < runs + run_count; run++) {
    NK(enter)(run, path);
    const intptr_t keys = (run->context_rows + run->row_count + 15) & ~(intptr_t)15;
    for (intptr_t i = 0; run->has_queries && i < shape->heads * run->row_count; i++) {
      const intptr_t head = i / run->row_count, row = i % run->row_count;
      const NK_SCALAR *from = (const NK_SCALAR *)rows + head * width;
      const NK_SCALAR *query = from + (run->first_row + row) * shape->row_step;
      NK_SCALAR *p =
        (NK_SCALAR *)probabilities + run->first_probability * shape->heads + i * keys;
      NK_SCALAR *out =
        (NK_SCALAR *)output + (run->first_output + row) * shape->out_step + head * width;
      const intptr_t visible = run->context_rows + row + 1;
      for (intptr_t key = 0; key < keys; key++) {
        double score = 0;
        for (intptr_t i = 0; i < width && key < visible; i++) {
          score += (double)query[i] * from[path[key] * shape->row_step + keys_at + i];
        }
        p[key] = score / sqrt((double)width);
      }
      NK(softmax)(visible, p);
      for (intptr_t i = 0; i < width; i++) {
        double sum = 0;
        for (intptr_t key = 0; key < visible; key++) {
          sum += (double)p[key] * from[path[key] * shape->row_step + 2 * keys_at + i];
        }
        out[i] = sum;
      }
    }
  }
}

/// One query of `attend_backward`; the gradients of its keys and values are added.
static void NK(query_backward)(
  const nk_attention_shape *shape, intptr_t visible, const intptr_t *path, const NK_SCALAR *from,
  const NK_SCALAR *g, const NK_SCALAR *p, NK_SCALAR *gradient
) {
  const intptr_t width = shape->head_width, section = shape->section;
  const intptr_t own = path[visible - 1] * shape->row_step;
  double mean = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (intptr_t key = 0; key < visible; key++) {
      const intptr_t row = path[key] * shape->row_step;
      double along = 0;
      for (intptr_t i = 0; i < width; i++) along += (double)g[i] * from[row + 2 * section + i];
      if (pass == 0) {
        mean += p[key] * along;
        continue;
      }
      const double score_gradient = p[key] * (along - mean) / sqrt((double)width);
      for (intptr_t i = 0; i < width; i++) {
        gradient[own + i] += score_gradient * from[row + section + i];
        gradient[row + section + i] += score_gradient * from[own + i];
        gradient[row + 2 * section + i] += (double)p[key] * g[i];
      }
    }
  }
}

static void NK(attend_backward)(
  const nk_attention_shape *shape, intptr_t run_count, const nk_attention_run *runs,
  intptr_t longest, const void *rows, const void *output_gradient, const void *probabilities,
  void *rows_gradient, void *scratch
) {
  (void)longest;
  const intptr_t width = shape->head_width;
  intptr_t *path = scratch;
  for (const nk_attention_run *run = runs; run < runs + run_count; run++) {
    for (intptr_t row = run->first_row; row < run->first_row + run->row_count; row++) {
      for (intptr_t i = run->has_queries ? 0 : shape->section; i < shape->row_step; i++) {
        ((NK_SCALAR *)rows_gradient)[row * shape->row_step + i] = 0;
      }
    }
  }
  for (const nk_attention_run *run = runs; run < runs + run_count; run++) {
    NK(enter)(run, path);
    const intptr_t keys = (run->context_rows + run->row_count + 15) & ~(intptr_t)15;
    for (intptr_t i = 0; run->has_queries && i < shape->heads * run->row_count; i++) {
      const intptr_t head = i / run->row_count, row = i % run->row_count;
      NK(query_backward)(
        shape, run->context_rows + row + 1, path, (const NK_SCALAR *)rows + head * width,
        (const NK_SCALAR *)output_gradient + (run->first_output + row) * shape->out_step
          + head * width,
        (const NK_SCALAR *)probabilities + run->first_probability * shape->heads + i * keys,
        (NK_SCALAR *)rows_gradient + head * width);
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
