// What every kernel computes, in plain loops: the definition the fast levels are tested against.
// A panel of the reference table has one column.

#define NK_JOIN(name, precision) name##_##precision##_reference
#define NK_EXPAND(name, precision) NK_JOIN(name, precision)
#define NK(name) NK_EXPAND(name, NK_PRECISION)
#define NK_LEVEL_NAME "reference"
#define NK_TABLE_LANES 1

#define NK_PRECISION f64
#define NK_SCALAR double
#include "ReferenceRows.h"
#include "ReferenceAttention.h"
#include "ReferenceTokens.h"
#include "ReferenceObjective.h"
#include "Table.h"
#undef NK_PRECISION
#undef NK_SCALAR

#define NK_PRECISION f32
#define NK_SCALAR float
#include "ReferenceRows.h"
#include "ReferenceAttention.h"
#include "ReferenceTokens.h"
#include "ReferenceObjective.h"
#include "Table.h"
#undef NK_PRECISION
#undef NK_SCALAR

#undef NK_JOIN
#undef NK_EXPAND
#undef NK
#undef NK_LEVEL_NAME
#undef NK_TABLE_LANES
