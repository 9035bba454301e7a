#include "word_tables.h"
#include "words.h"

// The character at `p` of valid UTF-8; `*size` its number of bytes.
static inline uint32_t decode(const uint8_t *p, size_t *size) {
  if (p[0] < 0x80) return *size = 1, p[0];
  if (p[0] < 0xE0) return *size = 2, (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
  if (p[0] < 0xF0) return *size = 3, (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
  return *size = 4, (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 | (uint32_t)(p[2] & 0x3F) << 6 |
                    (p[3] & 0x3F);
}

size_t cram_word_ranges(const uint8_t *text, size_t length, size_t *ranges, size_t limit) {
  size_t words = 0;
  bool is_inside = false;
  for (size_t at = 0, size; at < length; at += size) {
    uint32_t scalar = decode(text + at, &size);
    if (!(cram_word_entry(scalar) & CRAM_WORD_CHARACTER)) {
      is_inside = false;
      continue;
    }
    if (!is_inside) {
      if (words == limit) return words;
      ranges[2 * words++] = at;
    }
    ranges[2 * words - 1] = at + size;
    is_inside = scalar != 0x130;  // lower-cased it ends in a combining dot, which is in no word
  }
  return words;
}
