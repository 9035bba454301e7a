#include "sketch.h"

#include <stdlib.h>
#include <string.h>

#include "word_kernels.h"

// Texts of more shingles fill all bins of every usual scheme in the first round; for others they are looked at again.
#define KEPT 16384
// Rounds that choose a bin for a shingle, before each bin that is still empty takes its least value of all shingles.
#define ROUNDS 8
#define EMPTY UINT32_MAX
#define BASE 0xD6E8FEB86659FD93ull

struct cram_sketcher {
  cram_sketch_scheme scheme;
  uint32_t bin_count;
  uint64_t leaving;    // BASE to the power of ngram: what takes a unit out of the rolling hash
  uint32_t *bins;
  uint32_t *round;     // the bins of one round
  uint64_t *kept;      // shingles of the text; room for a piece more than KEPT
  size_t kept_count, kept_room;
  uint64_t *spare;     // as much room again, for sorting
  uint32_t *ends;
  uint64_t *window;    // the last `ngram` units, then the units of a piece
  uint64_t rolling;
  size_t unit_count;
  cram_scanner scanner;
};

static void *allocate(size_t count, size_t size) {
  void *memory = calloc(count ? count : 1, size);
  if (!memory) abort();
  return memory;
}

cram_sketcher *cram_sketcher_create(const cram_sketch_scheme *scheme, const cram_word_kernels *kernels) {
  cram_sketcher *sketcher = allocate(1, sizeof *sketcher);
  sketcher->scheme = *scheme;
  sketcher->bin_count = scheme->bands * scheme->rows;
  sketcher->leaving = 1;
  for (uint32_t unit = 0; unit < scheme->ngram; unit++) sketcher->leaving *= BASE;
  sketcher->bins = allocate(sketcher->bin_count, sizeof *sketcher->bins);
  sketcher->round = allocate(sketcher->bin_count, sizeof *sketcher->round);
  sketcher->kept_room = KEPT + CRAM_SCANNER_UNITS;
  sketcher->kept = allocate(sketcher->kept_room, sizeof *sketcher->kept);
  sketcher->spare = allocate(sketcher->kept_room, sizeof *sketcher->spare);
  sketcher->ends = allocate(sketcher->kept_room, sizeof *sketcher->ends);
  sketcher->window = allocate(scheme->ngram + CRAM_SCANNER_UNITS, sizeof *sketcher->window);
  cram_scanner_prepare(&sketcher->scanner, kernels, scheme->units);
  return sketcher;
}

void cram_sketcher_free(cram_sketcher *sketcher) {
  free(sketcher->bins);
  free(sketcher->round);
  free(sketcher->kept);
  free(sketcher->spare);
  free(sketcher->ends);
  free(sketcher->window);
  free(sketcher);
}

const uint32_t *cram_sketcher_bins(const cram_sketcher *sketcher) { return sketcher->bins; }

// MARK: Shingles

static void begin(cram_sketcher *sketcher, const uint8_t *text, size_t length) {
  cram_scanner_begin(&sketcher->scanner, text, length);
  memset(sketcher->window, 0, sketcher->scheme.ngram * sizeof *sketcher->window);
  sketcher->rolling = 0;
  sketcher->unit_count = 0;
}

// Writes the hashes of the shingles that end in the next piece of the text; false at its end. A text of fewer units than a
// shingle has is one shingle.
static bool next(cram_sketcher *sketcher, uint64_t *shingles, size_t *count) {
  size_t ngram = sketcher->scheme.ngram;
  uint64_t *window = sketcher->window, *units = window + ngram;
  size_t found = cram_scanner_next(&sketcher->scanner, units);
  if (found == 0) {
    bool is_short = sketcher->unit_count > 0 && sketcher->unit_count < ngram;
    if (is_short) {
      sketcher->unit_count = ngram;
      shingles[0] = sketcher->rolling;
    }
    return *count = is_short, is_short;
  }
  uint64_t rolling = sketcher->rolling, leaving = sketcher->leaving;
  // What is written before the first whole shingle is written over by it.
  size_t missing = sketcher->unit_count + 1 < ngram ? ngram - 1 - sketcher->unit_count : 0;
  if (missing > found) missing = found;
  for (size_t unit = 0; unit < missing; unit++)
    rolling = rolling * BASE + units[unit] - window[unit] * leaving;
  for (size_t unit = missing; unit < found; unit++) {
    rolling = rolling * BASE + (units[unit] - window[unit] * leaving);
    shingles[unit - missing] = rolling;
  }
  *count = found - missing;
  sketcher->rolling = rolling;
  sketcher->unit_count += found;
  memmove(window, window + found, ngram * sizeof *window);
  return true;
}

// A hash of a shingle for one round: independent of other rounds' for any purpose.
static inline uint64_t mix(uint64_t shingle, uint64_t seed) {
  uint64_t x = shingle ^ seed;
  x = (x ^ x >> 32) * 0xD6E8FEB86659FD93ull;
  x = (x ^ x >> 29) * 0xFF51AFD7ED558CCDull;
  return x ^ x >> 32;
}

static inline uint64_t seed_of_round(const cram_sketcher *sketcher, uint32_t round) {
  return mix(sketcher->scheme.seed + 0x9E3779B97F4A7C15ull * (round + 1), 0);
}

static inline uint32_t value_of(uint64_t hash) { return (uint32_t)hash >> 1; }

// MARK: Bins

static void add_to_bins(uint32_t *bins, uint32_t bin_count, const uint64_t *shingles, size_t count, uint64_t seed) {
  for (size_t at = 0; at < count; at++) {
    uint64_t hash = mix(shingles[at], seed);
    uint32_t *bin = bins + ((hash >> 32) * bin_count >> 32), value = value_of(hash);
    *bin = value < *bin ? value : *bin;
  }
}

static size_t empty_count(const cram_sketcher *sketcher) {
  size_t count = 0;
  for (uint32_t bin = 0; bin < sketcher->bin_count; bin++) count += sketcher->bins[bin] == EMPTY;
  return count;
}

// Sorts hashes: by their highest bits into places for some two each, then by insertion. `ends` has room for `count`.
static void sort_hashes(uint64_t *hashes, size_t count, uint64_t *spare, uint32_t *ends) {
  unsigned bits = 1;
  while (bits < 31 && (size_t)2 << bits <= count) bits++;
  unsigned shift = 64 - bits;
  memset(ends, 0, ((size_t)1 << bits) * sizeof *ends);
  for (size_t at = 0; at < count; at++) ends[hashes[at] >> shift]++;
  for (size_t place = 1; place < (size_t)1 << bits; place++) ends[place] += ends[place - 1];
  for (size_t at = count; at-- > 0;) spare[--ends[hashes[at] >> shift]] = hashes[at];
  memcpy(hashes, spare, count * sizeof *hashes);
  for (size_t at = 1; at < count; at++) {
    uint64_t hash = hashes[at];
    size_t place = at;
    for (; place > 0 && hashes[place - 1] > hash; place--) hashes[place] = hashes[place - 1];
    hashes[place] = hash;
  }
}

// Sorts what is kept and leaves out what is there twice.
static void make_set(cram_sketcher *sketcher) {
  uint64_t *hashes = sketcher->kept;
  size_t count = sketcher->kept_count, last = 0;
  if (count < 2) return;
  sort_hashes(hashes, count, sketcher->spare, sketcher->ends);
  for (size_t at = 1; at < count; at++)
    if (hashes[at] != hashes[last]) hashes[++last] = hashes[at];
  sketcher->kept_count = last + 1;
}

// Brings the whole set of shingles of a text into `kept`.
static void collect(cram_sketcher *sketcher, const uint8_t *text, size_t length) {
  size_t count, limit = KEPT;
  sketcher->kept_count = 0;
  begin(sketcher, text, length);
  while (next(sketcher, sketcher->kept + sketcher->kept_count, &count)) {
    sketcher->kept_count += count;
    if (sketcher->kept_count < limit) continue;
    // Repeated ones first make room: a text may be much longer than its set.
    make_set(sketcher);
    limit = 2 * sketcher->kept_count > KEPT ? 2 * sketcher->kept_count : KEPT;
    if (limit + CRAM_SCANNER_UNITS <= sketcher->kept_room) continue;
    sketcher->kept_room = limit + CRAM_SCANNER_UNITS;
    sketcher->kept = realloc(sketcher->kept, sketcher->kept_room * sizeof *sketcher->kept);
    free(sketcher->spare);
    free(sketcher->ends);
    sketcher->spare = malloc(sketcher->kept_room * sizeof *sketcher->spare);
    sketcher->ends = malloc(sketcher->kept_room * sizeof *sketcher->ends);
    if (!sketcher->kept || !sketcher->spare || !sketcher->ends) abort();
  }
  make_set(sketcher);
}

// One more round for the bins that are still empty.
static void fill_by_round(cram_sketcher *sketcher, uint32_t round) {
  uint32_t bin_count = sketcher->bin_count;
  memset(sketcher->round, 0xFF, bin_count * sizeof *sketcher->round);
  add_to_bins(sketcher->round, bin_count, sketcher->kept, sketcher->kept_count, seed_of_round(sketcher, round));
  for (uint32_t bin = 0; bin < bin_count; bin++)
    if (sketcher->bins[bin] == EMPTY) sketcher->bins[bin] = sketcher->round[bin];
}

// What the rounds left empty: the least value of all shingles under a hash of the bin's own.
static void fill_by_bin(cram_sketcher *sketcher) {
  for (uint32_t bin = 0; bin < sketcher->bin_count; bin++) {
    if (sketcher->bins[bin] != EMPTY) continue;
    uint64_t seed = seed_of_round(sketcher, ROUNDS + bin);
    uint32_t least = EMPTY;
    for (size_t at = 0; at < sketcher->kept_count; at++) {
      uint32_t value = value_of(mix(sketcher->kept[at], seed));
      if (value < least) least = value;
    }
    sketcher->bins[bin] = least;
  }
}

static void densify(cram_sketcher *sketcher) {
  for (uint32_t round = 1; round < ROUNDS; round++) {
    if (empty_count(sketcher) == 0) return;
    fill_by_round(sketcher, round);
  }
  fill_by_bin(sketcher);
}

// MARK: Keys

static void hash_bands(const cram_sketcher *sketcher, uint64_t *keys) {
  const uint32_t *bins = sketcher->bins;
  for (uint32_t band = 0; band < sketcher->scheme.bands; band++) {
    uint64_t key = 0x9E3779B97F4A7C15ull * (band + 1);
    for (uint32_t row = 0; row < sketcher->scheme.rows; row++, bins++)
      key = cram_fold(key ^ 0xA0761D6478BD642Full, *bins ^ 0xE7037ED1A0B428DBull);
    keys[band] = mix(key, 0);
  }
}

bool cram_sketcher_keys(cram_sketcher *sketcher, const uint8_t *text, size_t length, uint64_t *keys) {
  uint64_t seed = seed_of_round(sketcher, 0);
  size_t count, total = 0;
  memset(sketcher->bins, 0xFF, sketcher->bin_count * sizeof *sketcher->bins);
  begin(sketcher, text, length);
  sketcher->kept_count = 0;
  while (next(sketcher, sketcher->kept + sketcher->kept_count, &count)) {
    add_to_bins(sketcher->bins, sketcher->bin_count, sketcher->kept + sketcher->kept_count, count, seed);
    total += count;
    sketcher->kept_count += sketcher->kept_count < KEPT ? count : 0;
  }
  if (total == 0) return false;
  if (empty_count(sketcher) > 0) {
    // A few more shingles than bins leave some bins empty by chance; many more, where most of them are repeated.
    if (total > sketcher->kept_count)
      collect(sketcher, text, length);
    else if (total > 4 * (size_t)sketcher->bin_count)
      make_set(sketcher);
    densify(sketcher);
  }
  hash_bands(sketcher, keys);
  return true;
}

const uint64_t *cram_sketcher_set(cram_sketcher *sketcher, const uint8_t *text, size_t length, size_t *count) {
  collect(sketcher, text, length);
  *count = sketcher->kept_count;
  return sketcher->kept;
}

size_t cram_common_count(const uint64_t *a, size_t a_count, const uint64_t *b, size_t b_count, size_t least) {
  size_t common = 0, at = 0, other = 0;
  while (at < a_count && other < b_count) {
    // What is left of the shorter row, and what was found, bound what can still come.
    size_t left = a_count - at < b_count - other ? a_count - at : b_count - other;
    if (common + left < least) return common;
    uint64_t x = a[at], y = b[other];
    common += x == y;
    at += x <= y;
    other += y <= x;
  }
  return common;
}
