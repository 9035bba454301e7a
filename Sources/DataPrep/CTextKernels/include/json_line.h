#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One JSON object in one line: validated in a single pass, with the few members that a caller asks
// for. Nothing is allocated, nothing recurses, and no byte outside the line is read.

/// What a scan found. All but CRAM_JSON_OK mean that the line is not one JSON object (RFC 8259).
typedef enum {
  CRAM_JSON_OK = 0,
  CRAM_JSON_NOT_AN_OBJECT,      ///< the line does not begin with `{`
  CRAM_JSON_ENDS_EARLY,         ///< the line ends before the object does
  CRAM_JSON_UNEXPECTED,         ///< a byte that may not stand there
  CRAM_JSON_CONTROL_CHARACTER,  ///< a byte below 0x20 inside a string
  CRAM_JSON_BAD_ESCAPE,         ///< a backslash that begins no escape
  CRAM_JSON_BAD_NUMBER,         ///< a number that is none
  CRAM_JSON_TOO_DEEP,           ///< nested deeper than CRAM_JSON_DEPTH
  CRAM_JSON_MORE_BEHIND,        ///< something stands behind the object
} cram_json_verdict;

/// How deep arrays and objects may be nested.
enum { CRAM_JSON_DEPTH = 1024 };

/// The name of a member to look for: UTF-8, unescaped.
typedef struct {
  const uint8_t *bytes;
  size_t length;
} cram_json_name;

/// A member of the outermost object. Offsets count from the line's first byte. Of members with the
/// same name the last one counts.
typedef struct {
  size_t key;      ///< where the key's opening quote stands
  size_t start;    ///< where the value begins (a string: at its opening quote)
  size_t end;      ///< behind the value's last byte
  uint8_t kind;    ///< the value's first byte: `"`, `{`, `[`, `t`, `f`, `n`, `-` or a digit; 0: no such member
  bool has_escapes;  ///< a string with at least one backslash
} cram_json_field;

/// What else a scan tells.
typedef struct {
  size_t at;             ///< where the scan stopped: the offending byte, or behind the object
  bool has_lone_surrogate;  ///< a `\uD800`-`\uDFFF` escape without its other half, in any string
  bool may_have_high;       ///< false: no byte of the line is above 0x7F, so that it is UTF-8
} cram_json_facts;

/// Validates `line` as one JSON object and finds the members called `names` in it.
///
/// Bytes above 0x7F are taken as they are inside strings: see cram_utf8_is_valid. Keys written with escapes are
/// compared unescaped. `fields` has one place for each name. Cost: one pass, 64 bytes at a time inside strings.
cram_json_verdict cram_json_scan(
    const uint8_t *line, size_t length, const cram_json_name *names, size_t name_count,
    cram_json_field *fields, cram_json_facts *facts);

/// Writes what a scanned JSON string (without its quotes) stands for, in UTF-8, and returns its number of bytes: never more
/// than `length`, which `to` has room for. A lone surrogate becomes U+FFFD.
size_t cram_json_unescape(const uint8_t *string, size_t length, uint8_t *to);

/// Writes valid UTF-8 as the inside of a JSON string, and returns its number of bytes: at most `6 * length`. Only quotes,
/// backslashes and characters below U+0020 are escaped.
size_t cram_json_escape(const uint8_t *text, size_t length, uint8_t *to);

/// Writes a scanned line with `\ufffd` in the place of each lone surrogate escape; same length.
void cram_json_replace_lone_surrogates(uint8_t *line, size_t length);
