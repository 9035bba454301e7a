// What instruction sets share, in blocks of 64 bytes. The file that includes this says beforehand what TARGET is, and how a block is
// looked at and copied: classify(), classify_some(), simple_escapes(), copy_block().
#include "json_escapes.h"
#include "json_strings_tables.h"

enum { BLOCK = 64 };

// The first `count` bits.
static inline uint64_t first_bits(size_t count) { return count < 64 ? (UINT64_C(1) << count) - 1 : ~UINT64_C(0); }

// The lowest bit's place; 64 where there is none.
static inline size_t first_place(uint64_t bits) { return bits ? (size_t)__builtin_ctzll(bits) : 64; }

// The backslashes that begin an escape: of each run of them the first, the third, and so on. The block begins behind all earlier escapes.
static inline uint64_t escape_begins(uint64_t backslashes) {
  const uint64_t odd = UINT64_C(0xAAAAAAAAAAAAAAAA);
  uint64_t behind = backslashes << 1;
  // Subtracting carries through each run to its end, and the place of that end, even or odd, tells which of the run begin one.
  return (((behind | odd) - backslashes) ^ odd) & backslashes;
}

// Where the walk goes on behind the escape at `p` and those that follow it at once, or NULL with the facts of its failure.
TARGET static const uint8_t *pass_escapes(cram_string_facts *facts, const uint8_t *p, const uint8_t *end) {
  do {
    if (end - p < 2) return end;
    size_t size = escape_size(p, end, &facts->has_lone_surrogate);
    if (!size) {
      facts->at = p;
      facts->verdict = CRAM_STRING_BAD_ESCAPE;
      return NULL;
    }
    p += size;
  } while (p < end && *p == '\\');
  return p;
}

TARGET static cram_string_facts pass(const uint8_t *p, const uint8_t *end) {
  cram_string_facts facts = {end, CRAM_STRING_ENDS_EARLY, false, false, false};
  while (p < end) {
    size_t left = (size_t)(end - p), size = left < BLOCK ? left : BLOCK;
    block_masks masks = left >= BLOCK ? classify(p) : classify_some(p, left);
    facts.may_have_high |= masks.high != 0;
    uint64_t begins = 0, hard = 0;
    if (masks.backslash) {
      begins = escape_begins(masks.backslash);
      // All but the escapes of two bytes that stand in this block are for the slow way.
      hard = begins & ~(simple_escapes(p, size) >> 1);
    }
    size_t stop = first_place((masks.quote & ~(begins << 1)) | masks.control), slow = first_place(hard);
    facts.has_escapes |= (begins & first_bits(stop)) != 0;
    if (stop < slow) {
      facts.at = p + stop;
      facts.verdict = p[stop] == '"' ? CRAM_STRING_CLOSED : CRAM_STRING_CONTROL_CHARACTER;
      return facts;
    }
    p = slow < BLOCK ? pass_escapes(&facts, p + slow, end) : p + size;
    if (!p) return facts;
  }
  return facts;
}

// The escapes of a block are found at once, and what stands between two of them is copied as a whole block: so nothing waits for the
// place where the one before ended. While two blocks are left, reading and writing so much stays inside.
TARGET static size_t unescape(uint8_t *to, const uint8_t *p, size_t length) {
  const uint8_t *end = p + length;
  uint8_t *out = to;
  while (end - p >= 2 * BLOCK) {
    uint64_t begins = classify(p).backslash;
    copy_block(out, p);
    if (begins) begins = escape_begins(begins);
    size_t from = 0;
    for (; begins; begins &= begins - 1) {
      size_t at = first_place(begins);
      out += at - from;
      from = at;
      if (at == BLOCK - 1 || p[at + 1] == 'u') break;
      *out++ = escaped_character(p[at + 1]);
      from += 2;
      copy_block(out, p + from);
    }
    p += begins ? from : BLOCK;
    out += begins ? 0 : BLOCK - from;
    while (begins && p < end && *p == '\\') out += unescape_one(&p, end, out);
  }
  return (size_t)(unescape_rest(out, p, end) - to);
}

TARGET static size_t escape(uint8_t *to, const uint8_t *p, size_t length) {
  const uint8_t *end = p + length;
  uint8_t *out = to;
  while (end - p >= 2 * BLOCK) {
    block_masks masks = classify(p);
    copy_block(out, p);  // there is room for six times what is left
    size_t from = 0;
    for (uint64_t hard = masks.quote | masks.backslash | masks.control; hard; hard &= hard - 1) {
      size_t at = first_place(hard);
      out += at - from;
      out += escape_one(p[at], out);
      from = at + 1;
      copy_block(out, p + from);
    }
    p += BLOCK;
    out += BLOCK - from;
  }
  for (; p < end; p++) {
    if (*p < 0x20 || *p == '"' || *p == '\\')
      out += escape_one(*p, out);
    else
      *out++ = *p;
  }
  return (size_t)(out - to);
}
