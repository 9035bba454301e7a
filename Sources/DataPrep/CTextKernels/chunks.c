#include "chunks.h"

#include <stdbool.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline bool is_space(uint8_t byte) {
  return byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) || (byte >= 0x1C && byte <= 0x1F);
}

// Of 64 bytes: which are white space of one byte, and which begin a character of several.
static inline void classify(const uint8_t *bytes, uint64_t *space, uint64_t *wide) {
  *space = *wide = 0;
#ifdef __SSE2__
  const __m128i blank = _mm_set1_epi8(0x20), tab = _mm_set1_epi8(0x09), four = _mm_set1_epi8(4);
  const __m128i separator = _mm_set1_epi8(0x1C), three = _mm_set1_epi8(3);
  for (int part = 0; part < 4; part++) {
    __m128i x = _mm_loadu_si128((const __m128i *)(bytes + 16 * part));
    __m128i from_tab = _mm_sub_epi8(x, tab), from_separator = _mm_sub_epi8(x, separator);
    __m128i found = _mm_or_si128(
        _mm_cmpeq_epi8(x, blank),
        _mm_or_si128(
            _mm_cmpeq_epi8(_mm_min_epu8(from_tab, four), from_tab),
            _mm_cmpeq_epi8(_mm_min_epu8(from_separator, three), from_separator)));
    *space |= (uint64_t)(unsigned)_mm_movemask_epi8(found) << (16 * part);
    // As signed bytes, those that go on with a character are at most -65.
    __m128i begins = _mm_and_si128(x, _mm_cmpgt_epi8(x, _mm_set1_epi8(-65)));
    *wide |= (uint64_t)(unsigned)_mm_movemask_epi8(begins) << (16 * part);
  }
#else
  for (int at = 0; at < 64; at++) {
    *space |= (uint64_t)is_space(bytes[at]) << at;
    *wide |= (uint64_t)(bytes[at] >= 0xC0) << at;
  }
#endif
}

// The length of the white space of several bytes that begins at `p`, or 0: U+0085, 00A0, 1680, 2000-200A, 2028, 2029,
// 202F, 205F, 3000. `left` bytes are there.
static inline size_t wide_space(const uint8_t *p, size_t left) {
  if (p[0] == 0xC2) return left >= 2 && (p[1] == 0x85 || p[1] == 0xA0) ? 2 : 0;
  if (left < 3) return 0;
  if (p[0] == 0xE2) {
    if (p[1] == 0x81) return p[2] == 0x9F ? 3 : 0;
    if (p[1] != 0x80) return 0;
    return p[2] <= 0x8A || p[2] == 0xA8 || p[2] == 0xA9 || p[2] == 0xAF ? 3 : 0;
  }
  if (p[0] == 0xE1) return p[1] == 0x9A && p[2] == 0x80 ? 3 : 0;
  if (p[0] == 0xE3) return p[1] == 0x80 && p[2] == 0x80 ? 3 : 0;
  return 0;
}

// The bytes of wide white space among those from `base` on; what reaches into the next 64 goes to `spill`.
static uint64_t wide_spaces(
    const uint8_t *text, size_t length, size_t base, uint64_t wide, uint64_t *spill) {
  uint64_t found = *spill;
  *spill = 0;
  for (; wide; wide &= wide - 1) {
    int at = __builtin_ctzll(wide);
    uint64_t size = wide_space(text + base + at, length - base - (size_t)at);
    if (!size) continue;
    uint64_t bytes = (1ull << size) - 1;
    found |= bytes << at;
    if (at + (int)size > 64) *spill = bytes >> (64 - at);
  }
  return found;
}

size_t cram_find_chunks(
    const uint8_t *text, size_t length, size_t *at, cram_chunk *chunks, size_t capacity) {
  size_t found = 0;
  uint64_t before = 1, spill = 0;
  bool inside = false;
  for (size_t base = *at; base < length; base += 64) {
    uint8_t tail[64];
    const uint8_t *bytes = text + base;
    if (length - base < 64) {
      memset(tail, ' ', sizeof tail);
      bytes = memcpy(tail, bytes, length - base);
    }
    uint64_t space, wide;
    classify(bytes, &space, &wide);
    if (wide | spill) space |= wide_spaces(text, length, base, wide, &spill);
    // A bit for each place where white space begins or ends.
    uint64_t turns = space ^ (space << 1 | before);
    before = space >> 63;
    for (; turns; turns &= turns - 1) {
      size_t place = base + (size_t)__builtin_ctzll(turns);
      if (!inside) {
        chunks[found].start = (uint32_t)place;
      } else {
        chunks[found++].end = (uint32_t)place;
        if (found == capacity) {
          *at = place;
          return found;
        }
      }
      inside = !inside;
    }
  }
  if (inside) chunks[found++].end = (uint32_t)length;
  *at = length;
  return found;
}
