// What went wrong, for people.
#include "consumer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int ring_problem(cram_ring_problem *problem, int status, const char *found, ...) {
  problem->status = status;
  va_list arguments;
  va_start(arguments, found);
  vsnprintf(problem->found, sizeof problem->found, found, arguments);
  va_end(arguments);
  return status;
}

static void describe(const cram_ring *ring, const cram_ring_problem *problem, char *text, size_t size) {
  const char *name = ring->name;
  double seconds = (double)problem->waited / 1e9;
  unsigned long long batch = problem->batch;
  switch (problem->status) {
    case CRAM_RING_BAD_NAME:
      snprintf(text, size, "ring name '%s': use 1 to 200 letters, digits, '.', '_' and '-', not beginning with '.'", name);
      break;
    case CRAM_RING_NOT_THERE:
      snprintf(text, size, "ring %s: not there after %.1f s; start `cram stream DATASET --ring %s`", name, seconds, name);
      break;
    case CRAM_RING_CONSUMER_PRESENT:
      snprintf(text, size, "ring %s: process %d already consumes it; stop that one or use a ring of its own", name, problem->number);
      break;
    case CRAM_RING_NOT_A_RING:
      snprintf(text, size, "%s: not a ring, found %s; remove the file or choose another name", problem->path, problem->found);
      break;
    case CRAM_RING_OTHER_VERSION:
      snprintf(text, size, "%s: ring layout %d, expected %d; use the same release on both sides, or remove the file", problem->path, problem->number, RING_VERSION);
      break;
    case CRAM_RING_SYSTEM:
      snprintf(text, size, "cannot %s %s: %s; check the permissions and limits", problem->action, problem->path, strerror(problem->number));
      break;
    case CRAM_RING_INTERRUPTED:
      snprintf(text, size, "ring %s: its producer was stopped by a signal after %llu batches; start it again", name, batch);
      break;
    case CRAM_RING_FAILED: snprintf(text, size, "ring %s: its producer failed: %s", name, problem->found); break;
    case CRAM_RING_PRODUCER_GONE:
      snprintf(text, size, "ring %s: its producer died and no other came for %.1f s, %llu batches were received; start `cram stream` again", name, seconds, batch);
      break;
    case CRAM_RING_CLOSED_BEFORE_SEEK:
      snprintf(text, size, "ring %s: it ended before position %llu was asked for; start `cram stream` again", name, batch);
      break;
    case CRAM_RING_DAMAGED:
      snprintf(text, size, "ring %s: batch %llu is damaged, found %s; start both sides again, and check this machine's memory", name, batch, problem->found);
      break;
    case CRAM_RING_ALL_HELD:
      snprintf(text, size, "ring %s: all %u slots are held, so that nothing can come; release a batch, or copy what is to be kept", name, ring->header.slot_count);
      break;
    default: snprintf(text, size, "ring %s: no error", name);
  }
}

const char *cram_ring_message(cram_ring *ring) {
  describe(ring, &ring->problem, ring->message, sizeof ring->message);
  return ring->message;
}

const cram_ring_problem *cram_ring_get_problem(const cram_ring *ring) { return &ring->problem; }
