// The header of page 0, checked before anything of it is used.
#include "consumer.h"

#include <string.h>

static uint64_t number64(const uint8_t *base, int offset) {
  uint64_t value;
  memcpy(&value, base + offset, 8);
  return value;
}

static uint32_t number32(const uint8_t *base, int offset) {
  uint32_t value;
  memcpy(&value, base + offset, 4);
  return value;
}

static void read_fields(const uint8_t *base, cram_ring_header *header) {
  header->token_bytes = number32(base, RING_TOKEN_BYTES_OFFSET);
  header->sequence_length = number32(base, RING_SEQUENCE_LENGTH_OFFSET);
  header->batch_sequences = number32(base, RING_BATCH_SEQUENCES_OFFSET);
  header->rank = number32(base, RING_RANK_OFFSET);
  header->world_size = number32(base, RING_WORLD_SIZE_OFFSET);
  header->vocabulary_size = number32(base, RING_VOCABULARY_SIZE_OFFSET);
  for (int role = 0; role < 5; role++) header->specials[role] = number32(base, RING_SPECIALS_OFFSET + 4 * role);
  header->order_version = number32(base, RING_ORDER_VERSION_OFFSET);
  header->sequences_per_epoch = number64(base, RING_SEQUENCES_PER_EPOCH_OFFSET);
  header->epochs = number64(base, RING_EPOCHS_OFFSET);
  header->seed = number64(base, RING_SEED_OFFSET);
  memcpy(header->fingerprint, base + RING_FINGERPRINT_OFFSET, 32);
  header->slot_count = number32(base, RING_SLOT_COUNT_OFFSET);
  header->slot_bytes = number64(base, RING_SLOT_BYTES_OFFSET);
  header->created = number64(base, RING_CREATED_OFFSET);
}

static uint64_t slots_offset(uint32_t slot_count) {
  uint64_t descriptors = (uint64_t)slot_count * RING_DESCRIPTOR_BYTES;
  return RING_DESCRIPTORS + (descriptors + RING_PAGE - 1) / RING_PAGE * RING_PAGE;
}

/// Whether slots of this cut hold this stream's batches and fill the object exactly.
static bool fits(const cram_ring_header *header, uint64_t total) {
  uint32_t count = header->slot_count;
  if (count == 0 || count > 1 << 20 || (count & (count - 1))) return false;
  if (header->slot_bytes == 0 || header->slot_bytes % RING_PAGE || header->slot_bytes > total) return false;
  if (header->world_size == 0 || header->rank >= header->world_size) return false;
  if (header->batch_sequences == 0 || header->batch_sequences % header->world_size) return false;
  if (header->sequence_length == 0 || header->sequences_per_epoch == 0) return false;
  uint64_t sequence = (uint64_t)header->sequence_length * header->token_bytes;
  uint64_t payload, slots;
  return !__builtin_mul_overflow(header->batch_sequences / header->world_size, sequence, &payload) &&
         payload <= header->slot_bytes && !__builtin_mul_overflow(count, header->slot_bytes, &slots) &&
         slots <= total && slots_offset(count) + slots == total;
}

int ring_read_header(const void *bytes, size_t count, cram_ring_header *header, cram_ring_problem *problem) {
  const uint8_t *base = bytes;
  if (memcmp(base, "CRAMRING", 8)) return ring_problem(problem, CRAM_RING_NOT_A_RING, "another beginning than CRAMRING");
  uint32_t version = number32(base, RING_VERSION_OFFSET);
  if (version != RING_VERSION) {
    problem->number = (int32_t)version;
    return ring_problem(problem, CRAM_RING_OTHER_VERSION, "layout %u", version);
  }
  if (number64(base, RING_HEADER_CHECKSUM_OFFSET) != ring_xxh3(base, RING_HEADER_CHECKSUM_OFFSET))
    return ring_problem(problem, CRAM_RING_NOT_A_RING, "a header whose checksum does not hold");
  read_fields(base, header);
  if (header->token_bytes != 2 && header->token_bytes != 4)
    return ring_problem(problem, CRAM_RING_NOT_A_RING, "an unknown token type");
  if (number64(base, RING_TOTAL_BYTES_OFFSET) != count || !fits(header, count))
    return ring_problem(problem, CRAM_RING_NOT_A_RING, "sizes that do not fit its %zu bytes", count);
  if (number64(base, RING_SLOTS_OFFSET) != slots_offset(header->slot_count))
    return ring_problem(problem, CRAM_RING_NOT_A_RING, "slots at an unexpected place");
  return 0;
}
