#include "json_line.h"

#include <string.h>

#include "json_escapes.h"
#include "json_strings.h"

// What a scan carries along. `p` never passes `end`.
typedef struct {
  const uint8_t *p, *end;
  cram_json_verdict verdict;
  bool escaped, lone_surrogate, high;
  const cram_string_kernels *strings;
} scanner;

static bool fail(scanner *s, cram_json_verdict verdict) {
  s->verdict = s->p == s->end && verdict != CRAM_JSON_TOO_DEEP ? CRAM_JSON_ENDS_EARLY : verdict;
  return false;
}

static inline void skip_space(scanner *s) {
  while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' || *s->p == '\n')) s->p++;
}

// Strings

// Passes the string at `p`, quotes included.
static bool pass_string(scanner *s) {
  cram_string_facts facts = s->strings->pass(s->p + 1, s->end);
  s->p = facts.at;
  s->escaped = facts.has_escapes;
  s->lone_surrogate |= facts.has_lone_surrogate;
  s->high |= facts.may_have_high;
  switch (facts.verdict) {
    case CRAM_STRING_CLOSED: s->p++; return true;
    case CRAM_STRING_ENDS_EARLY: return fail(s, CRAM_JSON_ENDS_EARLY);
    case CRAM_STRING_CONTROL_CHARACTER: return fail(s, CRAM_JSON_CONTROL_CHARACTER);
    case CRAM_STRING_BAD_ESCAPE: break;
  }
  return fail(s, CRAM_JSON_BAD_ESCAPE);
}

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
  scanner s = {line, line + length, CRAM_JSON_OK, false, false, false, cram_string_kernels_best()};
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
  facts->may_have_high = s.high;
  return s.verdict;
}

size_t cram_json_unescape(const uint8_t *string, size_t length, uint8_t *to) {
  return cram_string_kernels_best()->unescape(to, string, length);
}

size_t cram_json_escape(const uint8_t *text, size_t length, uint8_t *to) {
  return cram_string_kernels_best()->escape(to, text, length);
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
