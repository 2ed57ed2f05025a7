// Everything for one instruction set, in double and in single precision. The includer defines
// NK_LEVEL (a suffix), NK_LEVEL_NAME, NK_VECTOR_BYTES and NK_TILE_ROWS; this file removes them.

#define NK_JOIN(name, precision, level) name##_##precision##_##level
#define NK_EXPAND(name, precision, level) NK_JOIN(name, precision, level)
#define NK(name) NK_EXPAND(name, NK_PRECISION, NK_LEVEL)
#define NK64(name) NK_EXPAND(name, f64, NK_LEVEL)
#define INLINE static inline __attribute__((always_inline, unused))
#define LANES ((intptr_t)(NK_VECTOR_BYTES / sizeof(NK_SCALAR)))
#define NK_TABLE_LANES (NK_VECTOR_BYTES / sizeof(NK_SCALAR))

#define NK_PRECISION f64
#define NK_SCALAR double
#define NK_BITS int64_t
#define NK_IS_DOUBLE 1
#include "Vectors.h"
#include "Matrix.h"
#include "Rows.h"
#include "Attention.h"
#include "Tokens.h"
#include "Objective.h"
#include "Training.h"
#include "Table.h"
#undef NK_PRECISION
#undef NK_SCALAR
#undef NK_BITS
#undef NK_IS_DOUBLE

#define NK_PRECISION f32
#define NK_SCALAR float
#define NK_BITS int32_t
#define NK_IS_DOUBLE 0
#include "Vectors.h"
#include "Matrix.h"
#include "Rows.h"
#include "Attention.h"
#include "Tokens.h"
#include "Objective.h"
#include "Training.h"
#include "Table.h"
#undef NK_PRECISION
#undef NK_SCALAR
#undef NK_BITS
#undef NK_IS_DOUBLE

#undef NK_JOIN
#undef NK_EXPAND
#undef NK
#undef NK64
#undef INLINE
#undef LANES
#undef NK_TABLE_LANES
#undef NK_LEVEL
#undef NK_LEVEL_NAME
#undef NK_VECTOR_BYTES
#undef NK_TILE_ROWS
