#include "word_kernels.h"

static size_t lower(const uint8_t *text, size_t length, uint8_t *to) {
  size_t at = 0;
  for (; at < length && text[at] < 0x80; at++)
    to[at] = text[at] >= 'A' && text[at] <= 'Z' ? text[at] | 0x20 : text[at];
  return at;
}

static size_t edges(const uint8_t *bytes, size_t length, uint16_t *places) {
  size_t count = 0;
  bool inside = false;
  for (size_t at = 0; at < length; at++) {
    if (cram_is_word_byte(bytes[at]) == inside) continue;
    places[count++] = (uint16_t)at;
    inside = !inside;
  }
  if (inside) places[count++] = (uint16_t)length;
  return count;
}

const cram_word_kernels cram_word_kernels_portable = {lower, edges};
