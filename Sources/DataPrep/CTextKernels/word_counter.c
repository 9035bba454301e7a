#include <stdlib.h>
#include <string.h>

#include "word_encoder.h"
#include "word_key.h"
#include "word_window.h"

enum { BATCH = 64, FIRST_BITS = 12 };

typedef struct {
  word_key key;  // all zeros where the place is free
  uint64_t count;
} counted_word;

struct cram_word_counter {
  counted_word *places;
  uint64_t mask;
  size_t used;
};

cram_word_counter *cram_word_counter_make(void) {
  cram_word_counter *counter = malloc(sizeof *counter);
  if (!counter) return NULL;
  counter->places = calloc((size_t)1 << FIRST_BITS, sizeof(counted_word));
  counter->mask = ((uint64_t)1 << FIRST_BITS) - 1;
  counter->used = 0;
  if (counter->places) return counter;
  free(counter);
  return NULL;
}

void cram_word_counter_free(cram_word_counter *counter) {
  if (counter) free(counter->places);
  free(counter);
}

// The place of `key`, which may be free; looked for from `at` on.
static inline counted_word *place_of(const cram_word_counter *counter, word_key key, uint64_t at) {
  for (;; at++) {
    counted_word *place = counter->places + (at & counter->mask);
    if (is_equal(place->key, key) || (place->key.low | place->key.high) == 0) return place;
  }
}

// Keeps half of the places free, so that searches are short.
static void grow(cram_word_counter *counter) {
  cram_word_counter old = *counter;
  counter->mask = 2 * old.mask + 1;
  counter->places = calloc(counter->mask + 1, sizeof(counted_word));
  if (!counter->places) abort();
  for (uint64_t at = 0; at <= old.mask; at++)
    if (old.places[at].count) *place_of(counter, old.places[at].key, hash_of(old.places[at].key)) = old.places[at];
  free(old.places);
}

static bool is_plain(const cram_word_rules *rules, const uint8_t *word, size_t length) {
  uint8_t kinds = 0;
  for (size_t at = 0; at < length; at++) kinds |= rules->kinds.of[word[at]];
  return !(kinds & CRAM_BYTE_CHANGED);
}

static void count_batch(
    cram_word_counter *counter, const cram_word_rules *rules, const uint8_t *text, const uint16_t *starts,
    const uint16_t *ends, size_t words, cram_take_part rest, void *context) {
  word_key keys[BATCH];
  uint64_t hashes[BATCH];
  while ((counter->used + words) * 2 > counter->mask) grow(counter);
  for (size_t word = 0; word < words; word++) {
    keys[word] = key_of(text + starts[word], (size_t)(ends[word] - starts[word]), rules->folds_case);
    hashes[word] = hash_of(keys[word]);
    __builtin_prefetch(counter->places + (hashes[word] & counter->mask));
  }
  for (size_t word = 0; word < words; word++) {
    size_t length = (size_t)(ends[word] - starts[word]);
    counted_word *place = place_of(counter, keys[word], hashes[word]);
    if (__builtin_expect(place->count == 0, 0)) {
      const uint8_t *start = text + starts[word];
      if (length > LONGEST_KEY || !is_plain(rules, start, length)) {
        rest(context, start, length);
        continue;
      }
      place->key = keys[word];
      counter->used++;
    }
    place->count++;
  }
}

void cram_count_words(
    cram_word_counter *counter, const cram_word_rules *rules, const cram_byte_scanner *scanner, const uint8_t *text,
    size_t length, cram_take_part rest, void *context) {
  cram_window window = {0};
  for (size_t at = 0; at < length; at = window.next) {
    cram_window_read(&window, rules, scanner, text, length, at);
    for (size_t word = 0; word < window.words; word += BATCH) {
      size_t count = window.words - word < BATCH ? window.words - word : BATCH;
      count_batch(counter, rules, window.text, window.starts + word, window.ends + word, count, rest, context);
    }
    if (window.next > window.rest) rest(context, text + window.rest, window.next - window.rest);
  }
}

void cram_word_counter_take(cram_word_counter *counter, cram_take_count take, void *context) {
  for (uint64_t at = 0; at <= counter->mask; at++) {
    counted_word *place = counter->places + at;
    if (place->count == 0) continue;
    uint8_t word[LONGEST_KEY];
    memcpy(word, &place->key, LONGEST_KEY);
    size_t length = LONGEST_KEY;
    while (word[length - 1] == 0) length--;
    take(context, word, length, place->count);
    *place = (counted_word){{0, 0}, 0};
  }
  counter->used = 0;
}
