#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// One escape of a JSON string at a time.

// One more than the value of a hexadecimal digit; 0 for any other byte.
static const uint8_t hex_digits[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16};

// The code unit of `\uXXXX` at `p`, or -1 when it is none.
static inline int code_unit(const uint8_t *p, const uint8_t *end) {
  if (end - p < 6 || p[0] != '\\' || p[1] != 'u') return -1;
  int first = hex_digits[p[2]] - 1, second = hex_digits[p[3]] - 1;
  int third = hex_digits[p[4]] - 1, last = hex_digits[p[5]] - 1;
  if ((first | second | third | last) < 0) return -1;
  return first << 12 | second << 8 | third << 4 | last;
}

static inline bool is_high(int unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
static inline bool is_low(int unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// Bytes of the escape at `p`: two of them for a pair of surrogates; 0 where it is none. There are two bytes.
static inline size_t escape_size(const uint8_t *p, const uint8_t *end, bool *lone_surrogate) {
  switch (p[1]) {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't': return 2;
    case 'u': break;
    default: return 0;
  }
  int unit = code_unit(p, end);
  if (unit < 0) return 0;
  if (is_high(unit) && is_low(code_unit(p + 6, end))) return 12;
  if (is_high(unit) || is_low(unit)) *lone_surrogate = true;
  return 6;
}

static inline size_t put_utf8(uint32_t c, uint8_t *to) {
  if (c < 0x80) {
    to[0] = (uint8_t)c;
    return 1;
  }
  if (c < 0x800) {
    to[0] = (uint8_t)(0xC0 | c >> 6);
    to[1] = (uint8_t)(0x80 | (c & 0x3F));
    return 2;
  }
  if (c < 0x10000) {
    to[0] = (uint8_t)(0xE0 | c >> 12);
    to[1] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
    to[2] = (uint8_t)(0x80 | (c & 0x3F));
    return 3;
  }
  to[0] = (uint8_t)(0xF0 | c >> 18);
  to[1] = (uint8_t)(0x80 | (c >> 12 & 0x3F));
  to[2] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
  to[3] = (uint8_t)(0x80 | (c & 0x3F));
  return 4;
}

// What a character behind a backslash stands for, in an escape of two bytes.
static inline uint8_t escaped_character(uint8_t c) {
  static const uint8_t characters[256] = {
      ['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t'};
  return characters[c];
}

// Writes the character of the escape at `*from`, never more bytes than it has, and steps behind it. It is valid, by an earlier walk.
static inline size_t unescape_one(const uint8_t **from, const uint8_t *end, uint8_t *to) {
  const uint8_t *p = *from;
  if (p[1] != 'u') {
    *from = p + 2;
    to[0] = escaped_character(p[1]);
    return 1;
  }
  int unit = code_unit(p, end);
  p += 6;
  uint32_t c = (uint32_t)unit;
  if (is_high(unit) || is_low(unit)) {
    int low = is_high(unit) ? code_unit(p, end) : -1;
    if (is_low(low)) {
      c = 0x10000 + (((uint32_t)unit - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
      p += 6;
    } else {
      c = 0xFFFD;
    }
  }
  *from = p;
  return put_utf8(c, to);
}

// Unescapes what stands before `end`, an escape or a run of plain bytes at a time.
static inline uint8_t *unescape_rest(uint8_t *to, const uint8_t *p, const uint8_t *end) {
  while (p < end) {
    if (*p == '\\')
      to += unescape_one(&p, end, to);
    else
      *to++ = *p++;
  }
  return to;
}

static inline size_t escape_one(uint8_t c, uint8_t *to) {
  static const char hex[] = "0123456789abcdef";
  to[0] = '\\';
  switch (c) {
    case '"': case '\\': to[1] = c; return 2;
    case '\b': to[1] = 'b'; return 2;
    case '\f': to[1] = 'f'; return 2;
    case '\n': to[1] = 'n'; return 2;
    case '\r': to[1] = 'r'; return 2;
    case '\t': to[1] = 't'; return 2;
  }
  memcpy(to + 1, "u00", 3);
  to[4] = (uint8_t)hex[c >> 4];
  to[5] = (uint8_t)hex[c & 15];
  return 6;
}
