// What a ring needs of the system and Swift cannot call: open-file-description locks, futexes between processes, and
// allocation that says when there is no space. Nothing here retries, prints or keeps state.
#pragma once
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

/// Sleeps while `*word == expected`, at most `nanoseconds`. 0 when woken; -EAGAIN, -EINTR or -ETIMEDOUT.
int ring_futex_wait(uint32_t *_Nonnull word, uint32_t expected, int64_t nanoseconds);
/// Wakes the process that sleeps on `word`, if any.
void ring_futex_wake(uint32_t *_Nonnull word);

/// Nanoseconds of the clock that never jumps.
uint64_t ring_clock(void);
