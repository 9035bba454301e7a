#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Short words as two numbers.

enum { LONGEST_KEY = 16 };

// A word of at most 16 bytes, padded with zeros. No word holds a zero byte, nor one from 0x80.
typedef struct {
  uint64_t low, high;
} word_key;

static const uint64_t low_masks[18] = {
    0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFF, 0xFFFFFFFFFFFF, 0xFFFFFFFFFFFFFF, ~0ull, ~0ull, ~0ull,
    ~0ull, ~0ull, ~0ull, ~0ull, ~0ull, ~0ull, 0};
static const uint64_t high_masks[18] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFF, 0xFFFFFFFFFFFF, 0xFFFFFFFFFFFFFF,
    ~0ull, 0};

// A-Z to a-z, eight ASCII bytes at once.
static inline uint64_t lowercase(uint64_t bytes) {
  const uint64_t ones = 0x0101010101010101;
  uint64_t from_a = bytes + ones * (0x80 - 'A'), above_z = bytes + ones * (0x7F - 'Z');
  return bytes | ((from_a ^ above_z) & ones * 0x80) >> 2;
}

// The key of the word at `start`, of which 16 bytes are read. One that is too long gets a key that no entry has.
static inline word_key key_of(const uint8_t *start, size_t length, uint64_t fold) {
  word_key key;
  memcpy(&key.low, start, 8);
  memcpy(&key.high, start + 8, 8);
  size_t row = length > LONGEST_KEY ? LONGEST_KEY + 1 : length;
  key.low &= low_masks[row];
  key.high &= high_masks[row];
  key.low = fold ? lowercase(key.low) : key.low;
  key.high = fold ? lowercase(key.high) : key.high;
  key.low |= -(uint64_t)(length > LONGEST_KEY);
  return key;
}

static inline uint64_t hash_of(word_key key) {
  __uint128_t product = (__uint128_t)(key.low ^ 0x9E3779B97F4A7C15) * (key.high ^ 0xD6E8FEB86659FD93);
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline bool is_equal(word_key left, word_key right) {
  return ((left.low ^ right.low) | (left.high ^ right.high)) == 0;
}
