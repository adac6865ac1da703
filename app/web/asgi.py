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
    _one_arena()
    gc.collect()
    gc.freeze()


_M_ARENA_MAX = -8


def _one_arena() -> None:
    """Let all threads share one heap of C's, where the library is glibc; nothing elsewhere.

    Each thread would have its own, which keeps what its largest page took: 9 MB with four of them. Python holds its
    lock while it asks for memory, so no thread waits for another that did not before. Source: mallopt(3).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)
