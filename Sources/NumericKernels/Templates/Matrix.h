// Matrix products. One tile of the result, NK_TILE_ROWS x 2 vectors, stays in registers while
// the whole depth passes by: at AVX-512 that is 8 x 32 singles, 16 accumulators, 10 loads for
// 16 multiply-adds. A pair of panels is reused by all rows before the next pair is touched, so
// it stays in the first-level cache.

static void NK(pack)(
  const void *source_, intptr_t depth_step, intptr_t width_step, intptr_t depth, intptr_t width,
  void *panels_, intptr_t panel_step
) {
  const NK_SCALAR *source = source_;
  NK_SCALAR *panels = panels_;
  for (intptr_t first = 0; first < width; first += LANES) {
    NK_SCALAR *panel = panels + first / LANES * panel_step;
    const NK_SCALAR *column = source + first * width_step;
    const intptr_t used = width - first < LANES ? width - first : LANES;
    if (used < LANES) {
      for (intptr_t d = 0; d < depth; d++) {
        for (intptr_t n = 0; n < LANES; n++) {
          panel[d * LANES + n] = n < used ? column[d * depth_step + n * width_step] : 0;
        }
      }
    } else if (width_step == 1) {
      for (intptr_t d = 0; d < depth; d++) {
        NK(store)(panel + d * LANES, NK(load)(column + d * depth_step));
      }
    } else {
      for (intptr_t d = 0; d < depth; d++) {
#pragma clang loop unroll(full)
        for (intptr_t n = 0; n < LANES; n++) {
          panel[d * LANES + n] = column[d * depth_step + n * width_step];
        }
      }
    }
  }
}

/// C[rows, vectors] = Σ_d A[r][d]·B[d], d rising, or C + Σ with `accumulate`.
INLINE void NK(tile)(
  const int rows, const int vectors, intptr_t depth, const NK_SCALAR *a, intptr_t row_step,
  intptr_t depth_step, const NK_SCALAR *b, intptr_t panel_step, intptr_t b_step, NK_SCALAR *c,
  intptr_t c_step, int accumulate
) {
  NK(vector) sum[NK_TILE_ROWS][2];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      sum[r][v] = accumulate ? NK(load)(c + r * c_step + v * LANES) : (NK(vector)){};
    }
  }
  for (intptr_t d = 0; d < depth; d++) {
    NK(vector) factor[2];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) factor[v] = NK(load)(b + v * panel_step + d * b_step);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      const NK_SCALAR scalar = a[r * row_step + d * depth_step];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) sum[r][v] += scalar * factor[v];
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) NK(store)(c + r * c_step + v * LANES, sum[r][v]);
  }
}

/// Tiles a product; remaining rows go through smaller tiles of the same arithmetic.
INLINE void NK(tiles)(
  const int vectors, intptr_t rows, intptr_t depth, const NK_SCALAR *a, intptr_t row_step,
  intptr_t depth_step, const NK_SCALAR *b, intptr_t panel_step, intptr_t b_step, NK_SCALAR *c,
  intptr_t c_step, int accumulate
) {
  intptr_t row = 0;
#define TILE(count) \
  NK(tile)( \
    count, vectors, depth, a + row * row_step, row_step, depth_step, b, panel_step, b_step, \
    c + row * c_step, c_step, accumulate); \
  row += count
  while (rows - row >= NK_TILE_ROWS) { TILE(NK_TILE_ROWS); }
  if (NK_TILE_ROWS > 4 && rows - row >= 4) { TILE(4); }
  if (rows - row >= 2) { TILE(2); }
  if (rows - row >= 1) { TILE(1); }
#undef TILE
}

/// C[rows, vectors] = A·B (or +=) for A read along its rows.
static void NK(by_rows)(
  intptr_t rows, intptr_t vectors, intptr_t depth, const NK_SCALAR *a, intptr_t a_step,
  const NK_SCALAR *b, intptr_t panel_step, intptr_t b_step, NK_SCALAR *c, intptr_t c_step,
  int accumulate
) {
  intptr_t v = 0;
  for (; v + 2 <= vectors; v += 2) {
    NK(tiles)(
      2, rows, depth, a, a_step, 1, b + v * panel_step, panel_step, b_step, c + v * LANES, c_step,
      accumulate);
  }
  if (v < vectors) {
    NK(tiles)(
      1, rows, depth, a, a_step, 1, b + v * panel_step, panel_step, b_step, c + v * LANES, c_step,
      accumulate);
  }
}

/// C[height, vectors] = Aᵀ·B (or +=) for A[depth, height], read along its columns.
static void NK(by_columns)(
  intptr_t height, intptr_t vectors, intptr_t depth, const NK_SCALAR *a, intptr_t a_step,
  const NK_SCALAR *b, intptr_t b_step, NK_SCALAR *c, intptr_t c_step, int accumulate
) {
  intptr_t v = 0;
  for (; v + 2 <= vectors; v += 2) {
    NK(tiles)(
      2, height, depth, a, 1, a_step, b + v * LANES, LANES, b_step, c + v * LANES, c_step,
      accumulate);
  }
  if (v < vectors) {
    NK(tiles)(
      1, height, depth, a, 1, a_step, b + v * LANES, LANES, b_step, c + v * LANES, c_step,
      accumulate);
  }
}

static void NK(multiply)(
  intptr_t rows, intptr_t width, intptr_t depth, const void *a, intptr_t a_step,
  const void *panels, intptr_t panel_step, void *c, intptr_t c_step, int32_t accumulate
) {
  NK(by_rows)(
    rows, width / LANES, depth, a, a_step, panels, panel_step, LANES, c, c_step, accumulate);
}

static void NK(multiply_transposed)(
  intptr_t height, intptr_t width, intptr_t depth, const void *a_, intptr_t a_step, const void *b_,
  intptr_t b_step, void *c_, intptr_t c_step
) {
  const NK_SCALAR *a = a_, *b = b_;
  NK_SCALAR *c = c_;
  const intptr_t whole = width / LANES, rest = width - whole * LANES;
  NK(by_columns)(height, whole, depth, a, a_step, b, b_step, c, c_step, 1);
  if (rest == 0) return;
  // The last columns of C do not fill a vector: sum them beside C, then copy what exists.
  for (intptr_t row = 0; row < height; row += NK_TILE_ROWS) {
    NK_SCALAR beside[NK_TILE_ROWS * LANES] = {};
    const intptr_t rows = height - row < NK_TILE_ROWS ? height - row : NK_TILE_ROWS;
    NK_SCALAR *corner = c + row * c_step + whole * LANES;
    for (intptr_t r = 0; r < rows; r++) {
      for (intptr_t n = 0; n < rest; n++) beside[r * LANES + n] = corner[r * c_step + n];
    }
    NK(by_columns)(rows, 1, depth, a + row, a_step, b + whole * LANES, b_step, beside, LANES, 1);
    for (intptr_t r = 0; r < rows; r++) {
      for (intptr_t n = 0; n < rest; n++) corner[r * c_step + n] = beside[r * LANES + n];
    }
  }
}
