#pragma once
#include "json_strings.h"

// The implementations, for json_strings_dispatch.c alone.
extern const cram_string_kernels cram_string_kernels_portable;
#if defined(__x86_64__)
extern const cram_string_kernels cram_string_kernels_avx2, cram_string_kernels_avx512;
#endif
