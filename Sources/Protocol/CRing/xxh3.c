// XXH3-64 with the instructions that every x86-64 has, and by AVX2 and AVX-512 where the processor has them.
#include "ring_system.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#if defined(__x86_64__)
uint64_t ring_xxh3_avx2(const void *bytes, size_t count);
uint64_t ring_xxh3_avx512(const void *bytes, size_t count);

uint64_t ring_xxh3(const void *bytes, size_t count) {
  if (__builtin_cpu_supports("avx512f")) return ring_xxh3_avx512(bytes, count);
  if (__builtin_cpu_supports("avx2")) return ring_xxh3_avx2(bytes, count);
  return XXH3_64bits(bytes, count);
}
#else
uint64_t ring_xxh3(const void *bytes, size_t count) { return XXH3_64bits(bytes, count); }
#endif
