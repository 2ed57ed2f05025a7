// Vectors of NK_SCALAR: loads, selection, reductions in a fixed order, and the exponential.
// Included once per precision and level; see Level.h for the macros.

typedef NK_SCALAR NK(vector) __attribute__((vector_size(NK_VECTOR_BYTES)));
typedef NK_SCALAR NK(unaligned)
  __attribute__((vector_size(NK_VECTOR_BYTES), aligned(sizeof(NK_SCALAR)), may_alias));
typedef NK_BITS NK(bits) __attribute__((vector_size(NK_VECTOR_BYTES)));

INLINE NK(vector) NK(load)(const NK_SCALAR *from) { return *(const NK(unaligned) *)from; }

INLINE void NK(store)(NK_SCALAR *to, NK(vector) value) { *(NK(unaligned) *)to = value; }

INLINE NK(vector) NK(splat)(NK_SCALAR value) { return value - (NK(vector)){}; }

INLINE NK(vector) NK(select)(NK(bits) mask, NK(vector) yes, NK(vector) no) {
  return (NK(vector))((mask & (NK(bits))yes) | (~mask & (NK(bits))no));
}

/// All ones in the lanes whose index, counted from `first`, is below `count`.
INLINE NK(bits) NK(lanes_below)(intptr_t first, intptr_t count) {
  NK(bits) index;
#pragma clang loop unroll(full)
  for (intptr_t lane = 0; lane < LANES; lane++) index[lane] = (NK_BITS)lane;
  return index < ((NK_BITS)(count - first) - (NK(bits)){});
}

/// The first (`high` 0) or second halves of two vectors, element by element in turn.
INLINE NK(vector) NK(interleave)(NK(vector) a, NK(vector) b, const int high) {
  NK(vector) result;
#pragma clang loop unroll(full)
  for (intptr_t lane = 0; lane < LANES; lane++) {
    const intptr_t from = lane / 2 + (high ? LANES / 2 : 0);
    result[lane] = lane % 2 == 0 ? a[from] : b[from];
  }
  return result;
}

/// Transposes a square of `LANES` rows: log₂(LANES) rounds, each interleaving row i of the first
/// half with row i of the second.
INLINE void NK(transpose_square)(
  const NK_SCALAR *from, intptr_t from_step, NK_SCALAR *to, intptr_t to_step
) {
  NK(vector) rows[LANES], next[LANES];
#pragma clang loop unroll(full)
  for (intptr_t i = 0; i < LANES; i++) rows[i] = NK(load)(from + i * from_step);
#pragma clang loop unroll(full)
  for (intptr_t round = 1; round < LANES; round *= 2) {
#pragma clang loop unroll(full)
    for (intptr_t i = 0; i < LANES / 2; i++) {
      next[2 * i] = NK(interleave)(rows[i], rows[i + LANES / 2], 0);
      next[2 * i + 1] = NK(interleave)(rows[i], rows[i + LANES / 2], 1);
    }
#pragma clang loop unroll(full)
    for (intptr_t i = 0; i < LANES; i++) rows[i] = next[i];
  }
#pragma clang loop unroll(full)
  for (intptr_t i = 0; i < LANES; i++) NK(store)(to + i * to_step, rows[i]);
}

/// The sum of all lanes, by halving: the same order at every call.
INLINE NK_SCALAR NK(total)(NK(vector) value) {
  NK_SCALAR part[LANES];
  NK(store)(part, value);
#pragma clang loop unroll(full)
  for (intptr_t half = LANES / 2; half > 0; half /= 2) {
#pragma clang loop unroll(full)
    for (intptr_t lane = 0; lane < half; lane++) part[lane] += part[lane + half];
  }
  return part[0];
}

INLINE NK_SCALAR NK(largest)(NK(vector) value) {
  NK_SCALAR part[LANES];
  NK(store)(part, value);
#pragma clang loop unroll(full)
  for (intptr_t half = LANES / 2; half > 0; half /= 2) {
#pragma clang loop unroll(full)
    for (intptr_t lane = 0; lane < half; lane++) {
      part[lane] = part[lane] > part[lane + half] ? part[lane] : part[lane + half];
    }
  }
  return part[0];
}

/// exp(x) to about 2 ulp: x = n·ln 2 + r, a polynomial in r, and n added to the exponent bits.
/// Arguments are held inside the range of normal results, so the smallest value is 2e-38
/// (single) or 3e-308 (double); NaN stays NaN.
INLINE NK(vector) NK(exp)(NK(vector) x) {
  const NK_SCALAR lowest = NK_IS_DOUBLE ? -708 : -87, highest = NK_IS_DOUBLE ? 709 : 88;
  x = NK(select)(x < lowest, NK(splat)(lowest), x);
  x = NK(select)(x > highest, NK(splat)(highest), x);
  // Adding 1.5·2^(mantissa bits) rounds to an integer and leaves it in the low bits.
  const NK_SCALAR magic = NK_IS_DOUBLE ? 0x1.8p52 : 0x1.8p23;
  NK(vector) shifted = x * (NK_SCALAR)0x1.71547652b82fep0 + magic;
  NK(vector) n = shifted - magic;
  // ln 2 in two parts; the first has enough trailing zeros for n·part to be exact.
  const NK_SCALAR high = NK_IS_DOUBLE ? 0x1.62e42feep-1 : 0x1.62e4p-1f;
  const NK_SCALAR low = NK_IS_DOUBLE ? 0x1.a39ef35793c76p-33 : 0x1.7f7d1cf8p-20f;
  NK(vector) r = x - n * high;
  r = r - n * low;
  NK(vector) sum;
  if (NK_IS_DOUBLE) {
    sum = NK(splat)((NK_SCALAR)(1.0 / 6227020800.0));
    sum = sum * r + (NK_SCALAR)(1.0 / 479001600.0);
    sum = sum * r + (NK_SCALAR)(1.0 / 39916800.0);
    sum = sum * r + (NK_SCALAR)(1.0 / 3628800.0);
    sum = sum * r + (NK_SCALAR)(1.0 / 362880.0);
    sum = sum * r + (NK_SCALAR)(1.0 / 40320.0);
    sum = sum * r + (NK_SCALAR)(1.0 / 5040.0);
    sum = sum * r + (NK_SCALAR)(1.0 / 720.0);
  } else {
    sum = NK(splat)((NK_SCALAR)(1.0 / 720.0));
  }
  sum = sum * r + (NK_SCALAR)(1.0 / 120.0);
  sum = sum * r + (NK_SCALAR)(1.0 / 24.0);
  sum = sum * r + (NK_SCALAR)(1.0 / 6.0);
  sum = sum * r + (NK_SCALAR)0.5;
  sum = (sum * r) * r + r + (NK_SCALAR)1;
  return (NK(vector))((NK(bits))sum + ((NK(bits))shifted << (NK_IS_DOUBLE ? 52 : 23)));
}

