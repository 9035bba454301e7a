// What all instruction sets share, in blocks of 64 bytes. The file that includes this says beforehand what TARGET is, and how a block is
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

// Where the walk goes on behind the escape at `p`, or NULL with the facts of its failure.
TARGET static const uint8_t *pass_escape(cram_string_facts *facts, const uint8_t *p, const uint8_t *end) {
  if (end - p < 2) return end;
  size_t size = escape_size(p, end, &facts->has_lone_surrogate);
  if (size) return p + size;
  facts->at = p;
  facts->verdict = CRAM_STRING_BAD_ESCAPE;
  return NULL;
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
    p = slow < BLOCK ? pass_escape(&facts, p + slow, end) : p + size;
    if (!p) return facts;
  }
  return facts;
}

TARGET static size_t escape(uint8_t *to, const uint8_t *p, size_t length) {
  const uint8_t *end = p + length;
  uint8_t *out = to;
  while (p < end) {
    size_t left = (size_t)(end - p), size = left < BLOCK ? left : BLOCK;
    block_masks masks = left >= BLOCK ? classify(p) : classify_some(p, left);
    if (left >= BLOCK) {
      copy_block(out, p);  // there is room for six times what is left
    } else {
      memcpy(out, p, left);
    }
    size_t plain = first_place(masks.quote | masks.backslash | masks.control);
    if (plain > size) plain = size;
    p += plain;
    out += plain;
    // What needs an escape often stands beside its like.
    while (plain < size && p < end && (*p < 0x20 || *p == '"' || *p == '\\')) out += escape_one(*p++, out);
  }
  return (size_t)(out - to);
}
