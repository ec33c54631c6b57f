"""Keeps the long-running processes small: fewer heaps of freed memory, and more pages shared.

Measured for web, two workers and their Redis: see `pss_mb` in bench/RESULTS.md.
"""

import ctypes
import gc

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
"""Names of glibc's `mallopt` (malloc.h)."""
ARENAS = 2
"""glibc gives every thread a heap of its own, up to eight for each core, and each keeps what was
freed in it. Python's threads take turns, so they hardly ever wait for each other's heap."""
OWN_MAPPING = 1_000_000
"""Bytes from which a block is given back as soon as it is freed. Left alone, glibc stops doing that
after the first one, and 19 MB of a password's hash stay in the heap: mallopt(3)."""


def slim() -> None:
    """To be called before the first thread. Does nothing where the C library is not glibc."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, ARENAS)
        mallopt(_M_MMAP_THRESHOLD, OWN_MAPPING)


def share() -> None:
    """To be called before a fork: what was loaded up to here is garbage never again, so that the
    collector of a child does not write to all of it and make it the child's own."""
    gc.collect()
    gc.freeze()
