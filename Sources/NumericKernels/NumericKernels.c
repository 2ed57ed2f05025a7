#include "NumericKernels.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

void nk_return_large_blocks(void) {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}

void nk_reuse_large_blocks(void) {
#if defined(__GLIBC__)
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 6 << 20);
  mallopt(M_TRIM_THRESHOLD, 32 << 20);
#endif
}
