#pragma once
#include "words.h"

// MinHash signatures for locality-sensitive hashing, by one pass with one hash a shingle (one-permutation hashing, Li, Owen and
// Zhang, NIPS 2012): the hash chooses one of `bands * rows` bins and a value, and each bin keeps its least value. Bins that stay
// empty are filled by rounds of fresh hashes, as in fast similarity sketching (Dahlgaard, Knudsen and Thorup, FOCS 2017), so that
// short texts behave as under as many permutations: each bin of two texts agrees with a chance of their Jaccard similarity.

/// What a sketcher does; fixed for a corpus.
typedef struct {
  cram_units units;
  uint32_t ngram;  ///< units of a shingle; a text with fewer is one shingle
  uint32_t bands, rows;
  uint64_t seed;
} cram_sketch_scheme;

typedef struct cram_sketcher cram_sketcher;

/// Bins a sketcher can have: bands times rows.
enum { CRAM_SKETCH_BINS = 1 << 16 };

cram_sketcher *cram_sketcher_create(const cram_sketch_scheme *scheme, const cram_word_kernels *kernels);
void cram_sketcher_free(cram_sketcher *sketcher);

/// Writes one key for each band of a text (valid UTF-8) and returns true; false for a text without words, which is like nothing.
/// Texts share a band when they share its key (two that do not, with a chance of 2^-64 a band).
/// Cost: one pass over the text, some 10 ns for each bin of a text with fewer shingles than bins.
bool cram_sketcher_keys(cram_sketcher *sketcher, const uint8_t *text, size_t length, uint64_t *keys);

/// The least value of each bin of the last text whose keys were taken: `bands * rows` of them.
const uint32_t *cram_sketcher_bins(const cram_sketcher *sketcher);

/// The set of shingles of a text as rising 64-bit hashes; `*count` their number, 0 for a text without words. Valid until the next call.
const uint64_t *cram_sketcher_set(cram_sketcher *sketcher, const uint8_t *text, size_t length, size_t *count);

/// How many numbers two rising rows have in common, or, as soon as it is clear that there are fewer, any number below `least`.
size_t cram_common_count(const uint64_t *a, size_t a_count, const uint64_t *b, size_t b_count, size_t least);
