"""The ring as Python sees it: an iterable of batches, and an exact place to go on from."""
import atexit
import collections
import ctypes
import os
import pathlib
import threading
import weakref
from typing import NamedTuple, Optional

import numpy

from . import _library
from ._library import AGAIN, END, NO_TOKEN, OK

__version__ = "0.1.0"

# How long one call into the library may last: Python handles a signal between two calls.
PAUSE = 200_000_000
library = _library.load()


class RingError(RuntimeError):
    """Why a ring cannot be attached or read any further; the message ends with what to do. `status` is that of cram_ring.h."""

    def __init__(self, message, status=0):
        super().__init__(message)
        self.status = status


class Header(NamedTuple):
    """What the ring carries, as the streamer described it."""

    token_bytes: int
    sequence_length: int
    batch_sequences: int
    rank: int
    world_size: int
    vocabulary_size: int
    special_ids: dict
    sequences_per_epoch: int
    epochs: Optional[int]
    seed: int
    fingerprint: str
    slot_count: int


class Batch:
    """Consecutive sequences of the stream. Its slot of the ring is given back when the batch and all that was made of `tokens` are gone."""

    __slots__ = ("first_sequence", "next_sequence", "tokens", "_memory")

    def __init__(self, first_sequence, next_sequence, tokens, memory):
        self.first_sequence = first_sequence
        self.next_sequence = next_sequence
        self.tokens = tokens
        self._memory = memory

    def __len__(self):
        return len(self.tokens)

    def numpy(self, dtype=None):
        """The tokens as an array of its own, which may be changed and kept."""
        return self.tokens.astype(dtype or self.tokens.dtype, copy=True)

    def tensor(self, dtype=None, device=None):
        """The tokens as a torch tensor, int64 unless told, on `device` where one is given.

        A copy, except where `dtype` is the one in the ring (torch.uint16, torch.uint32) and no other device is asked for: then it lies in
        shared memory, must not be written, and keeps the slot while it lives.
        """
        import torch

        stored = {2: torch.uint16, 4: torch.uint32}[self.tokens.itemsize]
        shared = torch.frombuffer(self._memory, dtype=stored, count=self.tokens.size).view(self.tokens.shape)
        return shared.to(device=device, dtype=torch.int64 if dtype is None else dtype)


class _Consumer:
    """One attachment to a ring; lives until the last of its batches is gone."""

    def __init__(self, name, files, memory, start, patience):
        options = _library.Options(
            name=name.encode(), memory=os.fsencode(memory), files=os.fsencode(files), has_start=start is not None, start=start or 0, patience=patience
        )
        self.handle = library.create(ctypes.byref(options))
        if not self.handle:
            raise MemoryError("no memory for a ring's consumer")
        self.owner = os.getpid()
        # Slots whose last user is gone. A finalizer may run at any moment, inside the library's caller too: it never waits for the lock.
        self.done, self.lock = collections.deque(), threading.Lock()
        # Batches in use, and whether the data has ended behind them.
        self.held, self.has_ended = set(), False
        _consumers.add(self)

    def __del__(self):
        if getattr(self, "handle", None):
            library.free(self.handle)

    def detach(self):
        library.detach(self.handle)

    def call(self, function, *arguments):
        """Calls until there is more to say than that there is nothing yet; raises what went wrong."""
        while True:
            if self.owner != os.getpid():
                raise RingError("a ring cannot be used in a forked process: make it there")
            with self.lock:
                self.give_back()
                status = function(self.handle, *arguments, PAUSE)
                if status not in (OK, END, AGAIN):
                    raise RingError(library.message(self.handle).decode(errors="replace"), status)
            if status != AGAIN:
                return status

    def give_back(self):
        while self.done:
            number = self.done.popleft()
            self.held.discard(number)
            library.release(self.handle, number)

    def finish(self, number):
        """The memory of batch `number` has no user any more."""
        self.done.append(number)
        while self.done and self.lock.acquire(blocking=False):
            try:
                self.give_back()
            finally:
                self.lock.release()

    def header(self):
        found = library.get_header(self.handle).contents
        ids = {role: id for role, id in zip(("pad", "unk", "cls", "sep", "mask"), found.specials) if id != NO_TOKEN}
        return Header(
            token_bytes=found.token_bytes, sequence_length=found.sequence_length, batch_sequences=found.batch_sequences, rank=found.rank,
            world_size=found.world_size, vocabulary_size=found.vocabulary_size, special_ids=ids, sequences_per_epoch=found.sequences_per_epoch,
            epochs=found.epochs or None, seed=found.seed, fingerprint=bytes(found.fingerprint).hex(), slot_count=found.slot_count,
        )  # fmt: skip

    def next(self, header):
        """The next batch, None at the end of the data."""
        found = _library.CBatch()
        if self.call(library.next, ctypes.byref(found)) == END:
            self.has_ended = True
            return None
        self.held.add(found.number)
        memory = (ctypes.c_uint8 * found.bytes).from_address(found.tokens)
        # Whatever is made of the memory refers to it; when all that is gone the slot goes back. The consumer stays mapped until then.
        weakref.finalize(memory, self.finish, found.number).atexit = False
        tokens = numpy.frombuffer(memory, dtype="<u2" if header.token_bytes == 2 else "<u4").reshape(found.count, header.sequence_length)
        tokens.flags.writeable = False
        return Batch(found.first_position, found.next_position, tokens, memory)


_consumers = weakref.WeakSet()


def _leave_to_parent():
    # A fork inherits the open file, and with it the parent's life line: it would seem to live as long as its workers.
    for consumer in list(_consumers):
        consumer.detach()


@atexit.register
def _leave_at_the_end():
    # Who has seen the end of the data has received everything: the streamer need not wait for variables that nobody clears any more.
    for consumer in list(_consumers):
        if consumer.has_ended and consumer.owner == os.getpid():
            consumer.done.extend(consumer.held)
            consumer.give_back()


os.register_at_fork(after_in_child=_leave_to_parent)


def _default_files():
    home = os.environ.get("CRAM_HOME") or pathlib.Path.home() / ".cache/cram"
    return os.path.join(home, "rings")


class Ring:
    """The consumer of the ring `name`, filled by `cram stream … --ring NAME`. Iterating gives batches until the end of the data.

    Nothing is attached before the first batch (or `header`) is asked for; then the ring is waited for, `patience` seconds at most, and as long for the
    successor of a streamer that died. Without `start` or `load_state_dict` the stream goes on with what the last consumer did not give back.
    Raises RingError when the streamer was stopped or failed: that is never the end of the data. One thread uses a ring.
    """

    def __init__(self, name, start=None, patience=20.0, files=None, memory="/dev/shm"):
        self.name = name
        self._start = start
        self._patience = max(1, int(patience * 1e9)) if patience > 0 else -1
        self._files = files if files is not None else _default_files()
        self._memory = memory
        self._consumer = None
        self._header = None
        self._next_sequence = start

    def _attached(self):
        if self._consumer is None:
            consumer = _Consumer(self.name, self._files, self._memory, self._start, self._patience)
            consumer.call(library.attach)
            self._consumer, self._header = consumer, consumer.header()
        return self._consumer

    @property
    def header(self):
        """What the ring carries: a Header."""
        self._attached()
        return self._header

    @property
    def producer_is_alive(self):
        return bool(library.producer_is_alive(self._attached().handle))

    @property
    def waited_seconds(self):
        """How long next has waited for data."""
        return library.waited(self._attached().handle) / 1e9

    def __iter__(self):
        return self

    def __next__(self):
        batch = self._attached().next(self._header)
        if batch is None:
            raise StopIteration
        self._next_sequence = batch.next_sequence
        return batch

    def state_dict(self):
        """Where the stream goes on behind the last batch that was handed out: {"next_sequence": position}; for a checkpoint."""
        return {} if self._next_sequence is None else {"next_sequence": self._next_sequence}

    def load_state_dict(self, state):
        """Goes on at a position that `state_dict` gave, whatever was read before."""
        position = state.get("next_sequence")
        if position is not None and position < 0:
            raise ValueError(f"next_sequence {position}: expected a position from 0")
        self.close()
        self._start = self._next_sequence = position

    def close(self):
        """Leaves the ring to the next consumer. Batches that still exist stay readable."""
        if self._consumer is not None:
            self._consumer.detach()
        self._consumer = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __repr__(self):
        return f"cram_ring.Ring({self.name!r})"
