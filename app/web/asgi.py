"""What the server loads: the app on the settings of the environment, behind its entry."""

from __future__ import annotations

import gc
import os

from app import create_app, settings
from app.build import build_answering
from app.deps import Deps
from app.logs import events as logs
from app.processes import heap
from app.web.entry import Entry
from verifier.ledger.codec import remember

REMEMBERED = 256 * 1024
"""Characters of text whose things a web process remembers: what one large page shows."""


def application() -> Entry:
    """The application with the real parts. Raises BadSetting where a setting is missing or unusable."""
    read = settings.read(os.environ)
    logs.configure(read)
    return settled(behind(build_answering(read)))


def behind(deps: Deps) -> Entry:
    """The application on these parts."""
    return Entry(create_app(deps), deps)


def settled(entry: Entry) -> Entry:
    """The application, ready for people. Compiling templates takes 2 MB for a moment: pages fill them again later."""
    entry.read_templates()
    settle()
    return entry


def settle() -> None:
    """Make this a process that answers people: small, and never busy with itself while somebody waits.

    A page shows a hundred versions and few people look at the same ones. What was imported stays as long as the process
    does; Python's collector would look through all of it again and again, within requests.
    """
    remember(REMEMBERED)
    gc.collect()
    heap.small()
    gc.freeze()
