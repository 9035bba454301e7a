#include "tables.h"

#if defined(__x86_64__)

#include <math.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define LANES 8
#define NAME(f) f##_avx2
#include "body.inc"

#pragma clang attribute pop

const ckernels_table ckernels_avx2 = TABLE("avx2");

#endif
