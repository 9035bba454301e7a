#if defined(__x86_64__)
#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "json_escape_bytes.h"
#include "utf8_errors.h"

#define TARGET __attribute__((target("avx2,bmi")))

typedef struct {
  uint64_t quote, backslash, control, high;
} block_masks;

TARGET static inline uint64_t joined(__m256i low, __m256i high) {
  return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

TARGET static inline uint64_t equal(__m256i low, __m256i high, char byte) {
  const __m256i wanted = _mm256_set1_epi8(byte);
  return joined(_mm256_cmpeq_epi8(low, wanted), _mm256_cmpeq_epi8(high, wanted));
}

TARGET static inline block_masks classify(const uint8_t *p) {
  const __m256i control = _mm256_set1_epi8(0x1F);
  __m256i low = _mm256_loadu_si256((const __m256i *)p), high = _mm256_loadu_si256((const __m256i *)(p + 32));
  return (block_masks){
      equal(low, high, '"'), equal(low, high, '\\'),
      joined(
          _mm256_cmpeq_epi8(_mm256_min_epu8(low, control), low), _mm256_cmpeq_epi8(_mm256_min_epu8(high, control), high)),
      joined(low, high)};
}

// Less than a block, by way of a whole one.
TARGET static inline void fill_block(uint8_t block[64], const uint8_t *p, size_t count) {
  memset(block, ' ', 64);
  memcpy(block, p, count);
}

TARGET static inline block_masks classify_some(const uint8_t *p, size_t count) {
  uint8_t block[64];
  fill_block(block, p, count);
  return classify(block);
}

TARGET static inline __m256i simple_bytes(__m256i bytes) {
  const __m256i by_low = _mm256_broadcastsi128_si256(_mm_setr_epi8(SIMPLE_BY_LOW));
  const __m256i by_high = _mm256_broadcastsi128_si256(_mm_setr_epi8(SIMPLE_BY_HIGH));
  const __m256i nibble = _mm256_set1_epi8(15);
  __m256i found = _mm256_and_si256(
      _mm256_shuffle_epi8(by_low, _mm256_and_si256(bytes, nibble)),
      _mm256_shuffle_epi8(by_high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble)));
  return _mm256_cmpeq_epi8(found, _mm256_setzero_si256());
}

TARGET static inline uint64_t simple_escapes(const uint8_t *p, size_t count) {
  uint8_t block[64];
  if (count < 64) {
    fill_block(block, p, count);
    p = block;
  }
  return ~joined(
      simple_bytes(_mm256_loadu_si256((const __m256i *)p)), simple_bytes(_mm256_loadu_si256((const __m256i *)(p + 32))));
}

TARGET static inline void copy_block(uint8_t *to, const uint8_t *from) {
  _mm256_storeu_si256((__m256i *)to, _mm256_loadu_si256((const __m256i *)from));
  _mm256_storeu_si256((__m256i *)(to + 32), _mm256_loadu_si256((const __m256i *)(from + 32)));
}

#include "json_strings_blocks.h"

// The bytes that stand `count` before each of `bytes`, with those of `before` in front.
#define EARLIER(bytes, before, count) \
  _mm256_alignr_epi8(bytes, _mm256_permute2x128_si256(before, bytes, 0x21), 16 - (count))

TARGET static inline __m256i utf8_errors(__m256i bytes, __m256i before) {
  const __m256i first_high = _mm256_broadcastsi128_si256(_mm_setr_epi8(UTF8_FIRST_HIGH));
  const __m256i first_low = _mm256_broadcastsi128_si256(_mm_setr_epi8(UTF8_FIRST_LOW));
  const __m256i second_high = _mm256_broadcastsi128_si256(_mm_setr_epi8(UTF8_SECOND_HIGH));
  const __m256i nibble = _mm256_set1_epi8(15);
  __m256i one = EARLIER(bytes, before, 1), two = EARLIER(bytes, before, 2), three = EARLIER(bytes, before, 3);
  __m256i found = _mm256_and_si256(
      _mm256_and_si256(
          _mm256_shuffle_epi8(first_high, _mm256_and_si256(_mm256_srli_epi16(one, 4), nibble)),
          _mm256_shuffle_epi8(first_low, _mm256_and_si256(one, nibble))),
      _mm256_shuffle_epi8(second_high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble)));
  __m256i third = _mm256_subs_epu8(two, _mm256_set1_epi8(0xE0 - 0x80));
  __m256i fourth = _mm256_subs_epu8(three, _mm256_set1_epi8(0xF0 - 0x80));
  __m256i must = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
  return _mm256_xor_si256(must, found);
}

TARGET static bool is_utf8(const uint8_t *p, size_t length) {
  __m256i before = _mm256_setzero_si256(), errors = before;
  bool was_ascii = true;
  for (size_t at = 0; at <= length; at += 32) {  // once more at the end: it shows a character that is cut off
    __m256i bytes;
    if (length - at >= 32) {
      bytes = _mm256_loadu_si256((const __m256i *)(p + at));
    } else {
      uint8_t block[32] = {0};
      memcpy(block, p + at, length - at);
      bytes = _mm256_loadu_si256((const __m256i *)block);
    }
    bool is_ascii = _mm256_movemask_epi8(bytes) == 0;
    if (!is_ascii || !was_ascii) errors = _mm256_or_si256(errors, utf8_errors(bytes, before));
    before = bytes;
    was_ascii = is_ascii;
  }
  return _mm256_testz_si256(errors, errors);
}

const cram_string_kernels cram_string_kernels_avx2 = {"avx2", pass, unescape, escape, is_utf8};
#endif
