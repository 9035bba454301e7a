#include "word_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt")))

// 0xFF where `first <= byte <= first + span`, as unsigned bytes.
AVX2 static inline __m256i within(__m256i bytes, char first, char span) {
  __m256i from = _mm256_sub_epi8(bytes, _mm256_set1_epi8(first));
  return _mm256_cmpeq_epi8(_mm256_min_epu8(from, _mm256_set1_epi8(span)), from);
}

AVX2 static size_t lower(const uint8_t *text, size_t length, uint8_t *to) {
  const __m256i bit = _mm256_set1_epi8(0x20);
  size_t at = 0;
  for (; at + 32 <= length; at += 32) {
    __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + at));
    __m256i capital = within(bytes, 'A', 25);
    _mm256_storeu_si256((__m256i *)(to + at), _mm256_or_si256(bytes, _mm256_and_si256(capital, bit)));
    uint32_t high = (uint32_t)_mm256_movemask_epi8(bytes);
    if (high) return at + _tzcnt_u32(high);
  }
  for (; at < length && text[at] < 0x80; at++)
    to[at] = text[at] >= 'A' && text[at] <= 'Z' ? text[at] | 0x20 : text[at];
  return at;
}

AVX2 static inline uint64_t word_bytes(const uint8_t *bytes) {
  uint64_t mask = 0;
  for (int half = 0; half < 2; half++) {
    __m256i chunk = _mm256_loadu_si256((const __m256i *)(bytes + 32 * half));
    __m256i letter = within(chunk, 'a', 25), digit = within(chunk, '0', 9);
    __m256i low = _mm256_cmpeq_epi8(chunk, _mm256_set1_epi8('_'));
    __m256i any = _mm256_or_si256(_mm256_or_si256(letter, digit), _mm256_or_si256(low, chunk));
    mask |= (uint64_t)(uint32_t)_mm256_movemask_epi8(any) << (32 * half);
  }
  return mask;
}

AVX2 static size_t edges(const uint8_t *bytes, size_t length, uint16_t *places) {
  size_t count = 0;
  uint64_t before = 0;  // whether the byte before the block is in a word
  for (size_t at = 0; at < length; at += 64) {
    uint64_t mask = word_bytes(bytes + at);
    if (length - at < 64) mask = _bzhi_u64(mask, (uint32_t)(length - at));
    uint64_t changes = mask ^ (mask << 1 | before);
    before = mask >> 63;
    // Eight at a time, also where there are fewer: no branch depends on how many.
    int found = (int)_mm_popcnt_u64(changes);
    for (int done = 0; done < found; done += 8)
      for (int place = 0; place < 8; place++) {
        places[count + (size_t)(done + place)] = (uint16_t)(at + _tzcnt_u64(changes));
        changes = _blsr_u64(changes);
      }
    count += (size_t)found;
  }
  if (before) places[count++] = (uint16_t)length;
  return count;
}

const cram_word_kernels cram_word_kernels_avx2 = {lower, edges};
#endif
