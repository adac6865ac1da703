"""C's heap in a process that stays for months, where the library is glibc: it shall not keep what its threads took."""

from __future__ import annotations

import ctypes

_M_ARENA_MAX, _M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD = -8, -3, -1
LARGE = 64 * 1024
"""Bytes from which on a piece of memory goes back to the system when it is freed."""


def small() -> None:
    """Let all threads share one heap that keeps little of what is free.

    Each thread would have its own, which keeps what its largest page or answer took: 9 MB with four of them. Python
    holds its lock while it asks for memory, so no thread waits for another that did not before. And a large piece that
    is freed would raise what counts as large, up to 32 MB, so that what comes later leaves holes in the heap: said
    once, the bound stays. What loading has left free goes back now. Source: mallopt(3), malloc_trim(3).
    """
    library = ctypes.CDLL(None)
    mallopt, trim = getattr(library, "mallopt", None), getattr(library, "malloc_trim", None)
    if mallopt is None or trim is None:
        return
    for what, value in ((_M_ARENA_MAX, 1), (_M_MMAP_THRESHOLD, LARGE), (_M_TRIM_THRESHOLD, LARGE)):
        mallopt(what, value)
    trim(0)
