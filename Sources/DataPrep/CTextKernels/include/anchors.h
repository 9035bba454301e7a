#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Anchors: positions of a text that are chosen by the bytes around them alone (minimizers). Of every `window`
// neighbouring positions the one whose bytes have the smallest hash is an anchor (of equal ones the last). So two
// equal runs of window + key_bytes - 1 bytes, wherever they stand, hold anchors at the same places, each with its
// key_bytes inside.

/// One anchor.
typedef struct {
  /// A hash of the `key_bytes` that begin at `position`.
  uint64_t key;
  uint64_t position;
} cram_anchor;

/// Where a search for anchors stands.
typedef struct {
  const uint8_t *text;
  size_t length;
  /// From 1 to CRAM_ANCHOR_WINDOW_LIMIT.
  size_t window;
  /// At least 8.
  size_t key_bytes;
  size_t next_window;
  size_t last;
} cram_anchor_search;

/// The widest window.
#define CRAM_ANCHOR_WINDOW_LIMIT 4096
/// How many anchors `cram_anchors_next` gives at most.
#define CRAM_ANCHORS_AT_ONCE 16384

/// What a machine can do of the search; the instructions make no difference to what is found.
typedef struct {
  const char *name;
  /// hashes[i] = the upper 16 bits of a hash of the `order_bytes` (8 or 16) at text + i, above 0xFFFF - i. Reads up to
  /// 48 bytes behind the last of them, writes up to 16 more hashes.
  void (*order)(const uint8_t *text, size_t order_bytes, uint32_t *hashes, size_t count);
  /// target[i] = min(source[i], source[i + distance]); the two do not overlap, and both have room for 16 more.
  void (*minimum)(uint32_t *target, const uint32_t *source, size_t distance, size_t count);
  /// Writes the values that differ from the one before them (the first: from `before`) and returns how many they are.
  size_t (*changes)(uint32_t *target, const uint32_t *source, size_t count, uint32_t before);
} cram_anchor_kernels;

/// The kernels of that name ("portable", "avx2"), or NULL where the machine lacks the instructions.
const cram_anchor_kernels *cram_anchor_kernels_named(const char *name);

/// A search from the beginning of `text`.
cram_anchor_search cram_anchor_search_of(const uint8_t *text, size_t length, size_t window, size_t key_bytes);

/// The next anchors in rising position, at most CRAM_ANCHORS_AT_ONCE; 0 at the end. Text shorter than
/// window + key_bytes - 1 has none. `kernels` may be NULL: the best ones.
size_t cram_anchors_next(cram_anchor_search *search, cram_anchor *anchors, const cram_anchor_kernels *kernels);

/// A hash of `length` bytes, at least 8.
uint64_t cram_bytes_hash(const uint8_t *bytes, size_t length);

/// How many first bytes of `a` and `b` are equal, at most `limit`.
size_t cram_common_prefix(const uint8_t *a, const uint8_t *b, size_t limit);

/// How many bytes before `a` and before `b` are equal, at most `limit`.
size_t cram_common_suffix(const uint8_t *a, const uint8_t *b, size_t limit);

/// Asks for memory that will be read soon.
static inline void cram_prefetch(const void *place) { __builtin_prefetch(place); }
