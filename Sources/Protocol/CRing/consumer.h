// What the consumer's files share.
#pragma once
#include "ring_system.h"

#include <stdbool.h>

struct cram_ring {
  char *name, *memory, *files;
  bool has_start;
  uint64_t start;
  int64_t patience;
  // How long the peer has been missed, counted in rounds that this process really slept.
  int64_t spent;
  cram_ring_problem problem;
  char message[6144];

  // The object, while it is attached or its batches are still readable.
  int file;
  uint8_t *base;
  size_t bytes;
  bool is_shared;
  char path[4096];

  cram_ring_header header;
  size_t slots_offset;
  uint64_t generation, taken, released;
  // For each slot, whether its batch was released before an older one.
  uint8_t *released_early;
  // The stall that is going on: nanoseconds waited in it so far.
  bool is_stalled;
  uint64_t stalled, waited;
};

// Loads and stores of the object's cells, by the offsets of ring_layout.h.
static inline uint64_t *ring_cursor(const cram_ring *ring, int offset) { return (uint64_t *)(ring->base + offset); }
static inline uint32_t *ring_word(const cram_ring *ring, int offset) { return (uint32_t *)(ring->base + offset); }
static inline uint64_t ring_acquire(const cram_ring *ring, int offset) {
  return __atomic_load_n(ring_cursor(ring, offset), __ATOMIC_ACQUIRE);
}
static inline uint64_t ring_relaxed(const cram_ring *ring, int offset) {
  return __atomic_load_n(ring_cursor(ring, offset), __ATOMIC_RELAXED);
}
static inline uint32_t ring_state(const cram_ring *ring) {
  return __atomic_load_n(ring_word(ring, RING_STATE), __ATOMIC_ACQUIRE);
}

/// Notes an error, with the format of what was found; returns its status.
int ring_problem(cram_ring_problem *problem, int status, const char *found, ...) __attribute__((format(printf, 3, 4)));
/// Adds the time since `last` to what was spent on a missing peer: at most a second a round, so that a process that was stopped and
/// continued, or a machine that was suspended, does not take its own absence for the peer's. Whether the patience is exhausted.
bool ring_spend(cram_ring *ring, uint64_t nanoseconds);
