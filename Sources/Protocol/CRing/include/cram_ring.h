/*
 * The consumer's side of a Cram ring, for programs in any language: batches of token ids, through shared memory, from
 * `cram stream`. Link with libcram_ring.so or libcram_ring.a; no other library is needed.
 *
 *   cram_ring *ring = cram_ring_create(&(cram_ring_options){.name = "training"});
 *   cram_ring_batch batch;
 *   int status = cram_ring_attach(ring, -1);
 *   while (status == CRAM_RING_OK && (status = cram_ring_next(ring, &batch, -1)) == CRAM_RING_OK) {
 *     const uint16_t *tokens = batch.tokens;          // batch.count sequences, one after the other
 *     …                                               // save batch.next_position in your checkpoint
 *     cram_ring_release(ring, batch.number);
 *   }
 *   if (status != CRAM_RING_END) fprintf(stderr, "%s\n", cram_ring_message(ring));
 *   cram_ring_free(ring);
 *
 * One thread at a time uses a ring. Nothing here prints, ends the process, starts threads or reads the environment. What
 * happens between the two processes, byte for byte, is in PROTOCOL.md.
 */
#ifndef CRAM_RING_H
#define CRAM_RING_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define CRAM_RING_API __attribute__((visibility("default")))
#else
#define CRAM_RING_API
#endif

/* How a call ended. */
enum {
  CRAM_RING_OK = 0,
  /* The data has ended: everything was handed out. */
  CRAM_RING_END = 1,
  /* Nothing yet: the limit passed, or a signal arrived. Call again. */
  CRAM_RING_AGAIN = 2,

  /* Errors; cram_ring_message says more. */
  CRAM_RING_BAD_NAME = 16,
  /* There was no such ring for the whole patience. */
  CRAM_RING_NOT_THERE,
  /* Another process consumes this ring. */
  CRAM_RING_CONSUMER_PRESENT,
  /* What lies under the name is no ring, or a broken one. */
  CRAM_RING_NOT_A_RING,
  CRAM_RING_OTHER_VERSION,
  /* A system call failed. */
  CRAM_RING_SYSTEM,
  /* The producer was stopped by a signal. Never the end of the data. */
  CRAM_RING_INTERRUPTED,
  /* The producer could not go on, and said why. Never the end of the data. */
  CRAM_RING_FAILED,
  /* The producer died, and no other came for the whole patience. */
  CRAM_RING_PRODUCER_GONE,
  /* The ring ended before the position was served that was asked for. */
  CRAM_RING_CLOSED_BEFORE_SEEK,
  /* A batch that does not hold what its descriptor says. */
  CRAM_RING_DAMAGED,
  /* Every slot is held: nothing can come before one is released. */
  CRAM_RING_ALL_HELD,
};

/* What stands for a special token that the vocabulary does not have. */
#define CRAM_RING_NO_TOKEN UINT32_MAX
/* The patience of those who give none: 20 seconds. */
#define CRAM_RING_PATIENCE INT64_C(20000000000)

/* Which ring, and where to begin. What is zero has the default. */
typedef struct {
  const char *name;
  /* Where shared memory is mounted; default /dev/shm. */
  const char *memory;
  /* The folder of rings that did not fit there ($CRAM_HOME/rings); default none. */
  const char *files;
  /* Whether to ask for the stream from `start` on; otherwise it goes on with what no consumer has released. */
  int32_t has_start;
  uint64_t start;
  /* How long to wait for the ring to be there, and for the successor of a dead producer, in nanoseconds; 0: the default, negative: not at all. */
  int64_t patience;
} cram_ring_options;

/* What the ring carries. */
typedef struct {
  /* 2 or 4. */
  uint32_t token_bytes;
  uint32_t sequence_length;
  /* Sequences of a batch over all ranks; this ring carries the share of `rank` of `world_size`. */
  uint32_t batch_sequences, rank, world_size;
  uint32_t vocabulary_size;
  /* pad, unk, cls, sep, mask; CRAM_RING_NO_TOKEN where there is none. */
  uint32_t specials[5];
  uint32_t order_version;
  uint64_t sequences_per_epoch;
  /* After how many epochs the data ends; 0: never. */
  uint64_t epochs;
  uint64_t seed;
  /* SHA-256 of the dataset's plain content. */
  uint8_t fingerprint[32];
  /* How many batches may be held at a time, and the bytes of each one's slot. */
  uint32_t slot_count;
  uint64_t slot_bytes;
  /* Nanoseconds since 1970 at which the ring was made. */
  uint64_t created;
} cram_ring_header;

/* A batch that is held: its tokens stay as they are until it is released. */
typedef struct {
  /* Counts the ring's batches. */
  uint64_t number;
  /* The position of its first sequence; the others follow it. */
  uint64_t first_position;
  /* Where the stream goes on behind it: what a checkpoint stores. */
  uint64_t next_position;
  /* How many sequences it holds. */
  uint32_t count;
  /* count * sequence_length tokens, in shared memory; only to be read. */
  const void *tokens;
  size_t bytes;
} cram_ring_batch;

/* What went wrong, for programs; people read cram_ring_message. */
typedef struct {
  int32_t status;
  /* errno, the process number of the other consumer, or the layout version found. */
  int32_t number;
  /* The number of the damaged batch, of batches received before, or the position asked for. */
  uint64_t batch;
  /* How long was waited, in nanoseconds. */
  int64_t waited;
  /* What the system could not do: open, map. */
  char action[16];
  /* What was found instead, or why the producer failed. */
  char found[1024];
  char path[4096];
} cram_ring_problem;

typedef struct cram_ring cram_ring;

/* A consumer that is not attached yet; null when there is no memory. The strings are copied. */
CRAM_RING_API cram_ring *cram_ring_create(const cram_ring_options *options);

/* Attaches to the ring, waiting for it to be there: CRAM_RING_OK, an error, or CRAM_RING_AGAIN when `limit` nanoseconds
   have passed (negative: no limit) or a signal arrived. */
CRAM_RING_API int cram_ring_attach(cram_ring *ring, int64_t limit);

/* The next batch, whose checksum was verified: CRAM_RING_OK, CRAM_RING_END, an error, or CRAM_RING_AGAIN as above. Uses no
   processor while it waits. Several batches may be held, up to the number of slots. */
CRAM_RING_API int cram_ring_next(cram_ring *ring, cram_ring_batch *batch, int64_t limit);

/* Gives a held batch back; in any order. Only when nobody reads it any more: a copy to a device has to be complete.
   CRAM_RING_OK, or -1 when no such batch is held. */
CRAM_RING_API int cram_ring_release(cram_ring *ring, uint64_t number);

/* What the ring carries; null before it was attached. */
CRAM_RING_API const cram_ring_header *cram_ring_get_header(const cram_ring *ring);
/* Nanoseconds that cram_ring_next has waited for data. */
CRAM_RING_API uint64_t cram_ring_waited(const cram_ring *ring);
/* Batches received from this ring by all its consumers. */
CRAM_RING_API uint64_t cram_ring_taken(const cram_ring *ring);
/* Whether a producer lives. */
CRAM_RING_API int cram_ring_producer_is_alive(const cram_ring *ring);
/* The last error. */
CRAM_RING_API const cram_ring_problem *cram_ring_get_problem(const cram_ring *ring);
/* The last error in one line that ends with what to do; valid until the next call. */
CRAM_RING_API const char *cram_ring_message(cram_ring *ring);

/* Leaves the ring to the next consumer. Batches that are held stay readable until cram_ring_free, but count as not received.
   To be called in a forked child too: there it only lets go of what the parent holds. */
CRAM_RING_API void cram_ring_detach(cram_ring *ring);
/* Detaches and frees. Nothing of the ring may be read any more. */
CRAM_RING_API void cram_ring_free(cram_ring *ring);

#ifdef __cplusplus
}
#endif
#endif
