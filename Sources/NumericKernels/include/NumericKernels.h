#ifndef NUMERIC_KERNELS_H
#define NUMERIC_KERNELS_H

#include "TransformerKernels.h"

/// Has the allocator give blocks of a megabyte and more back to the system when they are freed.
/// glibc would raise that limit after the first of them and keep 20 MB of gaps. To be called once,
/// before threads allocate.
void nk_return_large_blocks(void);

/// Has it keep those below six megabytes, for a process that allocates the same sizes again and again: a page that comes
/// from the system costs more than the work on it. To be called once, before threads allocate.
void nk_reuse_large_blocks(void);

#endif
