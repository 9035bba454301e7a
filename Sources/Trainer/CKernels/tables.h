#pragma once

#include "ckernels.h"

extern const ckernels_table ckernels_portable, ckernels_avx2, ckernels_avx512;
