#include <string.h>

#include "byte_scan_tables.h"

static const cram_byte_scanner *best = &cram_byte_scanner_portable;

const cram_byte_scanner *cram_byte_scanner_best(void) { return best; }

#if defined(__x86_64__)

static int has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi");
}

__attribute__((constructor)) static void choose(void) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) best = &cram_byte_scanner_avx2;
  if (has_avx512()) best = &cram_byte_scanner_avx512;
}

const cram_byte_scanner *cram_byte_scanner_named(const char *name) {
  if (strcmp(name, "avx512") == 0) return has_avx512() ? &cram_byte_scanner_avx512 : NULL;
  if (strcmp(name, "avx2") == 0) return __builtin_cpu_supports("avx2") ? &cram_byte_scanner_avx2 : NULL;
  return strcmp(name, "portable") == 0 ? &cram_byte_scanner_portable : NULL;
}

#elif defined(__aarch64__)

__attribute__((constructor)) static void choose(void) { best = &cram_byte_scanner_neon; }

const cram_byte_scanner *cram_byte_scanner_named(const char *name) {
  if (strcmp(name, "neon") == 0) return &cram_byte_scanner_neon;
  return strcmp(name, "portable") == 0 ? &cram_byte_scanner_portable : NULL;
}

#else

const cram_byte_scanner *cram_byte_scanner_named(const char *name) {
  return strcmp(name, "portable") == 0 ? &cram_byte_scanner_portable : NULL;
}

#endif

void cram_byte_kinds_finish(cram_byte_kinds *kinds) {
  memset(kinds->nibbles, 0, sizeof kinds->nibbles);
  for (int byte = 0; byte < 128; byte++)
    for (int kind = 0; kind < 4; kind++)
      if (kinds->of[byte] >> kind & 1) kinds->nibbles[kind][byte & 15] |= (uint8_t)(1 << (byte >> 4));
}
