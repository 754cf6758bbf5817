"""Tells the C library to give freed memory back; pictures come and go by the megabyte. Changes nothing else."""

from __future__ import annotations

import ctypes

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # glibc, malloc.h
_PICTURE_BYTES = 1 << 20  # a 1280x720 picture is 1.4 MB: mapped when it is made, unmapped when it is let go


def keep_memory_low() -> bool:
    """To be called before the first thread is started; False where the C library has no such settings.

    Without it each thread's arena keeps what it once needed: 240 MB resident with the demo scene and a viewer instead
    of 150 to 168, at the same processor time (mallopt(3)).
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    wanted = ((_M_ARENA_MAX, 1), (_M_MMAP_THRESHOLD, _PICTURE_BYTES), (_M_TRIM_THRESHOLD, _PICTURE_BYTES))
    return all(mallopt(name, value) == 1 for name, value in wanted)
