// XXH3-64 by AVX2. The instructions are allowed by function, so that the rest of the library runs on every processor.
#if defined(__x86_64__)
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif
#define XXH_INLINE_ALL
#define XXH_VECTOR XXH_AVX2
#include <xxhash.h>

uint64_t ring_xxh3_avx2(const void *bytes, size_t count);
uint64_t ring_xxh3_avx2(const void *bytes, size_t count) { return XXH3_64bits(bytes, count); }

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
