#include <string.h>

#include "json_strings_tables.h"

static const cram_string_kernels *best = &cram_string_kernels_portable;

const cram_string_kernels *cram_string_kernels_best(void) { return best; }

#if defined(__x86_64__)

static int has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
}

__attribute__((constructor)) static void choose(void) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) best = &cram_string_kernels_avx2;
  if (has_avx512()) best = &cram_string_kernels_avx512;
}

const cram_string_kernels *cram_string_kernels_named(const char *name) {
  if (strcmp(name, "avx512") == 0) return has_avx512() ? &cram_string_kernels_avx512 : NULL;
  if (strcmp(name, "avx2") == 0) return __builtin_cpu_supports("avx2") ? &cram_string_kernels_avx2 : NULL;
  return strcmp(name, "portable") == 0 ? &cram_string_kernels_portable : NULL;
}

#else

const cram_string_kernels *cram_string_kernels_named(const char *name) {
  return strcmp(name, "portable") == 0 ? &cram_string_kernels_portable : NULL;
}

#endif
