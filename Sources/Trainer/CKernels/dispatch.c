#include <string.h>

#include "tables.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

static const ckernels_table *best = &ckernels_portable;
static char processor_name[49];

#if defined(__x86_64__)

static int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

int ckernels_has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

static void read_processor_name(void) {
  unsigned words[12];
  if (__get_cpuid_max(0x80000000u, NULL) < 0x80000004u) return;
  for (unsigned leaf = 0; leaf < 3; leaf++) {
    unsigned *w = words + 4 * leaf;
    __get_cpuid(0x80000002u + leaf, w, w + 1, w + 2, w + 3);
  }
  memcpy(processor_name, words, sizeof words);
  for (size_t n = strlen(processor_name); n > 0 && processor_name[n - 1] == ' '; n--) processor_name[n - 1] = 0;
}

uint32_t ckernels_flush_denormals(void) {
  uint32_t before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);
  return before;
}

void ckernels_restore_denormals(uint32_t state) { _mm_setcsr(state); }

__attribute__((constructor)) static void choose(void) {
  __builtin_cpu_init();
  read_processor_name();
  if (has_avx2()) best = &ckernels_avx2;
  if (has_avx2() && ckernels_has_avx512()) best = &ckernels_avx512;
}

const ckernels_table *ckernels_named(const char *name) {
  if (strcmp(name, "avx512") == 0) return has_avx2() && ckernels_has_avx512() ? &ckernels_avx512 : NULL;
  if (strcmp(name, "avx2") == 0) return has_avx2() ? &ckernels_avx2 : NULL;
  return strcmp(name, "portable") == 0 ? &ckernels_portable : NULL;
}

#else

int ckernels_has_avx512(void) { return 0; }
uint32_t ckernels_flush_denormals(void) { return 0; }
void ckernels_restore_denormals(uint32_t state) { (void)state; }

const ckernels_table *ckernels_named(const char *name) {
  return strcmp(name, "portable") == 0 ? &ckernels_portable : NULL;
}

#endif

const ckernels_table *ckernels_best(void) { return best; }
const char *ckernels_processor_name(void) { return processor_name; }
