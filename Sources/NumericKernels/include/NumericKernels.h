#ifndef NUMERIC_KERNELS_H
#define NUMERIC_KERNELS_H

#include "TransformerKernels.h"

#endif
