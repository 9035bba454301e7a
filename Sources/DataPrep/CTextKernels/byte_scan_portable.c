#include "byte_scan_tables.h"

// The obvious way: the others are compared with it.
static size_t scan(cram_byte_masks *masks, const uint8_t *bytes, size_t groups, const cram_byte_kinds *kinds) {
  for (size_t group = 0; group < groups; group++, bytes += CRAM_GROUP) {
    cram_byte_masks found = {0, 0, 0, 0};
    for (int at = 0; at < CRAM_GROUP; at++) {
      uint64_t kind = bytes[at] < 0x80 ? kinds->of[bytes[at]] : CRAM_BYTE_STOP;
      found.word |= (kind & 1) << at;
      found.mark |= (kind >> 1 & 1) << at;
      found.stop |= (kind >> 2 & 1) << at;
      found.token |= (kind >> 3 & 1) << at;
    }
    masks[group] = found;
    if (found.stop | found.token) return group + 1;
  }
  return groups;
}

const cram_byte_scanner cram_byte_scanner_portable = {"portable", scan};
