#define TARGET

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
  uint64_t quote, backslash, control, high;  // control: below 0x20; high: above 0x7F
} block_masks;

static block_masks classify_some(const uint8_t *p, size_t count) {
  block_masks masks = {0, 0, 0, 0};
  for (size_t at = 0; at < count; at++) {
    masks.quote |= (uint64_t)(p[at] == '"') << at;
    masks.backslash |= (uint64_t)(p[at] == '\\') << at;
    masks.control |= (uint64_t)(p[at] < 0x20) << at;
    masks.high |= (uint64_t)(p[at] >> 7) << at;
  }
  return masks;
}

// The bytes that stand behind a backslash in an escape of two bytes.
static uint64_t simple_escapes(const uint8_t *p, size_t count) {
  uint64_t found = 0;
  for (size_t at = 0; at < count; at++) found |= (uint64_t)(p[at] && strchr("\"\\/bfnrt", p[at])) << at;
  return found;
}

static block_masks classify(const uint8_t *p) { return classify_some(p, 64); }

static void copy_block(uint8_t *to, const uint8_t *from) { memcpy(to, from, 64); }

#include "json_strings_blocks.h"

static size_t unescape(uint8_t *to, const uint8_t *string, size_t length) {
  return (size_t)(unescape_rest(to, string, string + length) - to);
}

static inline bool continues(uint8_t byte) { return (byte & 0xC0) == 0x80; }

// The length of the well-formed multi-byte character at `p` (Unicode 15, table 3-7), or 0.
static inline size_t character(const uint8_t *p, size_t left) {
  uint8_t first = p[0];
  if (first < 0xC2) return 0;
  if (first < 0xE0) return left >= 2 && continues(p[1]) ? 2 : 0;
  if (first < 0xF0) {
    if (left < 3 || !continues(p[1]) || !continues(p[2])) return 0;
    if (first == 0xE0 && p[1] < 0xA0) return 0;
    if (first == 0xED && p[1] > 0x9F) return 0;
    return 3;
  }
  if (first > 0xF4 || left < 4 || !continues(p[1]) || !continues(p[2]) || !continues(p[3])) return 0;
  if (first == 0xF0 && p[1] < 0x90) return 0;
  if (first == 0xF4 && p[1] > 0x8F) return 0;
  return 4;
}

static bool is_utf8(const uint8_t *bytes, size_t length) {
  size_t at = 0;
  while (at < length) {
    if (bytes[at] < 0x80) {
      at++;
      continue;
    }
    size_t size = character(bytes + at, length - at);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

const cram_string_kernels cram_string_kernels_portable = {"portable", pass, unescape, escape, is_utf8};
