#include "cplatform.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t cplatform_xxh64(const void *bytes, size_t count) { return XXH64(bytes, count, 0); }

cplatform_hash128 cplatform_xxh3_128(const void *bytes, size_t count) {
  XXH128_hash_t hash = XXH3_128bits(bytes, count);
  return (cplatform_hash128){hash.low64, hash.high64};
}

// The obvious version: one bit at a time over the reflected polynomial.
static uint32_t crc32c_portable(uint32_t crc, const uint8_t *bytes, size_t count) {
  for (size_t at = 0; at < count; at++) {
    crc ^= bytes[at];
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0x82F63B78u & (0u - (crc & 1)));
  }
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(
    uint32_t crc, const uint8_t *bytes, size_t count) {
  uint64_t wide = crc;
  for (; count >= 8; bytes += 8, count -= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    wide = __builtin_ia32_crc32di(wide, word);
  }
  crc = (uint32_t)wide;
  for (; count; bytes++, count--) crc = __builtin_ia32_crc32qi(crc, *bytes);
  return crc;
}
#endif

uint32_t cplatform_crc32c(uint32_t seed, const void *bytes, size_t count) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return ~crc32c_sse42(~seed, bytes, count);
#endif
  return ~crc32c_portable(~seed, bytes, count);
}

struct cplatform_sha256 {
  EVP_MD_CTX *context;
};

cplatform_sha256 *cplatform_sha256_create(void) {
  cplatform_sha256 *state = malloc(sizeof *state);
  if (!state || !(state->context = EVP_MD_CTX_new())) abort();
  if (EVP_DigestInit_ex(state->context, EVP_sha256(), NULL) != 1) abort();
  return state;
}

void cplatform_sha256_update(cplatform_sha256 *state, const void *bytes, size_t count) {
  if (EVP_DigestUpdate(state->context, bytes, count) != 1) abort();
}

void cplatform_sha256_finish(cplatform_sha256 *state, uint8_t *digest) {
  if (EVP_DigestFinal_ex(state->context, digest, NULL) != 1) abort();
  cplatform_sha256_free(state);
}

void cplatform_sha256_free(cplatform_sha256 *state) {
  EVP_MD_CTX_free(state->context);
  free(state);
}
