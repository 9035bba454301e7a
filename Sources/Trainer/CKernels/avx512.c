#include "tables.h"

#if defined(__x86_64__)

#include <math.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)

#define LANES 16
#define NAME(f) f##_avx512
#include "body.inc"

#pragma clang attribute pop

const ckernels_table ckernels_avx512 = TABLE("avx512");

#endif
