#pragma once
#include <stdbool.h>

#include "word_encoder.h"

// The words of the next few kilobytes of a text.

enum { CRAM_WINDOW = 4096 };

typedef struct {
  const uint8_t *text;  ///< where offsets count from; 16 bytes can be read from the start of any word
  size_t words;
  uint16_t starts[CRAM_WINDOW + 64], ends[CRAM_WINDOW + 64];
  size_t rest;  ///< offset in the whole text behind these words: a part follows there that is not for the fast way
  size_t next;  ///< behind that part, which may be empty: where the next window begins
  uint8_t copy[CRAM_WINDOW + 64];
} cram_window;

/// Finds the words of `text` from `at` on: at most CRAM_WINDOW bytes, up to a separator, or to a part that is not for the fast way.
void cram_window_read(
    cram_window *window, const cram_word_rules *rules, const cram_byte_scanner *scanner, const uint8_t *text,
    size_t length, size_t at);
