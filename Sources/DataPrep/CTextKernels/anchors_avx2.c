#include "anchor_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

// The words at eight neighbouring bytes.
AVX2 static inline __m256i words(const uint8_t *text) {
  const __m256i places = _mm256_setr_epi8(0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6,  //
                                          4, 5, 6, 7, 5, 6, 7, 8, 6, 7, 8, 9, 7, 8, 9, 10);
  return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)text)), places);
}

AVX2 static inline __m256i product(__m256i value, uint32_t factor) {
  return _mm256_mullo_epi32(value, _mm256_set1_epi32((int)factor));
}

AVX2 static inline __m256i finished(__m256i hash, __m256i places) {
  hash = product(_mm256_xor_si256(hash, _mm256_srli_epi32(hash, CRAM_ORDER_SHIFT)), CRAM_ORDER_MIX);
  return _mm256_blend_epi16(places, hash, 0xAA);
}

AVX2 static void order(const uint8_t *text, size_t order_bytes, uint32_t *hashes, size_t count) {
  __m256i places = _mm256_sub_epi32(_mm256_set1_epi32(0xFFFF), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  const __m256i step = _mm256_set1_epi32(8);
  for (size_t i = 0; i < count; i += 8, places = _mm256_sub_epi32(places, step)) {
    __m256i hash = _mm256_add_epi32(product(words(text + i), CRAM_ORDER_0), product(words(text + i + 4), CRAM_ORDER_1));
    if (order_bytes == 16) {
      hash = _mm256_add_epi32(hash, _mm256_add_epi32(product(words(text + i + 8), CRAM_ORDER_2),
                                                     product(words(text + i + 12), CRAM_ORDER_3)));
    }
    _mm256_storeu_si256((__m256i *)(hashes + i), finished(hash, places));
  }
}

AVX2 static void minimum(uint32_t *target, const uint32_t *source, size_t distance, size_t count) {
  for (size_t i = 0; i < count; i += 8) {
    __m256i a = _mm256_loadu_si256((const __m256i *)(source + i));
    __m256i b = _mm256_loadu_si256((const __m256i *)(source + i + distance));
    _mm256_storeu_si256((__m256i *)(target + i), _mm256_min_epu32(a, b));
  }
}

AVX2 static size_t changes(uint32_t *target, const uint32_t *source, size_t count, uint32_t before) {
  if (count == 0) return 0;
  size_t found = 0, i = 1;
  target[0] = source[0];
  found += source[0] != before;
  for (; i + 8 <= count; i += 8) {
    __m256i now = _mm256_loadu_si256((const __m256i *)(source + i));
    __m256i old = _mm256_loadu_si256((const __m256i *)(source + i - 1));
    int same = _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(now, old)));
    for (unsigned bits = ~(unsigned)same & 0xFF; bits; bits &= bits - 1) {
      target[found++] = source[i + (size_t)__builtin_ctz(bits)];
    }
  }
  for (; i < count; i++) {
    target[found] = source[i];
    found += source[i] != source[i - 1];
  }
  return found;
}

const cram_anchor_kernels cram_anchor_kernels_avx2 = {"avx2", order, minimum, changes};

#endif
