#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "byte_scan.h"

// The fast way from ASCII text to WordPiece ids: words by masks of 64 bytes, their ids from a bounded table that
// remembers words, and on a miss by a walk through the pieces. What it cannot do itself it gives back.

/// A place of the tree of pieces, a double array: from place p byte b leads to place p.base + b, if that has p as parent.
typedef struct {
  uint32_t base;    ///< where the places below begin; the highest bit is set where a piece ends
  uint32_t parent;
} cram_piece_place;

/// The highest bit of `base`.
enum { CRAM_PIECE_END_SHIFT = 31 };

/// Where the tree's two roots are: of pieces that begin a word, and of those that continue one.
enum { CRAM_PIECE_BEGINNINGS = 0, CRAM_PIECE_CONTINUATIONS = 1 };

/// How text becomes ids; read only, shared by all threads.
typedef struct {
  cram_byte_kinds kinds;
  uint8_t folded[128];         ///< each byte as the normalizer leaves it, but for those that are CRAM_BYTE_CHANGED
  bool folds_case;             ///< whether `folded` maps A-Z to a-z
  bool marks_stand_alone;      ///< each mark is a word, else each run of marks
  uint32_t longest_word;       ///< words of more bytes are unknown
  uint32_t unknown;            ///< the id of words that have no pieces
  const cram_piece_place *places;
  uint32_t place_count;        ///< at least 256 behind the last place in use
  const uint32_t *place_ids;   ///< the id of the piece that ends at each place
  const uint8_t *tokens;       ///< texts with ids of their own, end to end; each begins with a CRAM_BYTE_TOKEN
  const uint32_t *token_ends;
  uint32_t token_count;
} cram_word_rules;

/// Ids on their way out: 2 bytes each (`is_wide` false) or 4. All zeros is an empty list; `cram_id_list_free` frees its memory.
typedef struct {
  void *ids;
  size_t count, capacity;
  bool is_wide;
} cram_id_list;

void cram_id_list_reserve(cram_id_list *list, size_t more);
void cram_id_list_append(cram_id_list *list, const uint32_t *ids, size_t count);
void cram_id_list_free(cram_id_list *list);

/// Words and their ids, one for each thread: two places for each hash, the older gives way.
typedef struct cram_word_table cram_word_table;

/// A table of `1 << bits` places of 32 bytes for words of at most 16 bytes; NULL without memory. `is_wide` as the lists it fills.
cram_word_table *cram_word_table_make(int bits, bool is_wide);
void cram_word_table_free(cram_word_table *table);

/// Appends the ids of `part` to `list`; called with what the fast way leaves.
typedef void (*cram_encode_part)(void *context, const uint8_t *part, size_t length, cram_id_list *list);

/// Appends the ids of `text` to `list`, which is as wide as `table`.
///
/// A part between separators (tab, line feed, return, space) that holds a CRAM_BYTE_STOP or one of the rules' tokens goes to `rest`,
/// and so does a word with a CRAM_BYTE_CHANGED that the table does not know. What the table remembers never changes an id.
void cram_encode_words(
    const cram_word_rules *rules, const cram_byte_scanner *scanner, cram_word_table *table, cram_id_list *list,
    const uint8_t *text, size_t length, cram_encode_part rest, void *context);

// Counting

/// How often each word occurs: a table that grows with the number of different words, 24 to 96 bytes each. One for each thread.
typedef struct cram_word_counter cram_word_counter;

/// An empty counter; NULL without memory.
cram_word_counter *cram_word_counter_make(void);
void cram_word_counter_free(cram_word_counter *counter);

/// Gets a part of the text that is not counted.
typedef void (*cram_take_part)(void *context, const uint8_t *part, size_t length);

/// Counts the words of `text`, as they are after normalization.
///
/// `rest` gets what `cram_encode_words` would leave, and words of more than 16 bytes.
void cram_count_words(
    cram_word_counter *counter, const cram_word_rules *rules, const cram_byte_scanner *scanner, const uint8_t *text,
    size_t length, cram_take_part rest, void *context);

/// Gets a word and how often it occurred.
typedef void (*cram_take_count)(void *context, const uint8_t *word, size_t length, uint64_t count);

/// Hands all words over, in no order, and begins anew.
void cram_word_counter_take(cram_word_counter *counter, cram_take_count take, void *context);
