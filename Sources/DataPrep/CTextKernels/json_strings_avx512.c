#if defined(__x86_64__)
#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "json_escape_bytes.h"
#include "utf8_errors.h"

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,bmi,popcnt")))

typedef struct {
  uint64_t quote, backslash, control, high;
} block_masks;

TARGET static inline block_masks masks_of(__m512i bytes) {
  return (block_masks){
      _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"')), _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\\')),
      _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(0x20)), _mm512_movepi8_mask(bytes)};
}

TARGET static inline block_masks classify(const uint8_t *p) { return masks_of(_mm512_loadu_si512(p)); }

TARGET static inline block_masks classify_some(const uint8_t *p, size_t count) {
  __mmask64 there = (UINT64_C(1) << count) - 1;
  block_masks masks = masks_of(_mm512_maskz_loadu_epi8(there, p));
  masks.control &= there;
  return masks;
}

TARGET static inline uint64_t simple_escapes(const uint8_t *p, size_t count) {
  const __m512i by_low = _mm512_broadcast_i32x4(_mm_setr_epi8(SIMPLE_BY_LOW));
  const __m512i by_high = _mm512_broadcast_i32x4(_mm_setr_epi8(SIMPLE_BY_HIGH));
  const __m512i nibble = _mm512_set1_epi8(15);
  __mmask64 there = count < 64 ? (UINT64_C(1) << count) - 1 : ~UINT64_C(0);
  __m512i bytes = _mm512_maskz_loadu_epi8(there, p);
  return _mm512_test_epi8_mask(
      _mm512_shuffle_epi8(by_low, _mm512_and_si512(bytes, nibble)),
      _mm512_shuffle_epi8(by_high, _mm512_and_si512(_mm512_srli_epi16(bytes, 4), nibble)));
}

TARGET static inline void copy_block(uint8_t *to, const uint8_t *from) {
  _mm512_storeu_si512(to, _mm512_loadu_si512(from));
}

#include "json_strings_blocks.h"

TARGET static inline __m512i earlier(__m512i bytes, __m512i before, __m512i places) {
  return _mm512_permutex2var_epi8(before, places, bytes);
}

TARGET static inline __m512i utf8_errors(__m512i bytes, __m512i before) {
  const __m512i first_high = _mm512_broadcast_i32x4(_mm_setr_epi8(UTF8_FIRST_HIGH));
  const __m512i first_low = _mm512_broadcast_i32x4(_mm_setr_epi8(UTF8_FIRST_LOW));
  const __m512i second_high = _mm512_broadcast_i32x4(_mm_setr_epi8(UTF8_SECOND_HIGH));
  const __m512i nibble = _mm512_set1_epi8(15);
  // The shuffles across lanes take the bytes of both blocks as one row of 128.
  const __m512i step = _mm512_set1_epi8(1);
  __m512i places = _mm512_set_epi8(
      126, 125, 124, 123, 122, 121, 120, 119, 118, 117, 116, 115, 114, 113, 112, 111, 110, 109, 108, 107, 106, 105,
      104, 103, 102, 101, 100, 99, 98, 97, 96, 95, 94, 93, 92, 91, 90, 89, 88, 87, 86, 85, 84, 83, 82, 81, 80, 79, 78,
      77, 76, 75, 74, 73, 72, 71, 70, 69, 68, 67, 66, 65, 64, 63);
  __m512i one = earlier(bytes, before, places);
  places = _mm512_sub_epi8(places, step);
  __m512i two = earlier(bytes, before, places);
  __m512i three = earlier(bytes, before, _mm512_sub_epi8(places, step));
  __m512i found = _mm512_and_si512(
      _mm512_and_si512(
          _mm512_shuffle_epi8(first_high, _mm512_and_si512(_mm512_srli_epi16(one, 4), nibble)),
          _mm512_shuffle_epi8(first_low, _mm512_and_si512(one, nibble))),
      _mm512_shuffle_epi8(second_high, _mm512_and_si512(_mm512_srli_epi16(bytes, 4), nibble)));
  __m512i third = _mm512_subs_epu8(two, _mm512_set1_epi8(0xE0 - 0x80));
  __m512i fourth = _mm512_subs_epu8(three, _mm512_set1_epi8(0xF0 - 0x80));
  __m512i must = _mm512_and_si512(_mm512_or_si512(third, fourth), _mm512_set1_epi8((char)0x80));
  return _mm512_xor_si512(must, found);
}

TARGET static bool is_utf8(const uint8_t *p, size_t length) {
  __m512i before = _mm512_setzero_si512(), errors = before;
  bool was_ascii = true;
  for (size_t at = 0; at <= length; at += BLOCK) {  // once more at the end: it shows a character that is cut off
    __m512i bytes = _mm512_maskz_loadu_epi8(first_bits(length - at), p + at);
    bool is_ascii = _mm512_movepi8_mask(bytes) == 0;
    if (!is_ascii || !was_ascii) errors = _mm512_or_si512(errors, utf8_errors(bytes, before));
    before = bytes;
    was_ascii = is_ascii;
  }
  return _mm512_test_epi8_mask(errors, errors) == 0;
}

const cram_string_kernels cram_string_kernels_avx512 = {"avx512", pass, unescape, escape, is_utf8};
#endif
