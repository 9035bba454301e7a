// How a side sleeps until the other has something for it: the only place that waits.
//
// The sleeper reads the word, raises the flag, fences, looks again, and only then sleeps; the ringer stores what is new,
// fences, and only then reads the flag. With both fences one of the two sees the other's store, so that no wake is lost;
// without either, both may sleep for good. A sleep ends after 100 ms in any case, because the peer may have died between
// its store and its ring; who has slept for a second looks only every 500 ms, to use no processor.
#define _GNU_SOURCE
#include "ring_system.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static ring_doorbell bell_at(void *base, int word, int waiting) {
  return (ring_doorbell){(uint32_t *)((uint8_t *)base + word), (uint32_t *)((uint8_t *)base + waiting)};
}

ring_doorbell ring_data_bell(void *base) { return bell_at(base, RING_DATA_WORD, RING_DATA_WAITING); }

ring_doorbell ring_space_bell(void *base) { return bell_at(base, RING_SPACE_WORD, RING_SPACE_WAITING); }

void ring_bell_ring(ring_doorbell bell) {
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  if (__atomic_load_n(bell.waiting, __ATOMIC_RELAXED)) ring_bell_ring_anyway(bell);
}

void ring_bell_ring_anyway(ring_doorbell bell) {
  __atomic_fetch_add(bell.word, 1, __ATOMIC_RELEASE);
  syscall(SYS_futex, bell.word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

uint32_t ring_bell_raise(ring_doorbell bell) {
  uint32_t seen = __atomic_load_n(bell.word, __ATOMIC_ACQUIRE);
  __atomic_store_n(bell.waiting, 1, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  return seen;
}

int ring_bell_sleep(ring_doorbell bell, uint32_t seen, int64_t nanoseconds) {
  struct timespec limit = {nanoseconds / 1000000000, nanoseconds % 1000000000};
  return syscall(SYS_futex, bell.word, FUTEX_WAIT, seen, &limit, NULL, 0) < 0 ? -errno : 0;
}

void ring_bell_lower(ring_doorbell bell) { __atomic_store_n(bell.waiting, 0, __ATOMIC_RELAXED); }

int64_t ring_bell_round(uint64_t waited) { return waited > 1000000000 ? 500000000 : 100000000; }
