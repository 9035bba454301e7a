#define _GNU_SOURCE
#include "ring_system.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

static int lock_call(int file, int command, struct flock *lock) {
  return fcntl(file, command, lock) == 0 ? 0 : -errno;
}

static struct flock range(short type, int64_t byte) {
  // l_pid has to be 0 for locks of an open file description.
  return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
}

int ring_lock(int file, int64_t byte) {
  struct flock lock = range(F_WRLCK, byte);
  int result = lock_call(file, F_OFD_SETLK, &lock);
  return result == -EACCES ? -EAGAIN : result;
}

int ring_unlock(int file, int64_t byte) {
  struct flock lock = range(F_UNLCK, byte);
  return lock_call(file, F_OFD_SETLK, &lock);
}

int ring_is_locked(int file, int64_t byte) {
  struct flock lock = range(F_WRLCK, byte);
  int result = lock_call(file, F_OFD_GETLK, &lock);
  return result < 0 ? result : lock.l_type != F_UNLCK;
}

int ring_allocate(int file, int64_t bytes) {
  int result;
  do result = posix_fallocate(file, 0, bytes);
  while (result == EINTR);
  return -result;
}

uint64_t ring_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
