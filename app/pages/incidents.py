"""All incidents, the newest first: which stand open, who looks after them, and which are settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from app.pages import keyset
from app.pages.telling import Told, told
from app.pages.words import shown
from app.signin.gate import viewer
from verifier.ledger.protocol import Book
from verifier.ledger.views import BadCursor, Page, Sees
from verifier.model import Incident, IncidentState

if TYPE_CHECKING:
    from app.deps import Deps

ROWS = 50
OPEN = "open"
STATES: Mapping[str, tuple[IncidentState, ...]] = {
    OPEN: (IncidentState.OPEN, IncidentState.ACKNOWLEDGED),
    "unattended": (IncidentState.OPEN,),
    "acknowledged": (IncidentState.ACKNOWLEDGED,),
    "settled": (IncidentState.RESOLVED,),
    "all": (),
}
LABELS = {
    OPEN: "Open",
    "unattended": "Nobody looks after",
    "acknowledged": "Acknowledged",
    "settled": "Settled",
    "all": "All",
}


@dataclass(frozen=True)
class Wanted:
    """Which of them, and from where on."""

    state: str = OPEN
    after: str = ""


@dataclass(frozen=True)
class Row:
    """One incident and the repository it is about, as a list shows them."""

    told: Told
    repository: str
    versions: int
    standing: int


@dataclass(frozen=True)
class Incidents:
    """The page as data."""

    state: str
    tabs: tuple[keyset.Tab, ...]
    rows: tuple[Row, ...]
    newest: str
    older: str
    at: datetime


@dataclass(frozen=True)
class Seen:
    """What is read: the incidents, and the names of repositories by id."""

    incidents: Page[Incident]
    names: Mapping[int, str]


def asked(query: Mapping[str, str]) -> Wanted:
    """What an address asks for; what it cannot mean counts as not said."""
    state = query.get("state", OPEN)
    return Wanted(state if state in STATES else OPEN, keyset.after(query))


def see(book: Book, sees: Sees, wanted: Wanted) -> Seen:
    """Read it, in one transaction and a fixed number of queries. A cursor that is not ours begins at the newest."""
    try:
        found = book.views.incidents(sees, STATES[wanted.state], wanted.after, ROWS)
    except BadCursor:
        found = book.views.incidents(sees, STATES[wanted.state], "", ROWS)
    return Seen(found, names(book, sees, (incident.repository_id for incident in found.items)))


def names(book: Book, sees: Sees, ids: Iterable[int]) -> dict[int, str]:
    """What those of these repositories that may be seen are called, ready to be shown."""
    wanted = {id_ for id_ in ids if sees is None or id_ in sees}
    return {repository.id: shown(repository.full_name, 120) for repository in book.repositories.some(wanted)}


def roll_up(seen: Seen, wanted: Wanted, now: datetime) -> Incidents:
    """The page from what the ledger holds. Pure."""
    rows = tuple(
        Row(
            told(incident, ()),
            seen.names.get(incident.repository_id, ""),
            len(incident.members),
            sum(member.open for member in incident.members),
        )
        for incident in seen.incidents.items
    )
    state = wanted.state if wanted.state != OPEN else ""
    newest = keyset.address(state=state) if wanted.after else ""
    older = keyset.address(state=state, after=seen.incidents.next) if seen.incidents.next else ""
    tabs = keyset.tabs("state", LABELS, wanted.state)
    return Incidents(wanted.state, tabs, rows, newest, older, now)


def routes(deps: Deps) -> Blueprint:
    """`GET /incidents`."""
    blueprint = Blueprint("incidents", __name__)

    @blueprint.get("/incidents")
    def incidents() -> str:
        wanted = asked(request.args)
        with deps.ledger.reading() as book:
            seen = see(book, viewer().sees, wanted)
        return render_template("incidents.html", page=roll_up(seen, wanted, deps.now()))

    return blueprint
