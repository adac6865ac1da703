"""The week's summary: Mondays at 08:00 UTC, about what happened in the seven days before; nothing where nothing did.

A summary's key names its Monday (`weekly/2026-03-02`), so that it is made once, and for the week that it is about
however late it is sent.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from app import links
from app.deps import Deps
from app.jobs.telling import said
from app.processes.week import WEEK, due_on
from checks.base import Subject
from checks.gathered import of_digest
from checks.hearing import reaches
from checks.message import Message
from verifier.ledger.protocol import Book
from verifier.model import Filter, IncidentState

PREFIX = "weekly/"
"""What the keys of summaries begin with."""


def key_of(due: datetime) -> str:
    """The key of the summary that is due then."""
    return f"{PREFIX}{due.astimezone(UTC).date().isoformat()}"


def is_key(key: str) -> bool:
    """Whether a key names a summary."""
    return key.startswith(PREFIX)


def due_of(key: str) -> datetime:
    """When the summary of a key is due. Raises ValueError for a key that names none."""
    return due_on(date.fromisoformat(key.removeprefix(PREFIX)))


def message(deps: Deps, book: Book, name: str, filter: Filter, key: str) -> Message | None:
    """The summary for whoever has this filter; None where nothing happened that they hear. `name` is whose it is."""
    until = due_of(key)
    since = until - WEEK
    incidents = [s for s in _incidents(deps, book, since, until) if _heard(deps, book, filter, s.incident.id)]
    bulletins = [b for b in book.incidents.bulletins(since) if b.at < until and _heard(deps, book, filter, b.id)]
    about = [(bulletin, book.repositories.get(bulletin.repository_id)) for bulletin in bulletins]
    return of_digest(name, incidents, about, since, until, links.home(deps.settings))


def _heard(deps: Deps, book: Book, filter: Filter, key: str) -> bool:
    made = said.message(deps, book, key, None)
    return made is not None and reaches(filter, made)


def _incidents(deps: Deps, book: Book, since: datetime, until: datetime) -> list[Subject]:
    """Every incident to which something happened in that span, as it stands, and those that still stand open.

    A summary that left the older ones out would say that all is well.
    """
    found = []
    for incident in book.incidents.all():
        if incident.opened_at >= until:
            continue
        moved = (since <= notice.at < until for notice in book.incidents.notices(incident.id))
        if incident.state is not IncidentState.RESOLVED or any(moved):
            found.append(said.subject(deps, book, incident))
    return [subject for subject in found if subject is not None]
