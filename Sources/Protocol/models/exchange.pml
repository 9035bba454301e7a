/* The exchange of PROTOCOL.md, section 4: publish, take, release, and the doorbells, over buffered stores, with either side killed
   at any instruction and replaced.

   Proven: no batch is lost, none changes while it is held, none is seen before it is whole, and nobody sleeps for ever.

   Each of these makes it wrong, and has to be found by Spin:
     NO_FENCE              no fence before the flag is read and before the last look
     NO_WAKE_ON_ATTACH     a successor does not wake its peer
     NO_LAST_LOOK          the sleeper does not look again after raising its flag
     PUBLISH_BEFORE_FILL   the cursor before the slot
     RELEASE_BEFORE_USE    the slot is given back while it is read
     RESTART_AT_RELEASED   a producer's successor begins at what was released */
#define SLOTS 2
#define TOTAL 3
#define KILLS 1

#define PUBLISHED 0
#define RELEASED 1
#define DATA_FLAG 2
#define SPACE_FLAG 3
#define SLOT(n) (4 + (n) % SLOTS)
#define CELLS 6
#include "tso.inc"

byte dataWord, spaceWord;
bool consumerSleeps, producerSleeps;
bool killProducer, killConsumer;
/* Batches that some consumer has received: what must never shrink. */
byte received;

proctype Producer() {
  byte published, seen;
start:
  {
#ifdef RESTART_AT_RELEASED
    published = memory[RELEASED];
#else
    published = memory[PUBLISHED];
#endif
#ifndef NO_WAKE_ON_ATTACH
    RING_ANYWAY(producerBuffer, dataWord, consumerSleeps);
#endif
    do
    :: published == TOTAL -> break
    :: published < TOTAL ->
      do
      :: published - memory[RELEASED] < SLOTS -> break
      :: else ->
        seen = spaceWord;
        producerBuffer ! SPACE_FLAG, 1;
        FENCE(producerBuffer);
        if
#ifndef NO_LAST_LOOK
        :: published - memory[RELEASED] < SLOTS -> skip
#endif
        :: published - memory[RELEASED] >= SLOTS ->
          atomic { producerSleeps = (seen == spaceWord) };
          !producerSleeps
        fi;
        producerBuffer ! SPACE_FLAG, 0
      od;
#ifdef PUBLISH_BEFORE_FILL
      producerBuffer ! PUBLISHED, published + 1;
      producerBuffer ! SLOT(published), published + 1;
#else
      producerBuffer ! SLOT(published), published + 1;
      producerBuffer ! PUBLISHED, published + 1;
#endif
      published++;
      FENCE(producerBuffer);
      if
      :: memory[DATA_FLAG] -> RING_ANYWAY(producerBuffer, dataWord, consumerSleeps)
      :: else
      fi
    od
  } unless {
    atomic { killProducer && empty(producerBuffer) -> killProducer = false; producerSleeps = false; published = 0; seen = 0; goto start }
  }
}

proctype Consumer() {
  byte taken, seen;
start:
  {
    taken = memory[RELEASED];
    RING_ANYWAY(consumerBuffer, spaceWord, producerSleeps);
    do
    :: taken == TOTAL -> break
    :: taken < TOTAL ->
      do
      :: memory[PUBLISHED] != taken -> break
      :: else ->
        seen = dataWord;
        consumerBuffer ! DATA_FLAG, 1;
        FENCE(consumerBuffer);
        if
#ifndef NO_LAST_LOOK
        :: memory[PUBLISHED] != taken -> skip
#endif
        :: memory[PUBLISHED] == taken ->
          atomic { consumerSleeps = (seen == dataWord) };
          !consumerSleeps
        fi;
        consumerBuffer ! DATA_FLAG, 0
      od;
      assert(memory[PUBLISHED] > taken && memory[PUBLISHED] - memory[RELEASED] <= SLOTS);
      assert(memory[SLOT(taken)] == taken + 1);
      assert(taken <= received);
      atomic { received = (taken + 1 > received -> taken + 1 : received) };
#ifdef RELEASE_BEFORE_USE
      consumerBuffer ! RELEASED, taken + 1;
      assert(memory[SLOT(taken)] == taken + 1);
#else
      assert(memory[SLOT(taken)] == taken + 1);
      consumerBuffer ! RELEASED, taken + 1;
#endif
      taken++;
      FENCE(consumerBuffer);
      if
      :: memory[SPACE_FLAG] -> RING_ANYWAY(consumerBuffer, spaceWord, producerSleeps)
      :: else
      fi
    od
  } unless {
    atomic { killConsumer && empty(consumerBuffer) -> killConsumer = false; consumerSleeps = false; taken = 0; seen = 0; goto start }
  }
}

proctype Killer() {
  byte kills;
  do
  :: kills < KILLS -> atomic { killProducer = true; kills++ }
  :: kills < KILLS -> atomic { killConsumer = true; kills++ }
  :: break
  od
}

init { atomic { run Producer(); run Consumer(); run Killer() } }
