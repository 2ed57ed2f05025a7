#include "TransformerKernels.h"

#include <math.h>
#include <stddef.h>

// One source, compiled once per instruction set. Explicit tables rather than `target_clones`:
// each level gets a tile that fits its registers, tests can run every level that the machine
// has, and no resolver runs before a sanitizer's runtime does.

#define NK_LEVEL baseline
#define NK_LEVEL_NAME "baseline"
#define NK_VECTOR_BYTES 16
#if defined(__aarch64__)
#define NK_TILE_ROWS 8
#else
#define NK_TILE_ROWS 4
#endif
#include "Templates/Level.h"

#if defined(__x86_64__)

#pragma clang attribute push( \
  __attribute__((target("arch=x86-64-v3"))), apply_to = function)
#define NK_LEVEL v3
#define NK_LEVEL_NAME "x86-64-v3"
#define NK_VECTOR_BYTES 32
#define NK_TILE_ROWS 6
#include "Templates/Level.h"
#pragma clang attribute pop

// Without the minimum width the compiler prefers to split the vectors in two.
#pragma clang attribute push( \
  __attribute__((target("arch=x86-64-v4"), min_vector_width(512))), apply_to = function)
#define NK_LEVEL v4
#define NK_LEVEL_NAME "x86-64-v4"
#define NK_VECTOR_BYTES 64
#define NK_TILE_ROWS 8
#include "Templates/Level.h"
#pragma clang attribute pop

#endif

#include "Templates/Reference.h"

nk_level nk_best_level(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("x86-64-v4")) return nk_v4;
  if (__builtin_cpu_supports("x86-64-v3")) return nk_v3;
#endif
  return nk_baseline;
}

const nk_kernels *nk_kernels_at(nk_level level, nk_precision precision) {
  if (level > nk_best_level()) return NULL;
  const int single = precision == nk_single;
  switch (level) {
  case nk_reference: return single ? &table_f32_reference : &table_f64_reference;
  case nk_baseline: return single ? &table_f32_baseline : &table_f64_baseline;
#if defined(__x86_64__)
  case nk_v3: return single ? &table_f32_v3 : &table_f64_v3;
  case nk_v4: return single ? &table_f32_v4 : &table_f64_v4;
#endif
  default: return NULL;
  }
}

intptr_t nk_attention_scratch(const nk_attention_shape *shape, intptr_t longest) {
  const intptr_t keys = (longest + 15) & ~(intptr_t)15;
  const intptr_t padded_width = (shape->head_width + 15) & ~(intptr_t)15;
  return keys * (5 * padded_width + keys + 4) + 48 * padded_width;
}

intptr_t nk_slot_size(const nk_attention_shape *shape) {
  const intptr_t padded_width = (shape->head_width + 15) & ~(intptr_t)15;
  return shape->heads * shape->capacity * (shape->head_width + padded_width);
}
