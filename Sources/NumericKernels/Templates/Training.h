// Sums of gradients, and the optimizer's step.

static void NK(sum)(intptr_t size, intptr_t count, const void *const *sources, void *target_) {
  NK_SCALAR *target = target_;
  intptr_t i = 0;
  for (; i + LANES <= size; i += LANES) {
    NK(vector) sum = NK(load)((const NK_SCALAR *)sources[0] + i);
    for (intptr_t s = 1; s < count; s++) sum += NK(load)((const NK_SCALAR *)sources[s] + i);
    NK(store)(target + i, sum);
  }
  for (; i < size; i++) {
    NK_SCALAR sum = ((const NK_SCALAR *)sources[0])[i];
    for (intptr_t s = 1; s < count; s++) sum += ((const NK_SCALAR *)sources[s])[i];
    target[i] = sum;
  }
}

static void NK(dot)(intptr_t size, const void *x_, const void *y_, double *result) {
  enum { DOUBLES = NK_VECTOR_BYTES / sizeof(double), PARTS = 4 };
  typedef NK_SCALAR narrow __attribute__((
    vector_size(DOUBLES * sizeof(NK_SCALAR)), aligned(sizeof(NK_SCALAR)), may_alias));
  const NK_SCALAR *x = x_, *y = y_;
  NK64(vector) sums[PARTS] = {};
  intptr_t i = 0;
  for (; i + PARTS * DOUBLES <= size; i += PARTS * DOUBLES) {
#pragma clang loop unroll(full)
    for (intptr_t part = 0; part < PARTS; part++) {
      const narrow a = *(const narrow *)(x + i + part * DOUBLES);
      const narrow b = *(const narrow *)(y + i + part * DOUBLES);
      sums[part] +=
        __builtin_convertvector(a, NK64(vector)) * __builtin_convertvector(b, NK64(vector));
    }
  }
  double sum = NK64(total)((sums[0] + sums[1]) + (sums[2] + sums[3]));
  for (; i < size; i++) sum += (double)x[i] * (double)y[i];
  *result += sum;
}

static void NK(adam)(
  intptr_t size, void *parameters_, const void *gradient_, void *first_moment_,
  void *second_moment_, double gradient_scale, double learning_rate, double first_decay,
  double second_decay, double first_scale, double second_scale, double epsilon,
  double weight_decay
) {
  NK_SCALAR *parameters = parameters_, *first = first_moment_, *second = second_moment_;
  const NK_SCALAR *gradient = gradient_;
  const NK_SCALAR scale = gradient_scale, rate = learning_rate, decay = weight_decay;
  const NK_SCALAR keep1 = first_decay, keep2 = second_decay, tiny = epsilon;
  const NK_SCALAR take1 = 1 - first_decay, take2 = 1 - second_decay;
  const NK_SCALAR unbias1 = first_scale, unbias2 = second_scale;
#define STEP(type, load, store) \
  const type g = load(gradient + i) * scale, p = load(parameters + i); \
  const type m = load(first + i) * keep1 + g * take1; \
  const type v = load(second + i) * keep2 + g * g * take2; \
  store(first + i, m); \
  store(second + i, v); \
  const type size_of_gradient = __builtin_elementwise_sqrt(v * unbias2) + tiny; \
  store(parameters + i, p - rate * (m * unbias1 / size_of_gradient + decay * p))
#define READ(from) (*(from))
#define WRITE(to, value) (*(to) = (value))
  intptr_t i = 0;
  for (; i + LANES <= size; i += LANES) { STEP(NK(vector), NK(load), NK(store)); }
  for (; i < size; i++) { STEP(NK_SCALAR, READ, WRITE); }
#undef STEP
#undef READ
#undef WRITE
}

/// As many independent sums as a tile of the matrix product has, so the figure is the one that
/// `multiply` can hope for.
static double NK(saturate)(intptr_t rounds, void *result) {
  NK(vector) sum[NK_TILE_ROWS][2];
#pragma clang loop unroll(full)
  for (int r = 0; r < NK_TILE_ROWS; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < 2; v++) sum[r][v] = NK(splat)((NK_SCALAR)(r + v));
  }
  const NK(vector) factor = NK(splat)((NK_SCALAR)0.5), added = NK(splat)((NK_SCALAR)1);
  for (intptr_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int r = 0; r < NK_TILE_ROWS; r++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < 2; v++) sum[r][v] = sum[r][v] * factor + added;
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < NK_TILE_ROWS; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < 2; v++) sum[0][0] += sum[r][v];
  }
  *(NK_SCALAR *)result = NK(total)(sum[0][0]);
  return 2.0 * (double)rounds * NK_TILE_ROWS * 2 * LANES;
}
