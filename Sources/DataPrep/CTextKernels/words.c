#include "words.h"

#include <string.h>

#include "word_kernels.h"
#include "word_tables.h"

static const cram_word_kernels *best;

__attribute__((constructor)) static void choose(void) {
  best = &cram_word_kernels_portable;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) best = &cram_word_kernels_avx2;
#endif
}

const cram_word_kernels *cram_word_kernels_named(const char *name) {
  if (!name) return best;
  if (strcmp(name, "portable") == 0) return &cram_word_kernels_portable;
#if defined(__x86_64__)
  if (strcmp(name, "avx2") == 0 && best == &cram_word_kernels_avx2) return best;
#endif
  return NULL;
}

// MARK: Lower case

// The character at `p` of valid UTF-8; `*size` its number of bytes.
static inline uint32_t decode(const uint8_t *p, size_t *size) {
  if (p[0] < 0x80) return *size = 1, p[0];
  if (p[0] < 0xE0) return *size = 2, (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
  if (p[0] < 0xF0)
    return *size = 3, (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
  return *size = 4, (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 |
                    (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
}

static inline size_t encode(uint32_t scalar, uint8_t *to) {
  if (scalar < 0x80) return to[0] = (uint8_t)scalar, 1;
  if (scalar < 0x800)
    return to[0] = (uint8_t)(0xC0 | scalar >> 6), to[1] = (uint8_t)(0x80 | (scalar & 0x3F)), 2;
  if (scalar < 0x10000)
    return to[0] = (uint8_t)(0xE0 | scalar >> 12), to[1] = (uint8_t)(0x80 | (scalar >> 6 & 0x3F)),
           to[2] = (uint8_t)(0x80 | (scalar & 0x3F)), 3;
  return to[0] = (uint8_t)(0xF0 | scalar >> 18), to[1] = (uint8_t)(0x80 | (scalar >> 12 & 0x3F)),
         to[2] = (uint8_t)(0x80 | (scalar >> 6 & 0x3F)), to[3] = (uint8_t)(0x80 | (scalar & 0x3F)), 4;
}

// Whether the first character that counts before (`step` -1) or behind `at` is cased.
static bool is_cased_beside(const uint8_t *text, size_t length, size_t at, int step) {
  size_t size = 2;  // of the sigma itself
  while (true) {
    if (step > 0) {
      at += size;
      if (at >= length) return false;
    } else {
      if (at == 0) return false;
      do at--;
      while ((text[at] & 0xC0) == 0x80);
    }
    int32_t entry = cram_word_entry(decode(text + at, &size));
    if (!(entry & CRAM_WORD_IGNORED)) return entry & CRAM_WORD_CASED;
  }
}

static uint32_t lower_sigma(const uint8_t *text, size_t length, size_t at) {
  bool is_final = is_cased_beside(text, length, at, -1) && !is_cased_beside(text, length, at, 1);
  return is_final ? 0x3C2 : 0x3C3;
}

// Writes the character at `at`, which is no ASCII, in lower case; a space where it is in no word. Returns the bytes written.
static inline size_t lower_character(
    const uint8_t *text, size_t length, size_t at, size_t *size, uint8_t *to) {
  uint32_t scalar = decode(text + at, size);
  int32_t entry = cram_word_entry(scalar);
  if (!(entry & CRAM_WORD_CHARACTER)) return to[0] = ' ', 1;
  if (scalar == 0x130) return to[0] = 'i', to[1] = ' ', 2;  // i and a combining dot, which is in no word
  if (scalar == 0x3A3) return encode(lower_sigma(text, length, at), to);
  return encode((uint32_t)((int32_t)scalar + (entry >> 3)), to);
}

// Appends lower-cased text behind what is held, until the buffer is full or the text ends. Returns the bytes that are there.
static size_t fill(cram_scanner *scanner) {
  const uint8_t *text = scanner->text;
  size_t length = scanner->length, at = scanner->at, held = scanner->held;
  uint8_t *to = scanner->lowered;
  while (at < length && held < CRAM_SCANNER_BYTES) {
    size_t room = CRAM_SCANNER_BYTES - held;
    size_t plain = scanner->kernels->lower(text + at, length - at < room ? length - at : room, to + held);
    at += plain;
    held += plain;
    while (at < length && text[at] >= 0x80 && held < CRAM_SCANNER_BYTES) {
      size_t size;
      held += lower_character(text, length, at, &size, to + held);
      at += size;
    }
  }
  scanner->at = at;
  return held;
}

// MARK: Hashes

#define SECRET_0 0xA0761D6478BD642Full
#define SECRET_1 0xE7037ED1A0B428DBull

static inline uint64_t eight_bytes(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, 8);
  return word;
}

// Hash of a block of 1 to 16 bytes behind `before`; 16 bytes may be read.
static inline uint64_t hash_block(uint64_t before, const uint8_t *bytes, size_t size) {
  uint64_t low = eight_bytes(bytes), high = eight_bytes(bytes + 8);
  // A shift by 64 is none: what is cut off is chosen, not branched for.
  unsigned cut = (unsigned)(8 * (16 - size));
  uint64_t low_mask = ~0ull >> (cut > 64 ? cut - 64 : 0);
  uint64_t high_mask = cut >= 64 ? 0 : ~0ull >> cut;
  return cram_fold((low & low_mask) ^ SECRET_0 ^ before, (high & high_mask) ^ SECRET_1);
}

static inline uint64_t hash_word(uint64_t before, const uint8_t *bytes, size_t size) {
  for (; size > 16; bytes += 16, size -= 16) before = hash_block(before, bytes, 16);
  return hash_block(before, bytes, size);
}

static size_t hash_words(cram_scanner *scanner, size_t edges, uint64_t *hashes) {
  const uint8_t *bytes = scanner->lowered;
  const uint16_t *places = scanner->places;
  for (size_t word = 0; word < edges / 2; word++) {
    size_t start = places[2 * word];
    hashes[word] = hash_word(0, bytes + start, places[2 * word + 1] - start);
  }
  return edges / 2;
}

static size_t hash_characters(cram_scanner *scanner, size_t edges, uint64_t *hashes) {
  size_t count = 0;
  for (size_t word = 0; word < edges / 2; word++) {
    size_t at = scanner->places[2 * word], end = scanner->places[2 * word + 1];
    bool goes_on = scanner->is_running && at == 0;
    if (scanner->has_units && !goes_on) hashes[count++] = cram_fold(' ' ^ SECRET_0, SECRET_1);
    scanner->has_units = true;
    while (at < end) {
      size_t size;
      uint32_t scalar = decode(scanner->lowered + at, &size);
      hashes[count++] = cram_fold(scalar ^ SECRET_0, SECRET_1);
      at += size;
    }
  }
  return count;
}

// MARK: Pieces

void cram_scanner_prepare(cram_scanner *scanner, const cram_word_kernels *kernels, cram_units units) {
  memset(scanner, 0, sizeof *scanner);
  scanner->kernels = kernels;
  scanner->units = units;
}

void cram_scanner_begin(cram_scanner *scanner, const uint8_t *text, size_t length) {
  scanner->text = text;
  scanner->length = length;
  scanner->at = scanner->held = 0;
  scanner->is_running = scanner->has_units = false;
}

// Takes a word off the front that fills the whole buffer: all but its last bytes go into the running hash.
static void run_on(cram_scanner *scanner, size_t size) {
  size_t kept = (size - 1) % 16 + 1, done = size - kept;
  uint64_t running = scanner->is_running ? scanner->running : 0;
  for (size_t at = 0; at < done; at += 16) running = hash_block(running, scanner->lowered + at, 16);
  scanner->running = running;
  scanner->is_running = true;
  memmove(scanner->lowered, scanner->lowered + done, kept);
  scanner->held = kept;
}

size_t cram_scanner_next(cram_scanner *scanner, uint64_t *hashes) {
  bool has_words = scanner->units == CRAM_UNITS_WORDS;
  while (scanner->at < scanner->length || scanner->held > 0) {
    size_t size = fill(scanner), whole = size;
    // The last word may go on: it is held back. Characters need no whole words but for the space before them.
    if (scanner->at < scanner->length)
      while (whole > 0 && cram_is_word_byte(scanner->lowered[whole - 1])) whole--;
    bool is_cut = whole == 0 && size > 0;
    if (is_cut && has_words) {
      run_on(scanner, size);
      continue;
    }
    if (is_cut) whole = size;
    size_t edges = scanner->kernels->edges(scanner->lowered, whole, scanner->places);
    size_t count = has_words ? hash_words(scanner, edges, hashes) : hash_characters(scanner, edges, hashes);
    if (has_words && scanner->is_running)
      hashes[0] = hash_word(scanner->running, scanner->lowered, scanner->places[1]);
    scanner->is_running = is_cut;
    scanner->held = size - whole;
    memmove(scanner->lowered, scanner->lowered + whole, scanner->held);
    if (count > 0) return count;
  }
  return 0;
}
