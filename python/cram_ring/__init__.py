"""Batches of token ids through shared memory, from `cram stream` into a Python training loop.

    import cram_ring

    ring = cram_ring.Ring("training")               # cram stream shards/train --ring training
    for batch in ring:
        batch.first_sequence                        # position of the first sequence in the stream
        batch.tokens                                # numpy, (sequences, length), in shared memory: nothing is copied
        batch.tensor()                              # torch, int64, a copy that may be changed
        checkpoint = ring.state_dict()              # {"next_sequence": n}: load_state_dict goes on exactly there

The consumer itself is the C library libcram_ring.so (cram_ring.h), found in this folder or in the release folder of the
sources; this package is its face. `Ring` is iterable like a data loader and needs no workers: the work is done by the
streamer, another process.
"""
from ._ring import Batch, Header, Ring, RingError, __version__

__all__ = ["Batch", "Header", "Ring", "RingError", "__version__"]
