/* The seek handshake and the end of the data, PROTOCOL.md section 5: consumers come one after the other and ask for a position or go on;
   the producer serves the newest wish, drains, closes, and looks once more for a wish that came in between. Either side is killed at any
   instruction and replaced. The doorbells are as in exchange.pml; who waits here is woken by any change, and what may not happen is that
   there is nothing left to wait for.

   Proven: a consumer gets exactly the positions from its wish on (or from where it goes on) to the end, in order, and then the end; or it
   finds the ring closed before its wish was seen: at once, and then it looks for another, or because the producer died just then. Nobody waits for ever.

   Each of these makes it wrong:
     NO_FENCE              neither side fences before it looks at the other
     NO_LOOK_AFTER_CLOSED  the producer leaves without looking for a wish again
     NO_LOOK_AT_STATE      the consumer does not look whether the producer has left
     WANTED_BEFORE_SEEK    the generation before its position
     SERVED_BEFORE_READY   the generation before the state READY
     CLOSED_IS_THE_END     the consumer believes a CLOSED that its wish may still undo
     STATE_AFTER_BATCHES   the consumer loads the batches before the state
     IGNORE_GENERATION     batches made for another wish are taken
     RESUME_AT_START       a producer's successor goes on where the generation began */
#define SLOTS 2
#define LAST 2
#ifndef KILLS
#define KILLS 1
#endif
#define LIVES 2

#define READY 1
#define DRAINING 2
#define CLOSED 3

#define PUBLISHED 0
#define RELEASED 1
#define SEEK 2
#define WANTED 3
#define SERVED 4
#define SERVED_POSITION 5
#define STATE 6
#define ATTACHED 7
/* What slot n holds: generation · 16 + position. */
#define SLOT(n) (8 + (n) % SLOTS)
#define CELLS 10
#include "tso.inc"

bool killProducer, killConsumer;
bool producerLeft, consumerLeft, producerDied;
byte consumerLives;

#define MADE(generation, position) ((generation) * 16 + (position))

proctype Producer() {
  byte published, served, position, wanted;
start:
  {
    published = memory[PUBLISHED];
    served = memory[SERVED];
    position = memory[SERVED_POSITION];
#ifndef RESUME_AT_START
    if
    :: published > 0 && memory[SLOT(published - 1)] / 16 == served -> position = memory[SLOT(published - 1)] % 16 + 1
    :: else
    fi;
#endif
fill:
    do
    :: wanted = memory[WANTED];
      if
      :: wanted != served -> goto serve
      :: else
      fi;
      if
      :: position == LAST -> break
      :: position < LAST && published - memory[RELEASED] < SLOTS ->
        producerBuffer ! SLOT(published), MADE(served, position);
        published++;
        producerBuffer ! PUBLISHED, published;
        position++
      :: position < LAST && published - memory[RELEASED] >= SLOTS && memory[WANTED] != served -> skip
      :: position < LAST && published - memory[RELEASED] >= SLOTS && consumerLeft -> goto leave
      fi
    od;
    producerBuffer ! STATE, DRAINING;
    do
    :: memory[WANTED] != served -> wanted = memory[WANTED]; goto serve
    :: memory[RELEASED] == published && memory[ATTACHED] -> break
    :: consumerLeft -> goto leave
    od;
    producerBuffer ! STATE, CLOSED;
    FENCE(producerBuffer);
#ifndef NO_LOOK_AFTER_CLOSED
    wanted = memory[WANTED];
    if
    :: wanted != served -> goto serve
    :: else
    fi;
#endif
    goto leave;
serve:
    position = memory[SEEK];
    producerBuffer ! SERVED_POSITION, position;
#ifdef SERVED_BEFORE_READY
    producerBuffer ! SERVED, wanted;
    producerBuffer ! STATE, READY;
#else
    producerBuffer ! STATE, READY;
    producerBuffer ! SERVED, wanted;
#endif
    served = wanted;
    goto fill
  } unless {
    atomic {
      killProducer && empty(producerBuffer) ->
      killProducer = false; producerDied = true;
      /* A successor finds a closed ring: it makes another. This one is left. */
      if
      :: memory[STATE] == CLOSED -> goto leave
      :: else -> goto start
      fi
    }
  };
leave:
  producerLeft = true
}

proctype Consumer() {
  byte taken, generation, expected, served, state, published, made;
  bool hasExpected;
start:
  {
    atomic { consumerLives < LIVES -> consumerLives++; hasExpected = false; expected = 0 };
    consumerBuffer ! ATTACHED, 1;
    generation = memory[WANTED];
    if
    :: skip
    :: expected = 0; hasExpected = true
    :: expected = 1; hasExpected = true
    fi;
    if
    :: hasExpected ->
#ifdef WANTED_BEFORE_SEEK
      consumerBuffer ! WANTED, generation + 1;
      consumerBuffer ! SEEK, expected;
#else
      consumerBuffer ! SEEK, expected;
      consumerBuffer ! WANTED, generation + 1;
#endif
      generation++
    :: else
    fi;
    FENCE(consumerBuffer);
#ifndef NO_LOOK_AT_STATE
    if
    :: memory[STATE] == CLOSED -> goto again
    :: else
    fi;
#endif
    taken = memory[RELEASED];
    do
    :: served = memory[SERVED];
#ifdef STATE_AFTER_BATCHES
      published = memory[PUBLISHED];
      state = memory[STATE];
#else
      state = memory[STATE];
      published = memory[PUBLISHED];
#endif
      if
      :: published != taken ->
        made = memory[SLOT(taken)];
        taken++;
        if
#ifndef IGNORE_GENERATION
        :: made / 16 != generation -> skip
#endif
#ifdef IGNORE_GENERATION
        :: true ->
#else
        :: made / 16 == generation ->
#endif
          assert(!hasExpected || made % 16 == expected);
          expected = made % 16 + 1;
          hasExpected = true
        fi;
        consumerBuffer ! RELEASED, taken
      :: published == taken && state >= DRAINING && served == generation ->
        /* The end: everything from the wish on was received. */
        assert(!hasExpected || expected == LAST);
        break
#ifdef CLOSED_IS_THE_END
      :: published == taken && state == CLOSED && served != generation -> assert(false)
#endif
      :: published == taken && !(state >= DRAINING && served == generation) ->
        if
        :: memory[PUBLISHED] != taken || memory[STATE] != state || memory[SERVED] != served
        :: producerLeft && memory[STATE] == CLOSED && memory[SERVED] != generation && memory[PUBLISHED] == taken -> assert(producerDied); goto gone
        fi
      fi
    od
  } unless {
    atomic {
      killConsumer && empty(consumerBuffer) ->
      killConsumer = false;
      if
      :: consumerLives < LIVES -> goto start
      :: else -> goto gone
      fi
    }
  };
  /* After the end; or it looks for another ring; or an error says that the producer died while it closed. */
again: skip;
gone:
  /* The producer then leaves, after its grace time at the latest. */
  consumerLeft = true
}

proctype Killer() {
  byte kills;
  do
  :: kills < KILLS -> atomic { killProducer = true; kills++ }
  :: kills < KILLS -> atomic { killConsumer = true; kills++ }
  :: break
  od
}

init {
  atomic {
    memory[STATE] = READY;
    run Producer();
    run Consumer();
    run Killer()
  }
}
