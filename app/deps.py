"""Everything the five steps, the pages and the commands are given. `build` wires the real ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from app.github import GitHub, clients
from app.http import make_fetch
from app.settings import Settings
from app.wake import Wake
from app.wake_local import LocalWake
from verifier.ledger import open_ledger
from verifier.ledger.protocol import Ledger
from verifier.registries.base import Absent, Ask, Page, Unreadable


class Fetch(Protocol):
    """One guarded GET (`app.http`)."""

    def __call__(self, ask: Ask, etag: str | None = None) -> Page | Absent | Unreadable:
        """Ask once; with an ETag, only for what changed. Never raises: what went wrong is an answer."""


@dataclass(frozen=True)
class Deps:
    """The machine room's parts. `github` gives the client of an installation id; it is made on first use."""

    settings: Settings
    ledger: Ledger
    fetch: Fetch
    github: Callable[[int], GitHub]
    wake: Wake
    now: Callable[[], datetime]


def build(settings: Settings) -> Deps:
    """The real parts, as the settings say. Opens nothing yet but the ledger's connections."""
    return Deps(
        settings=settings,
        ledger=open_ledger(settings.database),
        fetch=make_fetch(settings),
        github=clients(settings),
        wake=wake_of(settings),
        now=now,
    )


def now() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


def wake_of(settings: Settings) -> Wake:
    """Over Redis where one is set, else within the process tree."""
    if not settings.redis_url:
        return LocalWake(settings.data_dir)
    from app.wake_rq import RqWake  # rq costs a fifth of a second, and the embedded default does without

    return RqWake(settings.redis_url)
