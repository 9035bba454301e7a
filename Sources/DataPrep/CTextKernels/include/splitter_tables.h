#pragma once
// What each character does in the word splitter of the filters. The tables are written by scripts/splitter-tables.
#include <stddef.h>
#include <stdint.h>

/// The bits of `cram_splitter_flags`.
enum {
  CRAM_SPLITTER_SPACE = 1,            ///< white space: what Python's `str.isspace` says
  CRAM_SPLITTER_PREFIX = 2,           ///< is peeled off the front of a chunk
  CRAM_SPLITTER_SUFFIX = 4,           ///< is peeled off the end of a chunk
  CRAM_SPLITTER_INFIX = 8,            ///< stands alone inside a chunk: an ellipsis or a symbol
  CRAM_SPLITTER_BEFORE_PERIOD = 16,   ///< a period behind it is peeled off the end
  CRAM_SPLITTER_LOWER = 32,           ///< a lower-case letter of the rules
  CRAM_SPLITTER_UPPER = 64,           ///< an upper-case letter of the rules
  CRAM_SPLITTER_QUOTE = 128,          ///< a quotation mark of the rules
  CRAM_SPLITTER_ALPHA = 256,          ///< a letter of the rules
  CRAM_SPLITTER_WORD = 512,           ///< `\w` of Python's expressions
  CRAM_SPLITTER_DECIMAL = 1024,       ///< `\d` of Python's expressions
  CRAM_SPLITTER_LETTER = 2048,        ///< what Python's `str.isalpha` says
  CRAM_SPLITTER_SYMBOL = 4096,        ///< in the set of punctuation that Gopher's rules take for no part of a word
  CRAM_SPLITTER_TERMINAL = 8192,      ///< ends a line well in FineWeb's rules
  CRAM_SPLITTER_SENTENCE_END = 16384, ///< as a word of its own ends a sentence
  CRAM_SPLITTER_PUNCTUATION = 32768,  ///< of one of Unicode's categories P
};

extern const uint16_t cram_splitter_flags_index[8704], cram_splitter_flags_blocks[];

/// Units of measure and currencies: peeled off the end behind a digit.
extern const char *const cram_splitter_units[];
extern const size_t cram_splitter_unit_count;

/// Chunks that are split by list and not by rule: their words, with a space between them.
extern const char *const cram_splitter_special_cases[];
extern const size_t cram_splitter_special_case_count;

/// The flags of a character below 0x110000.
static inline uint16_t cram_splitter_flags(uint32_t scalar) {
  return cram_splitter_flags_blocks[cram_splitter_flags_index[scalar >> 7] * 128u + (scalar & 127)];
}

/// One of the units, one of the special cases.
static inline const char *cram_splitter_unit(size_t number) { return cram_splitter_units[number]; }
static inline const char *cram_splitter_case(size_t number) { return cram_splitter_special_cases[number]; }
