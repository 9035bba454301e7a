#include "word_window.h"

#include <string.h>

static inline bool is_separator(uint8_t byte) { return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r'; }

// Writes the places of the bits of `mask`, and up to seven more behind them; returns how many count.
static inline size_t put_places(uint64_t mask, uint16_t first, uint16_t *places) {
  size_t count = (size_t)__builtin_popcountll(mask);
  for (size_t at = 0; at < count; at += 4)
    for (int each = 0; each < 4; each++) {
      places[at + each] = (uint16_t)(first + (mask ? __builtin_ctzll(mask) : 0));
      mask &= mask - 1;
    }
  return count;
}

static bool is_token(const cram_word_rules *rules, const uint8_t *text, size_t length) {
  uint32_t begin = 0;
  for (uint32_t token = 0; token < rules->token_count; begin = rules->token_ends[token++]) {
    size_t size = rules->token_ends[token] - begin;
    if (size <= length && memcmp(text, rules->tokens + begin, size) == 0) return true;
  }
  return false;
}

// The first bit of `masks` at which the fast way ends; 64 where there is none.
static int first_stop(
    const cram_word_rules *rules, cram_byte_masks masks, const uint8_t *group, const uint8_t *end) {
  int stop = masks.stop ? __builtin_ctzll(masks.stop) : 64;
  for (uint64_t tokens = masks.token; tokens; tokens &= tokens - 1) {
    int at = __builtin_ctzll(tokens);
    if (at >= stop) break;
    if (is_token(rules, group + at, (size_t)(end - (group + at)))) return at;
  }
  return stop;
}

// Finds words in whole groups until one has a stop; returns the stop's offset, or `size` where there is none.
static size_t find_words(
    cram_window *window, const cram_word_rules *rules, const cram_byte_scanner *scanner, size_t size,
    const uint8_t *end) {
  cram_byte_masks masks[CRAM_WINDOW / CRAM_GROUP];
  size_t groups = (size + CRAM_GROUP - 1) / CRAM_GROUP, starts = 0, ends = 0;
  uint64_t word = 0, mark = 0;  // the bit before the group's first
  for (size_t done = 0; done < groups;) {
    size_t found = scanner->scan(masks, window->text + done * CRAM_GROUP, groups - done, &rules->kinds);
    for (size_t each = 0; each < found; each++, done++) {
      uint64_t word_before = masks[each].word << 1 | word, mark_before = masks[each].mark << 1 | mark;
      uint64_t mark_runs = rules->marks_stand_alone ? 0 : mark_before;
      uint64_t begin = (masks[each].word & ~word_before) | (masks[each].mark & ~mark_runs);
      uint64_t close = (word_before & ~masks[each].word) | (mark_before & ~(masks[each].mark & mark_runs));
      uint16_t first = (uint16_t)(done * CRAM_GROUP);
      starts += put_places(begin, first, window->starts + starts);
      ends += put_places(close, first, window->ends + ends);
      word = masks[each].word >> 63;
      mark = masks[each].mark >> 63;
      if (!(masks[each].stop | masks[each].token)) continue;
      int stop = first_stop(rules, masks[each], window->text + first, end);
      if (stop == 64) continue;
      window->words = starts;
      return first + (size_t)stop;
    }
  }
  if (starts > ends) window->ends[ends] = (uint16_t)(groups * CRAM_GROUP);
  window->words = starts;
  return size;
}

void cram_window_read(
    cram_window *window, const cram_word_rules *rules, const cram_byte_scanner *scanner, const uint8_t *text,
    size_t length, size_t at) {
  size_t left = length - at, size = left < CRAM_WINDOW ? left : CRAM_WINDOW;
  window->text = text + at;
  const uint8_t *end = text + length;
  if (left < CRAM_WINDOW + 16) {
    // Reading goes a little beyond a word: near the end of the text it goes on in a copy.
    memcpy(window->copy, text + at, left);
    memset(window->copy + left, ' ', sizeof window->copy - left);
    window->text = window->copy;
    end = window->copy + left;
  }
  size_t stop = find_words(window, rules, scanner, size, end);
  if (stop == left) {
    window->rest = window->next = length;
    return;
  }
  // What follows the last separator is not whole, or not for the fast way.
  size_t cut = stop;
  while (cut > 0 && !is_separator(window->text[cut - 1])) cut--;
  while (window->words > 0 && window->starts[window->words - 1] >= cut) window->words--;
  window->rest = window->next = at + cut;
  if (stop < size || cut == 0)
    while (window->next < length && !is_separator(text[window->next])) window->next++;
}
