#include "word_encoder.h"

#include <stdlib.h>
#include <string.h>

#include "word_key.h"
#include "word_window.h"

enum { NARROW_IDS = 7, WIDE_IDS = 3, BATCH = 64 };

typedef struct {
  word_key key;
  union {
    struct { uint16_t ids[NARROW_IDS], count; } narrow;
    struct { uint32_t ids[WIDE_IDS], count; } wide;
  };
} word_entry;

// Both places of a hash lie in one line of the processor's cache.
struct cram_word_table {
  word_entry *entries;
  uint64_t mask;
  bool is_wide;
};

cram_word_table *cram_word_table_make(int bits, bool is_wide) {
  cram_word_table *table = malloc(sizeof *table);
  size_t bytes = sizeof(word_entry) << bits;
  if (!table) return NULL;
  table->entries = aligned_alloc(2 * sizeof(word_entry), bytes);
  if (!table->entries) {
    free(table);
    return NULL;
  }
  memset(table->entries, 0, bytes);
  table->mask = ((uint64_t)1 << (bits - 1)) - 1;
  table->is_wide = is_wide;
  return table;
}

void cram_word_table_free(cram_word_table *table) {
  if (table) free(table->entries);
  free(table);
}

// Lists

void cram_id_list_reserve(cram_id_list *list, size_t more) {
  if (list->count + more <= list->capacity) return;
  size_t capacity = list->capacity * 2 > list->count + more ? list->capacity * 2 : list->count + more;
  void *ids = realloc(list->ids, capacity << (list->is_wide ? 2 : 1));
  if (!ids) abort();
  list->ids = ids;
  list->capacity = capacity;
}

void cram_id_list_append(cram_id_list *list, const uint32_t *ids, size_t count) {
  cram_id_list_reserve(list, count);
  if (list->is_wide) {
    memcpy((uint32_t *)list->ids + list->count, ids, count * sizeof *ids);
  } else {
    uint16_t *to = (uint16_t *)list->ids + list->count;
    for (size_t at = 0; at < count; at++) to[at] = (uint16_t)ids[at];
  }
  list->count += count;
}

void cram_id_list_free(cram_id_list *list) {
  free(list->ids);
  list->ids = NULL;
  list->count = list->capacity = 0;
}

// Pieces

static inline void put(cram_id_list *list, size_t at, uint32_t id) {
  if (list->is_wide) ((uint32_t *)list->ids)[at] = id;
  else ((uint16_t *)list->ids)[at] = (uint16_t)id;
}

// Appends the pieces of a word that only its case separates from its normalized form: each time the longest.
static void append_pieces(const cram_word_rules *rules, const uint8_t *word, size_t length, cram_id_list *list) {
  const cram_piece_place *places = rules->places;
  size_t begin = list->count, at = 0;
  cram_id_list_reserve(list, length + 1);
  if (length > rules->longest_word) goto unknown;
  while (at < length) {
    uint32_t place = at == 0 ? CRAM_PIECE_BEGINNINGS : CRAM_PIECE_CONTINUATIONS;
    uint32_t best = 0;
    size_t end = 0;
    for (size_t next = at; next < length;) {
      uint32_t below = (places[place].base & ~(1u << CRAM_PIECE_END_SHIFT)) + rules->folded[word[next]];
      if (places[below].parent != place) break;
      place = below;
      next++;
      if (places[place].base >> CRAM_PIECE_END_SHIFT) {
        best = place;
        end = next;
      }
    }
    if (end == 0) goto unknown;
    put(list, list->count++, rules->place_ids[best]);
    at = end;
  }
  return;
unknown:
  list->count = begin;
  put(list, list->count++, rules->unknown);
}

// Words

typedef struct {
  const cram_word_rules *rules;
  cram_word_table *table;
  cram_id_list *list;
  cram_encode_part rest;
  void *context;
} encoding;

static bool is_changed(const cram_word_rules *rules, const uint8_t *word, size_t length) {
  uint8_t kinds = 0;
  for (size_t at = 0; at < length; at++) kinds |= rules->kinds.of[word[at]];
  return kinds & CRAM_BYTE_CHANGED;
}

// Puts a word and its ids into the first of its two places; what was there moves to the second.
static void remember(word_entry *pair, word_key key, const cram_id_list *list, size_t from) {
  size_t count = list->count - from;
  if (count > (list->is_wide ? WIDE_IDS : NARROW_IDS)) return;
  pair[1] = pair[0];
  pair[0].key = key;
  if (list->is_wide) {
    memcpy(pair[0].wide.ids, (uint32_t *)list->ids + from, count * 4);
    pair[0].wide.count = (uint32_t)count;
  } else {
    memcpy(pair[0].narrow.ids, (uint16_t *)list->ids + from, count * 2);
    pair[0].narrow.count = (uint16_t)count;
  }
}

__attribute__((noinline)) static void encode_new(
    const encoding *all, const uint8_t *word, size_t length, word_key key, word_entry *pair) {
  size_t from = all->list->count;
  if (is_changed(all->rules, word, length)) all->rest(all->context, word, length, all->list);
  else append_pieces(all->rules, word, length, all->list);
  if (length <= LONGEST_KEY) remember(pair, key, all->list, from);
}

// Looks words up, many at a time, so that the table's lines are on their way before they are needed.
__attribute__((always_inline)) static inline void encode_batch(
    const encoding *all, const uint8_t *text, const uint16_t *starts, const uint16_t *ends, size_t count, bool is_wide,
    bool folds) {
  word_key keys[BATCH];
  word_entry *pairs[BATCH];
  const cram_word_table *table = all->table;
  for (size_t word = 0; word < count; word++) {
    keys[word] = key_of(text + starts[word], (size_t)(ends[word] - starts[word]), folds);
    pairs[word] = table->entries + 2 * (hash_of(keys[word]) & table->mask);
    __builtin_prefetch(pairs[word]);
  }
  for (size_t word = 0; word < count; word++) {
    word_entry *entry = pairs[word];
    bool second = is_equal(entry[1].key, keys[word]);
    entry += second;
    if (__builtin_expect(!second & !is_equal(entry->key, keys[word]), 0)) {
      encode_new(all, text + starts[word], (size_t)(ends[word] - starts[word]), keys[word], pairs[word]);
      cram_id_list_reserve(all->list, CRAM_WINDOW + 16);
    } else if (is_wide) {
      memcpy((uint32_t *)all->list->ids + all->list->count, entry->wide.ids, 12);
      all->list->count += entry->wide.count;
    } else {
      memcpy((uint16_t *)all->list->ids + all->list->count, entry->narrow.ids, 14);
      all->list->count += entry->narrow.count;
    }
  }
}

static void encode_all(
    const encoding *all, const uint8_t *text, const uint16_t *starts, const uint16_t *ends, size_t words) {
  bool is_wide = all->table->is_wide, folds = all->rules->folds_case;
  cram_id_list_reserve(all->list, NARROW_IDS * BATCH + 16);
  for (size_t at = 0; at < words; at += BATCH) {
    size_t count = words - at < BATCH ? words - at : BATCH;
    cram_id_list_reserve(all->list, CRAM_WINDOW + 16);
    if (is_wide) encode_batch(all, text, starts + at, ends + at, count, true, folds);
    else if (folds) encode_batch(all, text, starts + at, ends + at, count, false, true);
    else encode_batch(all, text, starts + at, ends + at, count, false, false);
  }
}

void cram_encode_words(
    const cram_word_rules *rules, const cram_byte_scanner *scanner, cram_word_table *table, cram_id_list *list,
    const uint8_t *text, size_t length, cram_encode_part rest, void *context) {
  encoding all = {rules, table, list, rest, context};
  cram_window window = {0};
  for (size_t at = 0; at < length; at = window.next) {
    cram_window_read(&window, rules, scanner, text, length, at);
    encode_all(&all, window.text, window.starts, window.ends, window.words);
    if (window.next > window.rest) rest(context, text + window.rest, window.next - window.rest, list);
  }
}
