#include "json_line.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

// What a scan carries along. `p` never passes `end`.
typedef struct {
  const uint8_t *p, *end;
  cram_json_verdict verdict;
  bool escaped, lone_surrogate;
} scanner;

static bool fail(scanner *s, cram_json_verdict verdict) {
  s->verdict = s->p == s->end && verdict != CRAM_JSON_TOO_DEEP ? CRAM_JSON_ENDS_EARLY : verdict;
  return false;
}

static inline void skip_space(scanner *s) {
  while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' || *s->p == '\n')) s->p++;
}

// Strings

// The first quote, backslash or control character at or behind `p`.
static inline const uint8_t *next_special(const uint8_t *p, const uint8_t *end) {
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1F);
  for (; end - p >= 16; p += 16) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)p);
    __m128i special = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
        _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes));
    int mask = _mm_movemask_epi8(special);
    if (mask) return p + __builtin_ctz((unsigned)mask);
  }
#endif
  while (p < end && *p != '"' && *p != '\\' && *p >= 0x20) p++;
  return p;
}

static inline int hex_digit(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// The code unit of `\uXXXX` at `p`, or -1 when it is none.
static inline int code_unit(const uint8_t *p, const uint8_t *end) {
  if (end - p < 6 || p[0] != '\\' || p[1] != 'u') return -1;
  int value = 0;
  for (int at = 2; at < 6; at++) {
    int digit = hex_digit(p[at]);
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

static inline bool is_high(int unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
static inline bool is_low(int unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// Passes the escape at `p`.
static bool pass_escape(scanner *s) {
  if (s->end - s->p < 2) {
    s->p = s->end;
    return fail(s, CRAM_JSON_ENDS_EARLY);
  }
  switch (s->p[1]) {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
      s->p += 2;
      return true;
    case 'u': break;
    default: return fail(s, CRAM_JSON_BAD_ESCAPE);
  }
  int unit = code_unit(s->p, s->end);
  if (unit < 0) return fail(s, CRAM_JSON_BAD_ESCAPE);
  s->p += 6;
  if (is_high(unit) && is_low(code_unit(s->p, s->end)))
    s->p += 6;
  else if (is_high(unit) || is_low(unit))
    s->lone_surrogate = true;
  return true;
}

// Passes the string at `p`, quotes included.
static bool pass_string(scanner *s) {
  s->p++;
  s->escaped = false;
  for (;;) {
    s->p = next_special(s->p, s->end);
    if (s->p == s->end) return fail(s, CRAM_JSON_ENDS_EARLY);
    if (*s->p == '"') {
      s->p++;
      return true;
    }
    if (*s->p != '\\') return fail(s, CRAM_JSON_CONTROL_CHARACTER);
    s->escaped = true;
    if (!pass_escape(s)) return false;
  }
}

static size_t unescape_one(const uint8_t **from, const uint8_t *end, uint8_t *to);

// Whether the key between the quotes at `key` and `end` is `name`.
static bool key_is(const uint8_t *key, const uint8_t *end, bool escaped, cram_json_name name) {
  if (!escaped)
    return (size_t)(end - key) == name.length && memcmp(key, name.bytes, name.length) == 0;
  size_t at = 0;
  while (key < end) {
    uint8_t one[4];
    size_t size = 1;
    if (*key == '\\')
      size = unescape_one(&key, end, one);
    else
      one[0] = *key++;
    if (name.length - at < size || memcmp(name.bytes + at, one, size) != 0) return false;
    at += size;
  }
  return at == name.length;
}

// Other values

static inline bool is_digit(const scanner *s) { return s->p < s->end && *s->p >= '0' && *s->p <= '9'; }

static bool pass_digits(scanner *s) {
  if (!is_digit(s)) return fail(s, CRAM_JSON_BAD_NUMBER);
  while (is_digit(s)) s->p++;
  return true;
}

static bool pass_number(scanner *s) {
  if (*s->p == '-') s->p++;
  if (s->p < s->end && *s->p == '0') {
    s->p++;
    if (is_digit(s)) return fail(s, CRAM_JSON_BAD_NUMBER);
  } else if (!pass_digits(s)) {
    return false;
  }
  if (s->p < s->end && *s->p == '.') {
    s->p++;
    if (!pass_digits(s)) return false;
  }
  if (s->p < s->end && (*s->p | 0x20) == 'e') {
    s->p++;
    if (s->p < s->end && (*s->p == '+' || *s->p == '-')) s->p++;
    if (!pass_digits(s)) return false;
  }
  return true;
}

static bool pass_word(scanner *s, const char *word) {
  for (; *word; word++, s->p++)
    if (s->p == s->end || *s->p != (uint8_t)*word) return fail(s, CRAM_JSON_UNEXPECTED);
  return true;
}

// Passes a value that is neither array nor object.
static bool pass_plain(scanner *s) {
  switch (*s->p) {
    case '"': return pass_string(s);
    case 't': return pass_word(s, "true");
    case 'f': return pass_word(s, "false");
    case 'n': return pass_word(s, "null");
    case '-': case '0': case '1': case '2': case '3': case '4':
    case '5': case '6': case '7': case '8': case '9': return pass_number(s);
    default: return fail(s, CRAM_JSON_UNEXPECTED);
  }
}

// Passes the key at `p` and its colon; at depth 1 returns the field that it names, or NULL, in `field`.
static bool pass_key(
    scanner *s, const uint8_t *line, bool outermost, const cram_json_name *names, size_t count,
    cram_json_field *fields, cram_json_field **field) {
  *field = NULL;
  const uint8_t *key = s->p;
  if (key == s->end || *key != '"') return fail(s, CRAM_JSON_UNEXPECTED);
  if (!pass_string(s)) return false;
  for (size_t at = 0; outermost && at < count; at++)
    if (key_is(key + 1, s->p - 1, s->escaped, names[at])) {
      *field = fields + at;
      fields[at].key = (size_t)(key - line);
      break;
    }
  skip_space(s);
  if (s->p == s->end || *s->p != ':') return fail(s, CRAM_JSON_UNEXPECTED);
  s->p++;
  skip_space(s);
  if (s->p == s->end) return fail(s, CRAM_JSON_ENDS_EARLY);
  return true;
}

// Passes the object at `p` with all that is in it.
static bool pass_object(
    scanner *s, const uint8_t *line, const cram_json_name *names, size_t count, cram_json_field *fields) {
  uint64_t is_object[CRAM_JSON_DEPTH / 64];  // one bit for each open bracket
  size_t depth = 0;
  cram_json_field *field = NULL;  // the member of the outermost object whose value is being passed
  bool in_object = false;

open:
  if (depth == CRAM_JSON_DEPTH) return fail(s, CRAM_JSON_TOO_DEEP);
  in_object = *s->p == '{';
  uint64_t bit = UINT64_C(1) << (depth % 64);
  if (in_object) is_object[depth / 64] |= bit; else is_object[depth / 64] &= ~bit;
  depth++;
  s->p++;
  skip_space(s);
  if (s->p < s->end && *s->p == (in_object ? '}' : ']')) goto close;

element:
  if (in_object) {
    cram_json_field *named;
    if (!pass_key(s, line, depth == 1, names, count, fields, &named)) return false;
    if (depth == 1) field = named;
  } else if (s->p == s->end) {
    return fail(s, CRAM_JSON_ENDS_EARLY);
  }
  if (depth == 1 && field) {
    field->start = (size_t)(s->p - line);
    field->kind = *s->p;
    field->has_escapes = false;
  }
  if (*s->p == '{' || *s->p == '[') goto open;
  if (!pass_plain(s)) return false;
  if (depth == 1 && field && field->kind == '"') field->has_escapes = s->escaped;

after_value:
  if (depth == 1 && field) field->end = (size_t)(s->p - line);
  skip_space(s);
  if (s->p == s->end) return fail(s, CRAM_JSON_ENDS_EARLY);
  if (*s->p == ',') {
    s->p++;
    skip_space(s);
    goto element;
  }
  if (*s->p != (in_object ? '}' : ']')) return fail(s, CRAM_JSON_UNEXPECTED);

close:
  s->p++;
  depth--;
  if (depth == 0) return true;
  in_object = is_object[(depth - 1) / 64] >> ((depth - 1) % 64) & 1;
  goto after_value;
}

cram_json_verdict cram_json_scan(
    const uint8_t *line, size_t length, const cram_json_name *names, size_t name_count,
    cram_json_field *fields, cram_json_facts *facts) {
  scanner s = {line, line + length, CRAM_JSON_OK, false, false};
  memset(fields, 0, name_count * sizeof *fields);
  skip_space(&s);
  if (s.p == s.end || *s.p != '{') {
    s.verdict = CRAM_JSON_NOT_AN_OBJECT;
  } else if (pass_object(&s, line, names, name_count, fields)) {
    skip_space(&s);
    if (s.p != s.end) s.verdict = CRAM_JSON_MORE_BEHIND;
  }
  facts->at = (size_t)(s.p - line);
  facts->has_lone_surrogate = s.lone_surrogate;
  return s.verdict;
}

// Unescaping and escaping

static size_t put_utf8(uint32_t c, uint8_t *to) {
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

// Writes the character of the escape at `*from` and steps behind it. The escape is valid, by an earlier scan.
static size_t unescape_one(const uint8_t **from, const uint8_t *end, uint8_t *to) {
  const uint8_t *p = *from;
  if (p[1] != 'u') {
    *from = p + 2;
    switch (p[1]) {
      case 'b': to[0] = '\b'; break;
      case 'f': to[0] = '\f'; break;
      case 'n': to[0] = '\n'; break;
      case 'r': to[0] = '\r'; break;
      case 't': to[0] = '\t'; break;
      default: to[0] = p[1];
    }
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

size_t cram_json_unescape(const uint8_t *string, size_t length, uint8_t *to) {
  const uint8_t *p = string, *end = string + length;
  uint8_t *out = to;
  while (p < end) {
#ifdef __SSE2__
    if (end - p >= 16) {
      __m128i bytes = _mm_loadu_si128((const __m128i *)p);
      _mm_storeu_si128((__m128i *)out, bytes);
      int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
      int plain = mask ? __builtin_ctz((unsigned)mask) : 16;
      p += plain;
      out += plain;
      if (!mask) continue;
    }
#endif
    if (*p == '\\')
      out += unescape_one(&p, end, out);
    else
      *out++ = *p++;
  }
  return (size_t)(out - to);
}

static size_t escape_one(uint8_t c, uint8_t *to) {
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

size_t cram_json_escape(const uint8_t *text, size_t length, uint8_t *to) {
  const uint8_t *p = text, *end = text + length;
  uint8_t *out = to;
  while (p < end) {
    const uint8_t *special = next_special(p, end);
    memcpy(out, p, (size_t)(special - p));
    out += special - p;
    p = special;
    if (p < end) out += escape_one(*p++, out);
  }
  return (size_t)(out - to);
}

void cram_json_replace_lone_surrogates(uint8_t *line, size_t length) {
  uint8_t *p = line, *end = line + length;
  while (p < end && (p = memchr(p, '\\', (size_t)(end - p)))) {
    int unit = code_unit(p, end);
    if (unit < 0) {
      p += 2;
    } else if (is_high(unit) && is_low(code_unit(p + 6, end))) {
      p += 12;
    } else {
      if (is_high(unit) || is_low(unit)) memcpy(p + 2, "fffd", 4);
      p += 6;
    }
  }
}
