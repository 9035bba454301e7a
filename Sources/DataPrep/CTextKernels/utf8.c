#include "utf8.h"

#include "json_strings.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline bool continues(uint8_t byte) { return (byte & 0xC0) == 0x80; }

bool cram_utf8_is_valid(const uint8_t *bytes, size_t length) {
  return length == 0 || cram_string_kernels_best()->is_utf8(bytes, length);
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
