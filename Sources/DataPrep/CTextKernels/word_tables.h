#pragma once
// What Python's strings say of each character. The tables are written by scripts/word-tables.
#include <stdint.h>

/// The bits of an entry; the rest, as a signed number above them, is the distance to the lower-case character.
enum {
  CRAM_WORD_CHARACTER = 1,  ///< `\w`: a letter, a digit or `_`
  CRAM_WORD_CASED = 2,      ///< makes a capital sigma behind it a final one
  CRAM_WORD_IGNORED = 4,    ///< stands between the two without a say
};

extern const uint16_t cram_word_index[8704];
extern const int32_t cram_word_blocks[];

/// The entry of a character below 0x110000.
static inline int32_t cram_word_entry(uint32_t scalar) {
  return cram_word_blocks[cram_word_index[scalar >> 7] * 128u + (scalar & 127)];
}
