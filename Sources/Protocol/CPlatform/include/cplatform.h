// What Swift cannot reach by itself: header-only hashes, OpenSSL's digest, and signal handlers.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Hashes (hashes.c). XXH64 and XXH3 by libxxhash's header, CRC-32C by the SSE 4.2 instruction where there is one.

typedef struct {
  uint64_t low, high;
} cplatform_hash128;

uint64_t cplatform_xxh64(const void *_Nullable bytes, size_t count);
cplatform_hash128 cplatform_xxh3_128(const void *_Nullable bytes, size_t count);
/// CRC-32C (Castagnoli) of `bytes`, going on from `seed` (0 at the start).
uint32_t cplatform_crc32c(uint32_t seed, const void *_Nullable bytes, size_t count);

// SHA-256 (hashes.c), by libcrypto.

typedef struct cplatform_sha256 cplatform_sha256;
cplatform_sha256 *_Nonnull cplatform_sha256_create(void);
void cplatform_sha256_update(cplatform_sha256 *_Nonnull state, const void *_Nullable bytes, size_t count);
/// Writes the 32 bytes of the digest and frees `state`.
void cplatform_sha256_finish(cplatform_sha256 *_Nonnull state, uint8_t *_Nonnull digest);
/// Frees `state` without a digest.
void cplatform_sha256_free(cplatform_sha256 *_Nonnull state);

// Signals (signals.c).

/// From now on SIGINT and SIGTERM only store their number; SIGPIPE is ignored. Blocking calls return EINTR.
void cplatform_catch_signals(void);
/// The last of SIGINT and SIGTERM that arrived, 0 for none.
int cplatform_caught_signal(void);

// Processors (processors.c).

/// How many cores this process may run on; at least 1.
int cplatform_usable_cores(void);

// Memory (memory.c).

/// Bytes of memory that this process may use: the machine's, or what its control group allows where that is less.
uint64_t cplatform_usable_memory(void);
