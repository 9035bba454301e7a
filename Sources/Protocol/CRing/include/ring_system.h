// What both sides of a ring share: open-file-description locks, allocation that says when there is no space, the
// doorbell, XXH3, and the check of a header. Nothing here prints or keeps state.
#pragma once
#include "cram_ring.h"
#include "ring_layout.h"
#include <stddef.h>
#include <stdint.h>

/// Takes the life line at `byte` of `file` for this open file description.
/// 0; -EAGAIN where another description holds it; else -errno.
int ring_lock(int file, int64_t byte);
/// Gives the life line at `byte` back. 0 or -errno.
int ring_unlock(int file, int64_t byte);
/// 1 where another open file description holds `byte`, 0 where nobody else does, else -errno.
int ring_is_locked(int file, int64_t byte);

/// Allocates `bytes` of real space, so that no later touch of the mapping can fail. 0 or -errno.
int ring_allocate(int file, int64_t bytes);

/// Nanoseconds of the clock that never jumps.
uint64_t ring_clock(void);

/// XXH3-64 of `bytes`, by the widest vectors that this processor has.
uint64_t ring_xxh3(const void *bytes, size_t count);

/// A futex word and a flag with which one side sleeps until the other has something for it (doorbell.c).
typedef struct {
  uint32_t *word, *waiting;
} ring_doorbell;

/// The doorbell of the data: rung by the producer, slept on by the consumer.
ring_doorbell ring_data_bell(void *base);
/// The doorbell of the space: rung by the consumer, slept on by the producer.
ring_doorbell ring_space_bell(void *base);
/// Wakes the sleeper, if there is one. What it is to see must be stored before.
void ring_bell_ring(ring_doorbell bell);
/// Wakes whoever sleeps, without looking at the flag: a new peer cannot know what the dead one saw.
void ring_bell_ring_anyway(ring_doorbell bell);
/// Says that this side is about to sleep; returns what `ring_bell_sleep` needs. Look again before sleeping.
uint32_t ring_bell_raise(ring_doorbell bell);
/// Sleeps unless the bell rang since `ring_bell_raise` returned `seen`, at most `nanoseconds`.
/// 0 when woken; -EAGAIN, -EINTR or -ETIMEDOUT.
int ring_bell_sleep(ring_doorbell bell, uint32_t seen, int64_t nanoseconds);
/// Says that this side is awake.
void ring_bell_lower(ring_doorbell bell);
/// How long one sleep may last for a side that has waited for `waited` nanoseconds.
int64_t ring_bell_round(uint64_t waited);

/// Checks and reads the header of an object of `bytes` bytes at `base`; 0, or the status that `problem` then tells of.
int ring_read_header(const void *base, size_t bytes, cram_ring_header *header, cram_ring_problem *problem);

/// Makes an attached consumer of this process use the mapping at `base` of the same object instead of its own: for ThreadSanitizer, which
/// takes two mappings of one object for different memory. `base` has to outlive the consumer.
void ring_share_mapping(cram_ring *ring, void *base);
