#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The words of a text as 64-bit hashes: maximal runs of letters, digits (Unicode L and N) and `_` of the lower-cased text, that is
// `re.findall(r"\w+", text.lower())` of Python. Equal words have equal hashes; two different ones share a hash with a chance of 2^-64.

/// The loops that differ by instruction set. `portable` is the obvious version, and the judge of the others.
typedef struct {
  /// Copies leading bytes below 0x80 in lower case, and returns how many there were. `to` has room for `length` and 64 more.
  size_t (*lower)(const uint8_t *text, size_t length, uint8_t *to);
  /// Writes where words begin and end in lower-cased `bytes` (a-z, 0-9, `_` and all from 0x80 on are in words), in turn, and returns
  /// how many places that are: even, since a word ends with the bytes. At most 65,472 bytes; 64 bytes behind them may be read.
  /// `places` has room for `length` and 64 more.
  size_t (*edges)(const uint8_t *bytes, size_t length, uint16_t *places);
} cram_word_kernels;

/// The kernels called `name` ("portable", "avx2"); NULL where this machine has none. Without a name its best.
const cram_word_kernels *cram_word_kernels_named(const char *name);

/// What one pass over a text gives: its words, or its characters.
typedef enum {
  CRAM_UNITS_WORDS,
  /// The characters of the words, with one space between two words.
  CRAM_UNITS_CHARACTERS,
} cram_units;

enum {
  CRAM_SCANNER_BYTES = 8192,  ///< lower-cased bytes that are looked at together
  CRAM_SCANNER_UNITS = CRAM_SCANNER_BYTES + 8,  ///< at most so many units at a time
};

/// Goes through a text; to be kept for the next one, since it is large. No pointers to it are kept.
typedef struct {
  const cram_word_kernels *kernels;
  cram_units units;
  const uint8_t *text;
  size_t length, at;
  size_t held;        ///< bytes at the front of `lowered` that belong to a word that is not yet ended
  uint64_t running;   ///< hash of what came before them of a very long word
  bool is_running;    ///< whether the first word goes on one of which a part was given already
  bool has_units;     ///< whether a unit came already: a space parts the next word from it
  uint8_t lowered[CRAM_SCANNER_BYTES + 192];
  uint16_t places[CRAM_SCANNER_BYTES + 192];
} cram_scanner;

/// Prepares a scanner for all texts to come.
void cram_scanner_prepare(cram_scanner *scanner, const cram_word_kernels *kernels, cram_units units);

/// Begins a text: valid UTF-8 that stays until its end.
void cram_scanner_begin(cram_scanner *scanner, const uint8_t *text, size_t length);

/// Writes the hashes of the next units, at most CRAM_SCANNER_UNITS, and returns how many there were; 0 only at the end of the text.
size_t cram_scanner_next(cram_scanner *scanner, uint64_t *hashes);

/// Writes where the words of a text (valid UTF-8) begin and end, two numbers a word, for the first `limit` words; returns how many
/// there were. They are those that a scanner gives the hashes of. The plain way, for few texts.
size_t cram_word_ranges(const uint8_t *text, size_t length, size_t *ranges, size_t limit);
