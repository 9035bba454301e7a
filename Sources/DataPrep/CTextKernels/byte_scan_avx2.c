#if defined(__x86_64__)
#include <immintrin.h>

#include "byte_scan_tables.h"

#define AVX2 __attribute__((target("avx2")))

// The bytes of `low` looked up among the bits of one kind: those whose high half has its bit set there.
AVX2 static inline uint32_t members(__m256i nibbles, __m256i low, __m256i high_bit) {
  __m256i rows = _mm256_shuffle_epi8(nibbles, low);
  __m256i none = _mm256_cmpeq_epi8(_mm256_and_si256(rows, high_bit), _mm256_setzero_si256());
  return ~(uint32_t)_mm256_movemask_epi8(none);
}

AVX2 static size_t scan(cram_byte_masks *masks, const uint8_t *bytes, size_t groups, const cram_byte_kinds *kinds) {
  __m256i nibbles[4];
  for (int kind = 0; kind < 4; kind++)
    nibbles[kind] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)kinds->nibbles[kind]));
  // High halves from 8 have no bit: such bytes are of no kind.
  const __m256i bits = _mm256_setr_epi8(
      1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0);
  const __m256i half = _mm256_set1_epi8(15);
  for (size_t group = 0; group < groups; group++, bytes += CRAM_GROUP) {
    uint64_t found[4] = {0, 0, 0, 0};
    for (int part = 0; part < 2; part++) {
      __m256i text = _mm256_loadu_si256((const __m256i *)(bytes + 32 * part));
      __m256i low = _mm256_and_si256(text, half);
      __m256i high_bit = _mm256_shuffle_epi8(bits, _mm256_and_si256(_mm256_srli_epi16(text, 4), half));
      for (int kind = 0; kind < 4; kind++) found[kind] |= (uint64_t)members(nibbles[kind], low, high_bit) << (32 * part);
      found[2] |= (uint64_t)(uint32_t)_mm256_movemask_epi8(text) << (32 * part);
    }
    masks[group] = (cram_byte_masks){found[0], found[1], found[2], found[3]};
    if (found[2] | found[3]) return group + 1;
  }
  return groups;
}

const cram_byte_scanner cram_byte_scanner_avx2 = {"avx2", scan};
#endif
