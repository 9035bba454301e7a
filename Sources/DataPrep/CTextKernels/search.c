#define _GNU_SOURCE
#include "search.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline uint8_t folded(uint8_t byte) { return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte; }

static bool stands_at(const uint8_t *text, const char *phrase, size_t phrase_length) {
  for (size_t at = 0; at < phrase_length; at++)
    if (folded(text[at]) != (uint8_t)phrase[at]) return false;
  return true;
}

bool cram_contains_folded(const uint8_t *text, size_t length, const char *phrase, size_t phrase_length) {
  if (length < phrase_length) return false;
  size_t at = 0, last = length - phrase_length;
#ifdef __SSE2__
  // Where the first and the last letter stand at the right distance; the bit of case is set in all bytes.
  const __m128i bit = _mm_set1_epi8(0x20);
  const __m128i front = _mm_set1_epi8(phrase[0]), back = _mm_set1_epi8(phrase[phrase_length - 1]);
  for (; at + 15 <= last; at += 16) {
    __m128i here = _mm_or_si128(_mm_loadu_si128((const __m128i *)(text + at)), bit);
    __m128i there = _mm_or_si128(_mm_loadu_si128((const __m128i *)(text + at + phrase_length - 1)), bit);
    unsigned hits = (unsigned)_mm_movemask_epi8(
        _mm_and_si128(_mm_cmpeq_epi8(here, front), _mm_cmpeq_epi8(there, back)));
    for (; hits; hits &= hits - 1)
      if (stands_at(text + at + __builtin_ctz(hits), phrase, phrase_length)) return true;
  }
#endif
  for (; at <= last; at++)
    if (stands_at(text + at, phrase, phrase_length)) return true;
  return false;
}

bool cram_contains(const uint8_t *text, size_t length, const uint8_t *part, size_t part_length) {
  return memmem(text, length, part, part_length) != 0;
}
