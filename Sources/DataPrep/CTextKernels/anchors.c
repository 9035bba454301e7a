#include "anchors.h"

#include <string.h>

#include "anchor_kernels.h"

// MARK: The machine

static const cram_anchor_kernels *best = &cram_anchor_kernels_portable;

#if defined(__x86_64__)

__attribute__((constructor)) static void choose(void) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) best = &cram_anchor_kernels_avx2;
}

const cram_anchor_kernels *cram_anchor_kernels_named(const char *name) {
  if (strcmp(name, "avx2") == 0) return __builtin_cpu_supports("avx2") ? &cram_anchor_kernels_avx2 : NULL;
  return strcmp(name, "portable") == 0 ? &cram_anchor_kernels_portable : NULL;
}

#else

const cram_anchor_kernels *cram_anchor_kernels_named(const char *name) {
  return strcmp(name, "portable") == 0 ? &cram_anchor_kernels_portable : NULL;
}

#endif

// MARK: The search

// Windows looked at in one go: enough that the positions they share with the next go cost little, few enough to stay in
// the nearest memory.
static size_t windows_at_once(size_t window) { return window <= 512 ? 2048 : 4 * window; }

#define VALUES_LIMIT (CRAM_ANCHORS_AT_ONCE + CRAM_ANCHOR_WINDOW_LIMIT + 16)

cram_anchor_search cram_anchor_search_of(const uint8_t *text, size_t length, size_t window, size_t key_bytes) {
  return (cram_anchor_search){text, length, window, key_bytes, 0, SIZE_MAX};
}

// Bytes behind the last position that the kernels may read.
#define MARGIN 64

// The ordered hashes of `count` positions from `start`.
static void order_positions(const cram_anchor_search *search, size_t start, size_t count, uint32_t *values,
                            const cram_anchor_kernels *kernels) {
  size_t order_bytes = search->key_bytes < 16 ? 8 : 16;
  size_t inside = search->length > MARGIN ? search->length - MARGIN : 0;
  if (start + count <= inside) return kernels->order(search->text + start, order_bytes, values, count);
  uint8_t copy[CRAM_ANCHORS_AT_ONCE + CRAM_ANCHOR_WINDOW_LIMIT + 2 * MARGIN];
  size_t bytes = search->length - start;
  if (bytes > count + MARGIN) bytes = count + MARGIN;
  memcpy(copy, search->text + start, bytes);
  memset(copy + bytes, 0, count + MARGIN - bytes);
  kernels->order(copy, order_bytes, values, count);
}

// The smallest of each `window` neighbouring values, by doubling; returns which of the two holds them.
static uint32_t *window_minima(uint32_t *values, uint32_t *other, size_t window, size_t windows,
                               const cram_anchor_kernels *kernels) {
  size_t width = 1;
  while (2 * width <= window) {
    kernels->minimum(other, values, width, windows + window - 2 * width);
    uint32_t *done = other;
    (other = values, values = done);
    width *= 2;
  }
  if (width == window) return values;
  kernels->minimum(other, values, window - width, windows);
  return other;
}

size_t cram_anchors_next(cram_anchor_search *search, cram_anchor *anchors, const cram_anchor_kernels *kernels) {
  if (!kernels) kernels = best;
  size_t span = search->window + search->key_bytes - 1;
  size_t all = search->length < span ? 0 : search->length - span + 1;
  while (search->next_window < all) {
    size_t start = search->next_window, windows = all - start;
    size_t at_once = windows_at_once(search->window);
    if (windows > at_once) windows = at_once;
    uint32_t first[VALUES_LIMIT], second[VALUES_LIMIT];
    order_positions(search, start, windows + search->window - 1, first, kernels);
    uint32_t *minima = window_minima(first, second, search->window, windows, kernels);
    uint32_t *found = minima == first ? second : first;
    size_t count = kernels->changes(found, minima, windows, ~minima[0]);
    search->next_window = start + windows;
    // The first one may be the last one of the time before.
    size_t skipped = start + (0xFFFF - (found[0] & 0xFFFF)) == search->last;
    for (size_t i = skipped; i < count; i++) {
      size_t position = start + (0xFFFF - (found[i] & 0xFFFF));
      anchors[i - skipped] = (cram_anchor){cram_bytes_hash(search->text + position, search->key_bytes), position};
    }
    if (count > skipped) {
      search->last = anchors[count - skipped - 1].position;
      return count - skipped;
    }
  }
  return 0;
}

// MARK: Bytes

static inline uint64_t load(const uint8_t *bytes) {
  uint64_t value;
  memcpy(&value, bytes, sizeof value);
  return value;
}

// The two halves of a 128-bit product, folded.
static inline uint64_t fold(uint64_t a, uint64_t b) {
  unsigned __int128 product = (unsigned __int128)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t cram_bytes_hash(const uint8_t *bytes, size_t length) {
  uint64_t hash = 0x9E3779B97F4A7C15u ^ length;
  const uint8_t *end = bytes + length;
  for (; end - bytes > 16; bytes += 16) {
    hash = fold(load(bytes) ^ 0xA0761D6478BD642Fu, load(bytes + 8) ^ hash);
  }
  // What is left, from 1 to 16 bytes, by two words that may overlap with what came before.
  const uint8_t *first = length >= 16 ? end - 16 : end - length;
  hash = fold(load(first) ^ 0xE7037ED1A0B428DBu, load(end - 8) ^ hash);
  return fold(hash ^ 0x8EBC6AF09C88C6E3u, 0x589965CC75374CC3u);
}

size_t cram_common_prefix(const uint8_t *a, const uint8_t *b, size_t limit) {
  size_t at = 0;
  for (; at + 8 <= limit; at += 8) {
    uint64_t difference = load(a + at) ^ load(b + at);
    if (difference) return at + (size_t)__builtin_ctzll(difference) / 8;
  }
  while (at < limit && a[at] == b[at]) at++;
  return at;
}

size_t cram_common_suffix(const uint8_t *a, const uint8_t *b, size_t limit) {
  size_t done = 0;
  for (; done + 8 <= limit; done += 8) {
    uint64_t difference = load(a - done - 8) ^ load(b - done - 8);
    if (difference) return done + (size_t)__builtin_clzll(difference) / 8;
  }
  while (done < limit && a[-(ptrdiff_t)done - 1] == b[-(ptrdiff_t)done - 1]) done++;
  return done;
}
