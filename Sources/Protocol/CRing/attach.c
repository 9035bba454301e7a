// How a consumer comes to its ring, and how it leaves.
#define _GNU_SOURCE
#include "consumer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

cram_ring *cram_ring_create(const cram_ring_options *options) {
  cram_ring *ring = calloc(1, sizeof *ring);
  if (!ring) return NULL;
  ring->file = -1;
  ring->name = strdup(options->name ? options->name : "");
  ring->memory = strdup(options->memory ? options->memory : "/dev/shm");
  ring->files = options->files ? strdup(options->files) : NULL;
  ring->has_start = options->has_start;
  ring->start = options->start;
  ring->patience = options->patience ? options->patience : CRAM_RING_PATIENCE;
  if (ring->name && ring->memory && (ring->files || !options->files)) return ring;
  cram_ring_free(ring);
  return NULL;
}

void cram_ring_detach(cram_ring *ring) {
  // Closing the last descriptor of the open file releases the life line; a fork's parent keeps it by its own.
  if (ring->file >= 0) close(ring->file);
  ring->file = -1;
}

static void unmap(cram_ring *ring) {
  cram_ring_detach(ring);
  if (ring->base && !ring->is_shared) munmap(ring->base, ring->bytes);
  ring->base = NULL;
  ring->is_shared = false;
  free(ring->released_early);
  ring->released_early = NULL;
}

void ring_share_mapping(cram_ring *ring, void *base) {
  munmap(ring->base, ring->bytes);
  ring->base = base;
  ring->is_shared = true;
}

void cram_ring_free(cram_ring *ring) {
  if (!ring) return;
  unmap(ring);
  free(ring->name);
  free(ring->memory);
  free(ring->files);
  free(ring);
}

bool ring_spend(cram_ring *ring, uint64_t nanoseconds) {
  ring->spent += nanoseconds < 1000000000 ? (int64_t)nanoseconds : 1000000000;
  return ring->spent >= ring->patience;
}

static bool is_good_name(const char *name) {
  size_t count = strlen(name);
  static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return count > 0 && count <= 200 && name[0] != '.' && strspn(name, good) == count;
}

static int system_problem(cram_ring *ring, const char *action) {
  ring->problem.number = errno;
  snprintf(ring->problem.action, sizeof ring->problem.action, "%s", action);
  return ring_problem(&ring->problem, CRAM_RING_SYSTEM, "%s", strerror(errno));
}

/// Opens and maps what lies at `path`; AGAIN where nothing is there, or nothing of full size yet.
static int open_object(cram_ring *ring, const char *path) {
  snprintf(ring->problem.path, sizeof ring->problem.path, "%s", path);
  int file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return errno == ENOENT || errno == ENOTDIR ? CRAM_RING_AGAIN : system_problem(ring, "open");
  ring->file = file;
  struct stat status;
  if (fstat(file, &status)) return system_problem(ring, "open");
  if (status.st_size == 0) return CRAM_RING_AGAIN;
  if (status.st_size < RING_PAGE)
    return ring_problem(&ring->problem, CRAM_RING_NOT_A_RING, "%lld bytes", (long long)status.st_size);
  void *base = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (base == MAP_FAILED) return system_problem(ring, "map");
  ring->base = base;
  ring->bytes = (size_t)status.st_size;
  snprintf(ring->path, sizeof ring->path, "%s", path);
  return CRAM_RING_OK;
}

/// Opens the ring where it lies: in shared memory, else as a file.
static int find(cram_ring *ring) {
  char path[sizeof ring->path];
  snprintf(path, sizeof path, "%s/cram-ring.%s", ring->memory, ring->name);
  int found = open_object(ring, path);
  if (found != CRAM_RING_AGAIN || ring->file >= 0 || !ring->files) return found;
  snprintf(path, sizeof path, "%s/%s", ring->files, ring->name);
  return open_object(ring, path);
}

/// Whether the name still leads to this object.
static bool is_current(const cram_ring *ring) {
  struct stat own, named;
  return fstat(ring->file, &own) == 0 && stat(ring->path, &named) == 0 && own.st_ino == named.st_ino &&
         own.st_dev == named.st_dev;
}

static bool is_final(uint32_t state) { return state >= RING_STATE_CLOSED; }

/// Checks what the object carries; AGAIN while it is being made, and after its end.
static int check(cram_ring *ring) {
  uint64_t magic = ring_relaxed(ring, RING_MAGIC_OFFSET);
  uint32_t state = ring_state(ring);
  if (state == RING_STATE_INITIALIZING && (magic == 0 || memcmp(ring->base, "CRAMRING", 8) == 0)) return CRAM_RING_AGAIN;
  int result = ring_read_header(ring->base, ring->bytes, &ring->header, &ring->problem);
  if (result) return result;
  if (state == RING_STATE_INITIALIZING || state > RING_STATE_FAILED)
    return ring_problem(&ring->problem, CRAM_RING_NOT_A_RING, "an unknown state");
  ring->slots_offset = ring->bytes - ring->header.slot_count * ring->header.slot_bytes;
  return is_final(state) ? CRAM_RING_AGAIN : CRAM_RING_OK;
}

static void sleep_milliseconds(long milliseconds) {
  struct timespec pause = {0, milliseconds * 1000000};
  nanosleep(&pause, NULL);
}

/// Takes the life line. Keeps trying for half a second, since the kernel needs a moment to release that of a killed process.
static int take_line(cram_ring *ring) {
  for (int attempt = 0; attempt < 50; attempt++) {
    if (attempt > 0) sleep_milliseconds(10);
    if (ring_lock(ring->file, RING_CONSUMER_LINE) == 0) return is_current(ring) ? CRAM_RING_OK : CRAM_RING_AGAIN;
    if (!is_current(ring)) return CRAM_RING_AGAIN;
  }
  ring->problem.number = (int32_t)__atomic_load_n(ring_word(ring, RING_CONSUMER_PID), __ATOMIC_RELAXED);
  return ring_problem(&ring->problem, CRAM_RING_CONSUMER_PRESENT, "process %d", ring->problem.number);
}

/// Enters this consumer into the ring, asks for the seek and wakes the producer; AGAIN where the producer left before it could see
/// the seek.
static int announce(cram_ring *ring) {
  __atomic_store_n(ring_word(ring, RING_CONSUMER_PID), (uint32_t)getpid(), __ATOMIC_RELAXED);
  __atomic_fetch_add(ring_cursor(ring, RING_CONSUMER_GENERATION), 1, __ATOMIC_RELEASE);
  if (ring->has_start) {
    __atomic_store_n(ring_cursor(ring, RING_SEEK_POSITION), ring->start, __ATOMIC_RELAXED);
    // Pairs with the producer's acquire load: it sees the position that belongs to the generation.
    __atomic_fetch_add(ring_cursor(ring, RING_STREAM_GENERATION), 1, __ATOMIC_RELEASE);
  }
  // The producer that closes stores its state, fences, and then looks for a seek: one of us sees the other.
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  ring_bell_ring_anyway(ring_space_bell(ring->base));
  return is_final(ring_state(ring)) ? CRAM_RING_AGAIN : CRAM_RING_OK;
}

static int attach_now(cram_ring *ring) {
  int result = find(ring);
  if (result == CRAM_RING_OK) result = check(ring);
  if (result == CRAM_RING_OK) result = take_line(ring);
  if (result == CRAM_RING_OK) result = announce(ring);
  if (result == CRAM_RING_OK) {
    ring->released_early = calloc(ring->header.slot_count, 1);
    if (!ring->released_early) result = (errno = ENOMEM, system_problem(ring, "map"));
  }
  if (result != CRAM_RING_OK) {
    unmap(ring);
    return result;
  }
  ring->generation = ring_relaxed(ring, RING_STREAM_GENERATION);
  ring->released = ring->taken = ring_relaxed(ring, RING_RELEASED);
  ring->spent = 0;
  ring->is_stalled = false;
  return CRAM_RING_OK;
}

int cram_ring_attach(cram_ring *ring, int64_t limit) {
  if (!is_good_name(ring->name)) return ring_problem(&ring->problem, CRAM_RING_BAD_NAME, "%s", ring->name);
  unmap(ring);
  uint64_t begin = ring_clock(), last = begin;
  while (true) {
    int result = attach_now(ring);
    if (result != CRAM_RING_AGAIN) return result;
    if (ring->spent >= ring->patience) {
      ring->problem.waited = ring->spent;
      ring->spent = 0;
      return ring_problem(&ring->problem, CRAM_RING_NOT_THERE, "nothing");
    }
    if (limit >= 0 && last - begin >= (uint64_t)limit) return CRAM_RING_AGAIN;
    struct timespec pause = {0, 20000000};
    bool is_interrupted = nanosleep(&pause, NULL) && errno == EINTR;
    uint64_t now = ring_clock();
    ring_spend(ring, now - last);
    last = now;
    if (is_interrupted) return CRAM_RING_AGAIN;
  }
}
