"""What the server loads: the app on the settings of the environment, behind its entry."""

from __future__ import annotations

import ctypes
import gc
import os

from app import create_app, settings
from app.build import build
from app.deps import Deps
from app.logs import events as logs
from app.web.entry import Entry
from verifier.ledger.codec import remember

REMEMBERED = 512
"""How many decoded things a web process remembers."""


def application() -> Entry:
    """The application with the real parts. Raises BadSetting where a setting is missing or unusable."""
    read = settings.read(os.environ)
    logs.configure(read)
    entry = behind(build(read))
    settle()
    return entry


def behind(deps: Deps) -> Entry:
    """The application on these parts."""
    return Entry(create_app(deps), deps)


def settle() -> None:
    """Make this a process that answers people: small, and never busy with itself while somebody waits.

    A page shows a hundred versions and few people look at the same ones. What was imported stays as long as the process
    does; Python's collector would look through all of it again and again, within requests.
    """
    remember(REMEMBERED)
    gc.collect()
    _small_heap()
    gc.freeze()


_M_ARENA_MAX, _M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD = -8, -3, -1
LARGE = 64 * 1024
"""Bytes from which on a piece of memory goes back to the system when it is freed."""


def _small_heap() -> None:
    """Let all threads share one heap of C's that keeps little of what is free, where the library is glibc.

    Each thread would have its own, which keeps what its largest page took: 9 MB with four of them. Python holds its
    lock while it asks for memory, so no thread waits for another that did not before. And a large piece that is freed
    would raise what counts as large, up to 32 MB, so that later pages and deliveries leave holes in the heap: said
    once, the bound stays. What loading has left free goes back now. Source: mallopt(3), malloc_trim(3).
    """
    library = ctypes.CDLL(None)
    mallopt, trim = getattr(library, "mallopt", None), getattr(library, "malloc_trim", None)
    if mallopt is None or trim is None:
        return
    for what, value in ((_M_ARENA_MAX, 1), (_M_MMAP_THRESHOLD, LARGE), (_M_TRIM_THRESHOLD, LARGE)):
        mallopt(what, value)
    trim(0)
