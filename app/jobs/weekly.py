"""The week's summary: Mondays at 08:00 UTC, about what happened in the seven days before; nothing where nothing did.

A summary's key names its Monday (`weekly/2026-03-02`), so that it is made once, and for the week that it is about
however late it is sent.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from app.deps import Deps
from app.jobs import said
from checks.hearing import hears
from checks.message import Message
from checks.messages import of_digest
from verifier.ledger.protocol import Book
from verifier.model import Filter, IncidentState

HOUR = 8
"""UTC."""
WEEK = timedelta(days=7)
_PREFIX = "weekly/"


def after(now: datetime) -> datetime:
    """The first moment after now at which a summary is due."""
    today = now.astimezone(UTC)
    monday = datetime.combine(today.date() - timedelta(days=today.weekday()), time(HOUR), UTC)
    return monday if monday > today else monday + WEEK


def key_of(due: datetime) -> str:
    """The key of the summary that is due then."""
    return f"{_PREFIX}{due.astimezone(UTC).date().isoformat()}"


def is_key(key: str) -> bool:
    """Whether a key names a summary."""
    return key.startswith(_PREFIX)


def due_of(key: str) -> datetime:
    """When the summary of a key is due. Raises ValueError for a key that names none."""
    return datetime.combine(date.fromisoformat(key.removeprefix(_PREFIX)), time(HOUR), UTC)


def message(deps: Deps, book: Book, filter: Filter, key: str) -> Message | None:
    """The summary for whoever has this filter; None where nothing happened that they hear."""
    until = due_of(key)
    heard = [message for message in happened(deps, book, until - WEEK, until) if hears(filter, message)]
    return of_digest(heard, until - WEEK, until) if heard else None


def happened(deps: Deps, book: Book, since: datetime, until: datetime) -> list[Message]:
    """What there is to say, as it stands, of every incident to which something happened in that span, and bulletins.

    Incidents that still stand open from before are among them: a summary that left them out would say that all is well.
    """
    keys = []
    for incident in book.incidents.all():
        if incident.opened_at >= until:
            continue
        stands = incident.state is IncidentState.OPEN
        if stands or any(since <= notice.at < until for notice in book.incidents.notices(incident.id)):
            keys.append(incident.id)
    keys += [bulletin.id for bulletin in book.incidents.bulletins(since) if bulletin.at < until]
    return [made for key in keys if (made := said.message(deps, book, key, None)) is not None]
