#pragma once
#include "words.h"

extern const cram_word_kernels cram_word_kernels_portable;
#if defined(__x86_64__)
extern const cram_word_kernels cram_word_kernels_avx2;
#endif

static inline bool cram_is_word_byte(uint8_t byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_' || byte >= 0x80;
}

// Both halves of the 128-bit product, folded: a hash of two words in one multiplication.
static inline uint64_t cram_fold(uint64_t a, uint64_t b) {
  __uint128_t product = (__uint128_t)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}
