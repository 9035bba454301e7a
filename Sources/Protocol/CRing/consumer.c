// How a consumer takes batches and gives them back.
#include "consumer.h"

#include <errno.h>
#include <string.h>

const cram_ring_header *cram_ring_get_header(const cram_ring *ring) { return ring->base ? &ring->header : NULL; }

uint64_t cram_ring_waited(const cram_ring *ring) { return ring->waited; }

uint64_t cram_ring_taken(const cram_ring *ring) { return ring->taken; }

int cram_ring_producer_is_alive(const cram_ring *ring) {
  return ring->file >= 0 && ring_is_locked(ring->file, RING_PRODUCER_LINE) != 0;
}

static uint32_t slot_index(const cram_ring *ring, uint64_t number) {
  return (uint32_t)(number & (ring->header.slot_count - 1));
}

static int stop(cram_ring *ring, int status) {
  ring->problem.batch = ring->taken;
  return ring_problem(&ring->problem, status, " ");
}

static int damaged(cram_ring *ring, const char *found, uint64_t number) {
  ring->problem.batch = ring->taken;
  return ring_problem(&ring->problem, CRAM_RING_DAMAGED, found, (unsigned long long)number);
}

static int failed(cram_ring *ring) {
  uint32_t count;
  memcpy(&count, ring->base + RING_FAILURE_COUNT, 4);
  int limited = count < RING_FAILURE_LIMIT ? (int)count : RING_FAILURE_LIMIT;
  return ring_problem(&ring->problem, CRAM_RING_FAILED, "%.*s", limited, (const char *)ring->base + RING_FAILURE_TEXT);
}

/// What there is now: OK for a batch, AGAIN for nothing yet, the end or an error. The loads are in this order because the producer
/// stores in the other one: batches, then the end; READY, then the generation that it serves.
static int look(cram_ring *ring) {
  uint64_t served = ring_acquire(ring, RING_SERVED_GENERATION);
  uint32_t state = ring_state(ring);
  uint64_t published = ring_acquire(ring, RING_PUBLISHED);
  if (published != ring->taken) {
    if (published > ring->taken && published - ring->released <= ring->header.slot_count) return CRAM_RING_OK;
    return damaged(ring, "%llu batches published, fewer than were taken or more than there is room for", published);
  }
  switch (state) {
    case RING_STATE_READY: return CRAM_RING_AGAIN;
    // Where another generation is served it may still see our seek: that one closes, looks once more, and is READY again.
    case RING_STATE_DRAINING:
    case RING_STATE_CLOSED: return served == ring->generation ? CRAM_RING_END : CRAM_RING_AGAIN;
    case RING_STATE_INTERRUPTED: return stop(ring, CRAM_RING_INTERRUPTED);
    case RING_STATE_FAILED: return failed(ring);
    default: return damaged(ring, "the unknown state %llu", state);
  }
}

static uint64_t field(const uint8_t *descriptor, int offset) {
  uint64_t value;
  memcpy(&value, descriptor + offset, 8);
  return value;
}

static void free_slot(cram_ring *ring, uint64_t number) {
  if (number != ring->released) {
    ring->released_early[slot_index(ring, number)] = 1;
    return;
  }
  do {
    ring->released_early[slot_index(ring, ring->released)] = 0;
    ring->released++;
  } while (ring->released < ring->taken && ring->released_early[slot_index(ring, ring->released)]);
  // Pairs with the producer's acquire load: it writes the slot only after our last look at it.
  __atomic_store_n(ring_cursor(ring, RING_RELEASED), ring->released, __ATOMIC_RELEASE);
  ring_bell_ring(ring_space_bell(ring->base));
}

/// Takes the next published batch; AGAIN where it was made for another stream generation and is passed over.
static int take(cram_ring *ring, cram_ring_batch *batch) {
  uint32_t index = slot_index(ring, ring->taken);
  const uint8_t *descriptor = ring->base + RING_DESCRIPTORS + (size_t)index * RING_DESCRIPTOR_BYTES;
  uint64_t number = field(descriptor, RING_BATCH_NUMBER);
  if (number != ring->taken) return damaged(ring, "the descriptor of batch %llu", number);
  ring->taken++;
  if (field(descriptor, RING_BATCH_STREAM_GENERATION) != ring->generation) {
    free_slot(ring, number);
    return CRAM_RING_AGAIN;
  }
  uint32_t count;
  memcpy(&count, descriptor + RING_BATCH_COUNT, 4);
  const cram_ring_header *header = &ring->header;
  if (count == 0 || count > header->batch_sequences / header->world_size) return damaged(ring, "%llu sequences", count);
  *batch = (cram_ring_batch){
      .number = number,
      .first_position = field(descriptor, RING_BATCH_FIRST_POSITION),
      .next_position = field(descriptor, RING_BATCH_NEXT_POSITION),
      .count = count,
      .tokens = ring->base + ring->slots_offset + index * header->slot_bytes,
      .bytes = (size_t)count * header->sequence_length * header->token_bytes,
  };
  if (ring_xxh3(batch->tokens, batch->bytes) == field(descriptor, RING_BATCH_CHECKSUM)) return CRAM_RING_OK;
  return damaged(ring, "tokens whose checksum does not hold", 0);
}

/// Asks for the producer's life line after a round without a batch.
static int miss_producer(cram_ring *ring, uint64_t round) {
  if (cram_ring_producer_is_alive(ring)) {
    ring->spent = 0;
    return CRAM_RING_AGAIN;
  }
  if (ring_state(ring) == RING_STATE_CLOSED && look(ring) == CRAM_RING_AGAIN) {
    ring->problem.batch = ring->start;
    return ring_problem(&ring->problem, CRAM_RING_CLOSED_BEFORE_SEEK, "the end");
  }
  if (!ring_spend(ring, round)) return CRAM_RING_AGAIN;
  ring->problem.waited = ring->spent;
  return stop(ring, CRAM_RING_PRODUCER_GONE);
}

/// One round of sleep, at most `limit` nanoseconds (negative: no limit); counts it. Whether a signal ended it.
static bool sleep_round(cram_ring *ring, int64_t limit) {
  ring_doorbell bell = ring_data_bell(ring->base);
  int64_t round = ring_bell_round(ring->stalled);
  uint64_t begin = ring_clock();
  uint32_t seen = ring_bell_raise(bell);
  int result = look(ring) == CRAM_RING_AGAIN ? ring_bell_sleep(bell, seen, limit >= 0 && limit < round ? limit : round) : 0;
  ring_bell_lower(bell);
  uint64_t waited = ring_clock() - begin;
  ring->stalled += waited;
  ring->waited += waited;
  __atomic_fetch_add(ring_cursor(ring, RING_CONSUMER_WAIT), waited, __ATOMIC_RELAXED);
  return result == -EINTR;
}

/// Waits for something at most until `begin` + `limit`: OK when there is something to look at, AGAIN when there is not, or an error.
static int wait(cram_ring *ring, uint64_t begin, int64_t limit) {
  if (ring->taken - ring->released >= ring->header.slot_count) return stop(ring, CRAM_RING_ALL_HELD);
  if (!ring->is_stalled) {
    __atomic_fetch_add(ring_cursor(ring, RING_CONSUMER_STALLS), 1, __ATOMIC_RELAXED);
    ring->is_stalled = true;
    ring->stalled = 0;
  }
  while (true) {
    uint64_t now = ring_clock();
    int64_t left = limit < 0 ? -1 : limit - (int64_t)(now - begin);
    if (limit >= 0 && left <= 0) return CRAM_RING_AGAIN;
    bool is_interrupted = sleep_round(ring, left);
    if (look(ring) != CRAM_RING_AGAIN) return CRAM_RING_OK;
    int result = miss_producer(ring, ring_clock() - now);
    if (result != CRAM_RING_AGAIN || is_interrupted) return result;
  }
}

int cram_ring_next(cram_ring *ring, cram_ring_batch *batch, int64_t limit) {
  if (ring->file < 0) return stop(ring, CRAM_RING_NOT_THERE);
  uint64_t begin = limit < 0 ? 0 : ring_clock();
  while (true) {
    int sight = look(ring);
    if (sight == CRAM_RING_AGAIN) {
      int result = wait(ring, begin, limit);
      if (result != CRAM_RING_OK) return result;
      continue;
    }
    ring->is_stalled = false;
    ring->spent = 0;
    if (sight != CRAM_RING_OK) return sight;
    int result = take(ring, batch);
    if (result != CRAM_RING_AGAIN) return result;
  }
}

int cram_ring_release(cram_ring *ring, uint64_t number) {
  if (ring->file < 0 || number < ring->released || number >= ring->taken) return -1;
  if (ring->released_early[slot_index(ring, number)]) return -1;
  free_slot(ring, number);
  return CRAM_RING_OK;
}
