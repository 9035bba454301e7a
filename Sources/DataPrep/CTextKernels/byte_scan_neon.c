#if defined(__aarch64__)
#include <arm_neon.h>

#include "byte_scan_tables.h"

// One bit for each byte of 64 that shares a bit with `kind`.
static inline uint64_t members(const uint8x16_t found[4], uint8_t kind) {
  const uint8x16_t bits = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  const uint8x16_t wanted = vdupq_n_u8(kind);
  uint8x16_t set[4];
  for (int part = 0; part < 4; part++) set[part] = vandq_u8(vtstq_u8(found[part], wanted), bits);
  uint8x16_t sums = vpaddq_u8(vpaddq_u8(set[0], set[1]), vpaddq_u8(set[2], set[3]));
  return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)), 0);
}

static size_t scan(cram_byte_masks *masks, const uint8_t *bytes, size_t groups, const cram_byte_kinds *kinds) {
  const uint8x16x4_t low = vld1q_u8_x4(kinds->of), high = vld1q_u8_x4(kinds->of + 64);
  for (size_t group = 0; group < groups; group++, bytes += CRAM_GROUP) {
    uint8x16_t found[4];
    for (int part = 0; part < 4; part++) {
      uint8x16_t text = vld1q_u8(bytes + 16 * part);
      uint8x16_t above = vandq_u8(vcgeq_u8(text, vdupq_n_u8(0x80)), vdupq_n_u8(CRAM_BYTE_STOP));
      // A look-up outside of its table leaves zero.
      uint8x16_t second = vqtbl4q_u8(high, vsubq_u8(text, vdupq_n_u8(64)));
      found[part] = vorrq_u8(vorrq_u8(vqtbl4q_u8(low, text), second), above);
    }
    masks[group] = (cram_byte_masks){
        members(found, CRAM_BYTE_WORD), members(found, CRAM_BYTE_MARK), members(found, CRAM_BYTE_STOP),
        members(found, CRAM_BYTE_TOKEN)};
    if (masks[group].stop | masks[group].token) return group + 1;
  }
  return groups;
}

const cram_byte_scanner cram_byte_scanner_neon = {"neon", scan};
#endif
