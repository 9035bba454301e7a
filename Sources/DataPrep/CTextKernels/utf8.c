#include "utf8.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

// The number of leading bytes below 0x80, whole groups of 16 at a time.
static size_t ascii_prefix(const uint8_t *bytes, size_t length) {
  size_t at = 0;
#ifdef __SSE2__
  for (; at + 16 <= length; at += 16) {
    int high = _mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(bytes + at)));
    if (high) return at + (size_t)__builtin_ctz((unsigned)high);
  }
#endif
  while (at < length && bytes[at] < 0x80) at++;
  return at;
}

static inline bool continues(uint8_t byte) { return (byte & 0xC0) == 0x80; }

// The length of the well-formed multi-byte character at `p` (Unicode 15, table 3-7), or 0.
static inline size_t character(const uint8_t *p, size_t left) {
  uint8_t first = p[0];
  if (first < 0xC2) return 0;
  if (first < 0xE0) return left >= 2 && continues(p[1]) ? 2 : 0;
  if (first < 0xF0) {
    if (left < 3 || !continues(p[1]) || !continues(p[2])) return 0;
    if (first == 0xE0 && p[1] < 0xA0) return 0;
    if (first == 0xED && p[1] > 0x9F) return 0;
    return 3;
  }
  if (first > 0xF4 || left < 4 || !continues(p[1]) || !continues(p[2]) || !continues(p[3])) return 0;
  if (first == 0xF0 && p[1] < 0x90) return 0;
  if (first == 0xF4 && p[1] > 0x8F) return 0;
  return 4;
}

bool cram_utf8_is_valid(const uint8_t *bytes, size_t length) {
  size_t at = 0;
  while (at < length) {
    if (bytes[at] < 0x80) {
      at += ascii_prefix(bytes + at, length - at);
      continue;
    }
    size_t size = character(bytes + at, length - at);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

size_t cram_utf8_count(const uint8_t *bytes, size_t length) {
  size_t count = 0, at = 0;
#ifdef __SSE2__
  const __m128i last = _mm_set1_epi8(-65);  // as signed bytes, 0x80-0xBF are at most -65
  for (; at + 16 <= length; at += 16) {
    __m128i starts = _mm_cmpgt_epi8(_mm_loadu_si128((const __m128i *)(bytes + at)), last);
    count += (size_t)__builtin_popcount((unsigned)_mm_movemask_epi8(starts));
  }
#endif
  for (; at < length; at++) count += !continues(bytes[at]);
  return count;
}

size_t cram_count_byte(const uint8_t *bytes, size_t length, uint8_t byte) {
  size_t count = 0, at = 0;
#ifdef __SSE2__
  const __m128i wanted = _mm_set1_epi8((char)byte);
  while (at + 16 <= length) {
    // 255 rounds at most, so that no byte of the sums overflows.
    __m128i sums = _mm_setzero_si128();
    for (int round = 0; round < 255 && at + 16 <= length; round++, at += 16)
      sums = _mm_sub_epi8(
          sums, _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(bytes + at)), wanted));
    __m128i total = _mm_sad_epu8(sums, _mm_setzero_si128());
    count += (size_t)_mm_cvtsi128_si64(total) +
             (size_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(total, total));
  }
#endif
  for (; at < length; at++) count += bytes[at] == byte;
  return count;
}

bool cram_is_blank(const uint8_t *bytes, size_t length) {
  for (size_t at = 0; at < length; at++)
    if (bytes[at] != ' ' && bytes[at] != '\t' && bytes[at] != '\r' && bytes[at] != '\n') return false;
  return true;
}
