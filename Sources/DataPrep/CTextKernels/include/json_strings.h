#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The inside of JSON strings, 64 bytes at a time: one table of functions for each instruction set. No byte outside of what is given
// is read.

/// Where the walk through a string ended, and why.
typedef enum {
  CRAM_STRING_CLOSED = 0,          ///< at its closing quote
  CRAM_STRING_ENDS_EARLY,          ///< at the end of the bytes, before a quote
  CRAM_STRING_CONTROL_CHARACTER,   ///< at a byte below 0x20
  CRAM_STRING_BAD_ESCAPE,          ///< at a backslash that begins no escape
} cram_string_verdict;

typedef struct {
  const uint8_t *at;
  cram_string_verdict verdict;
  bool has_escapes;
  bool has_lone_surrogate;  ///< a `\uD800`-`\uDFFF` escape without its other half
  bool may_have_high;       ///< false: no byte of the string is above 0x7F
} cram_string_facts;

typedef struct {
  /// "portable", "avx2" or "avx512".
  const char *name;

  /// Walks from behind the opening quote at `bytes` to the closing one, and checks every escape and control character on the way.
  cram_string_facts (*pass)(const uint8_t *bytes, const uint8_t *end);

  /// Writes what a string that was passed stands for and returns its bytes: at most `length`, which `to` has room for.
  size_t (*unescape)(uint8_t *to, const uint8_t *string, size_t length);

  /// Writes valid UTF-8 as the inside of a string and returns its bytes: at most `6 * length`, which `to` has room for.
  size_t (*escape)(uint8_t *to, const uint8_t *text, size_t length);

  /// Whether all bytes are well-formed UTF-8.
  bool (*is_utf8)(const uint8_t *bytes, size_t length);
} cram_string_kernels;

/// The kernels with this name; NULL where this processor cannot run them. They all give the same.
const cram_string_kernels *cram_string_kernels_named(const char *name);

/// The fastest kernels for this processor.
const cram_string_kernels *cram_string_kernels_best(void);
