#define TARGET

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Sixteen bytes at a time, by the compiler's own vectors: every processor of 64 bits has registers for them.
typedef uint8_t piece __attribute__((vector_size(16)));
typedef bool piece_bits __attribute__((ext_vector_type(16)));

typedef struct {
  uint64_t quote, backslash, control, high;  // control: below 0x20; high: above 0x7F
} block_masks;

static inline uint64_t bits_of(piece truth) {
  piece_bits bits = __builtin_convertvector(truth, piece_bits);
  uint16_t word;
  memcpy(&word, &bits, sizeof word);
  return word;
}

static inline piece loaded(const uint8_t *p) {
  piece bytes;
  memcpy(&bytes, p, sizeof bytes);
  return bytes;
}

static inline block_masks classify(const uint8_t *p) {
  block_masks masks = {0, 0, 0, 0};
  for (int at = 0; at < 64; at += 16) {
    piece bytes = loaded(p + at);
    masks.quote |= bits_of((piece)(bytes == '"')) << at;
    masks.backslash |= bits_of((piece)(bytes == '\\')) << at;
    masks.control |= bits_of((piece)(bytes < 0x20)) << at;
    masks.high |= bits_of((piece)(bytes > 0x7F)) << at;
  }
  return masks;
}

// Less than a block, by way of a whole one.
static inline void fill_block(uint8_t block[64], const uint8_t *p, size_t count) {
  memset(block, ' ', 64);
  memcpy(block, p, count);
}

static inline block_masks classify_some(const uint8_t *p, size_t count) {
  uint8_t block[64];
  fill_block(block, p, count);
  return classify(block);
}

// The bytes that stand behind a backslash in an escape of two bytes.
static inline uint64_t simple_escapes(const uint8_t *p, size_t count) {
  uint8_t block[64];
  if (count < 64) {
    fill_block(block, p, count);
    p = block;
  }
  uint64_t found = 0;
  for (int at = 0; at < 64; at += 16) {
    piece bytes = loaded(p + at);
    piece letters = (piece)((bytes == 'b') | (bytes == 'f') | (bytes == 'n') | (bytes == 'r') | (bytes == 't'));
    piece signs = (piece)((bytes == '"') | (bytes == '\\') | (bytes == '/'));
    found |= bits_of(letters | signs) << at;
  }
  return found;
}

static inline void copy_block(uint8_t *to, const uint8_t *from) {
  for (int at = 0; at < 64; at += 16) {
    piece bytes = loaded(from + at);
    memcpy(to + at, &bytes, sizeof bytes);
  }
}

#include "json_strings_blocks.h"

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

static bool is_utf8_slowly(const uint8_t *bytes, size_t length) {
  size_t at = 0;
  while (at < length) {
    size_t size = bytes[at] < 0x80 ? 1 : character(bytes + at, length - at);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

// What is wrong with each byte of the piece at `p`, of which the three bytes before it can be read.
static inline piece utf8_errors(const uint8_t *p) {
  piece byte = loaded(p), one = loaded(p - 1), two = loaded(p - 2), three = loaded(p - 3);
  piece continues = (piece)((byte & 0xC0) == 0x80);
  piece must = (piece)((one >= 0xC0) | (two >= 0xE0) | (three >= 0xF0));
  piece unknown = (piece)((byte == 0xC0) | (byte == 0xC1) | (byte >= 0xF5));
  piece overlong = (piece)(((one == 0xE0) & (byte < 0xA0)) | ((one == 0xF0) & (byte < 0x90)));
  piece above = (piece)(((one == 0xED) & (byte > 0x9F)) | ((one == 0xF4) & (byte > 0x8F)));
  return (continues ^ must) | unknown | overlong | above;
}

static bool is_utf8(const uint8_t *bytes, size_t length) {
  enum { PIECE = 16, BEFORE = 3 };
  if (length < 2 * PIECE) return is_utf8_slowly(bytes, length);
  uint8_t first[BEFORE + PIECE] = {0};
  memcpy(first + BEFORE, bytes, PIECE);
  piece errors = utf8_errors(first + BEFORE), last = loaded(bytes);
  for (size_t at = PIECE; at + PIECE <= length; at += PIECE) {
    piece now = loaded(bytes + at);
    if (bits_of((piece)((now | last) > 0x7F))) errors |= utf8_errors(bytes + at);
    last = now;
  }
  const uint8_t *end = bytes + length;
  errors |= utf8_errors(end - PIECE);
  // Nothing follows that could continue a character.
  return !bits_of(errors) && end[-1] < 0xC0 && end[-2] < 0xE0 && end[-3] < 0xF0;
}

const cram_string_kernels cram_string_kernels_portable = {"portable", pass, unescape, escape, is_utf8};
