#include <string.h>

#include "anchor_kernels.h"

static inline uint32_t word(const uint8_t *bytes) {
  uint32_t value;
  memcpy(&value, bytes, sizeof value);
  return value;
}

static void order(const uint8_t *text, size_t order_bytes, uint32_t *hashes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t hash = word(text + i) * CRAM_ORDER_0 + word(text + i + 4) * CRAM_ORDER_1;
    if (order_bytes == 16) hash += word(text + i + 8) * CRAM_ORDER_2 + word(text + i + 12) * CRAM_ORDER_3;
    hash = (hash ^ hash >> CRAM_ORDER_SHIFT) * CRAM_ORDER_MIX;
    hashes[i] = (hash & 0xFFFF0000u) | (0xFFFFu - (uint32_t)i);
  }
}

static void minimum(uint32_t *restrict target, const uint32_t *restrict source, size_t distance, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t a = source[i], b = source[i + distance];
    target[i] = a < b ? a : b;
  }
}

static size_t changes(uint32_t *target, const uint32_t *source, size_t count, uint32_t before) {
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    target[found] = source[i];
    found += source[i] != before;
    before = source[i];
  }
  return found;
}

const cram_anchor_kernels cram_anchor_kernels_portable = {"portable", order, minimum, changes};
