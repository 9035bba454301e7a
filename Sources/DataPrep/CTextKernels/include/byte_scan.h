#pragma once
#include <stddef.h>
#include <stdint.h>

// Looks at text 64 bytes at a time and tells which of them are of which kind: one table of functions for each instruction set.

/// The kinds of bytes. One without any of the first three is a space: it only separates.
enum {
  CRAM_BYTE_WORD = 1,     ///< part of a run of its like
  CRAM_BYTE_MARK = 2,     ///< part of another run
  CRAM_BYTE_STOP = 4,     ///< not for the fast way; every byte from 0x80 is one too
  CRAM_BYTE_TOKEN = 8,    ///< a text with a meaning of its own may begin here
  CRAM_BYTE_CHANGED = 16, ///< more than its case may change: for the caller of a scan, which does not look at it
};

/// What each ASCII byte is, in two forms.
typedef struct {
  uint8_t of[128];         ///< the kinds of each byte
  uint8_t nibbles[4][16];  ///< for each of the first four kinds and each low half of a byte: one bit for each high half
} cram_byte_kinds;

/// The bytes of a group of 64 by their kinds, the first byte in the lowest bit.
typedef struct {
  uint64_t word, mark, stop, token;
} cram_byte_masks;

/// Bytes in a group.
enum { CRAM_GROUP = 64 };

typedef struct {
  /// "portable", "avx2", "avx512" or "neon".
  const char *name;

  /// Writes the masks of each group of 64 bytes, up to and with the first that has a `stop` or `token`, and returns their number.
  size_t (*scan)(cram_byte_masks *masks, const uint8_t *bytes, size_t groups, const cram_byte_kinds *kinds);
} cram_byte_scanner;

/// Brings `kinds->of` into the form that the fast scanners read: to be called once it is filled in.
void cram_byte_kinds_finish(cram_byte_kinds *kinds);

/// The scanner with this name; NULL where this processor cannot run it. They all give the same.
const cram_byte_scanner *cram_byte_scanner_named(const char *name);

/// The fastest scanner for this processor.
const cram_byte_scanner *cram_byte_scanner_best(void);
