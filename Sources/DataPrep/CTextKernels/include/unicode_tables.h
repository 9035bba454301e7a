#pragma once
// What the reference encoder does with each Unicode character. The tables are written by scripts/unicode-tables.
#include <stdint.h>

/// The bits of `cram_unicode_flags`.
enum {
  CRAM_SPACE = 1,         ///< white space: separates words everywhere
  CRAM_WORD = 2,          ///< `\w` of a regular expression
  CRAM_PUNCTUATION = 4,   ///< stands alone in BERT's splitter
  CRAM_CONTROL = 8,       ///< deleted by BERT's clean-up
  CRAM_CHINESE = 16,      ///< set between spaces by BERT's normalizer
  CRAM_NONSPACING = 32,   ///< deleted by BERT's accent stripping, after decomposition
  CRAM_MARK = 64,         ///< deleted by StripAccents
  CRAM_NUMERIC = 128,     ///< a digit or other number
};

/// The characters that one character becomes; `first` is NULL where it stays.
typedef struct {
  const uint32_t *first;
  uint32_t count;
} cram_unicode_replacement;

extern const uint16_t cram_unicode_flags_index[8704], cram_unicode_class_index[8704],
    cram_unicode_nfd_index[8704], cram_unicode_nfkd_index[8704], cram_unicode_lower_index[8704];
extern const uint8_t cram_unicode_flags_blocks[], cram_unicode_class_blocks[];
extern const uint32_t cram_unicode_nfd_blocks[], cram_unicode_nfkd_blocks[], cram_unicode_lower_blocks[];
extern const uint32_t cram_unicode_pool[];

/// The flags of a character; `scalar` is below 0x110000, as in all functions here.
static inline uint8_t cram_unicode_flags(uint32_t scalar) {
  return cram_unicode_flags_blocks[cram_unicode_flags_index[scalar >> 7] * 128u + (scalar & 127)];
}

/// The class by which combining marks are put in order; 0 for all others.
static inline uint8_t cram_unicode_combining_class(uint32_t scalar) {
  return cram_unicode_class_blocks[cram_unicode_class_index[scalar >> 7] * 128u + (scalar & 127)];
}

static inline cram_unicode_replacement cram_unicode_place(uint32_t place) {
  cram_unicode_replacement found = {place ? cram_unicode_pool + (place >> 5) : 0, place & 31};
  return found;
}

/// Full canonical decomposition, but for Hangul syllables.
static inline cram_unicode_replacement cram_unicode_nfd(uint32_t scalar) {
  return cram_unicode_place(cram_unicode_nfd_blocks[cram_unicode_nfd_index[scalar >> 7] * 128u + (scalar & 127)]);
}

/// Full compatibility decomposition, but for Hangul syllables.
static inline cram_unicode_replacement cram_unicode_nfkd(uint32_t scalar) {
  return cram_unicode_place(cram_unicode_nfkd_blocks[cram_unicode_nfkd_index[scalar >> 7] * 128u + (scalar & 127)]);
}

/// Lower case by character, without regard to its neighbours.
static inline cram_unicode_replacement cram_unicode_lower(uint32_t scalar) {
  return cram_unicode_place(cram_unicode_lower_blocks[cram_unicode_lower_index[scalar >> 7] * 128u + (scalar & 127)]);
}

/// Pairs of characters that are joined into one: first, second, composed, by rising first and second. Hangul is not among them.
extern const uint32_t cram_unicode_compositions[];
extern const uint32_t cram_unicode_composition_count;

/// The character that two others become when they meet, or 0. A binary search.
static inline uint32_t cram_unicode_composed(uint32_t first, uint32_t second) {
  uint32_t low = 0, high = cram_unicode_composition_count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    const uint32_t *pair = cram_unicode_compositions + 3 * middle;
    if (pair[0] == first && pair[1] == second) return pair[2];
    if (pair[0] < first || (pair[0] == first && pair[1] < second)) low = middle + 1;
    else high = middle;
  }
  return 0;
}
