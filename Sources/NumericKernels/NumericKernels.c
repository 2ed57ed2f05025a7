#include "NumericKernels.h"
