#if defined(__x86_64__)
#include <immintrin.h>

#include "byte_scan_tables.h"

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi")))

AVX512 static size_t scan(cram_byte_masks *masks, const uint8_t *bytes, size_t groups, const cram_byte_kinds *kinds) {
  const __m512i low = _mm512_loadu_si512(kinds->of), high = _mm512_loadu_si512(kinds->of + 64);
  const __m512i word = _mm512_set1_epi8(CRAM_BYTE_WORD), mark = _mm512_set1_epi8(CRAM_BYTE_MARK);
  const __m512i stop = _mm512_set1_epi8(CRAM_BYTE_STOP), token = _mm512_set1_epi8(CRAM_BYTE_TOKEN);
  for (size_t group = 0; group < groups; group++, bytes += CRAM_GROUP) {
    __m512i text = _mm512_loadu_si512(bytes);
    __mmask64 above = _mm512_movepi8_mask(text);
    __m512i found = _mm512_maskz_mov_epi8(~above, _mm512_permutex2var_epi8(low, text, high));
    masks[group] = (cram_byte_masks){
        _mm512_test_epi8_mask(found, word), _mm512_test_epi8_mask(found, mark),
        _mm512_test_epi8_mask(found, stop) | above, _mm512_test_epi8_mask(found, token)};
    if (masks[group].stop | masks[group].token) return group + 1;
  }
  return groups;
}

const cram_byte_scanner cram_byte_scanner_avx512 = {"avx512", scan};
#endif
