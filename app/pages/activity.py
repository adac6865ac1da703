"""The audit log: who waived, muted, commanded and changed what, the newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from app.pages import keyset
from app.pages.incidents import names
from app.pages.words import shown
from app.signin.gate import viewer
from verifier.ledger.protocol import Book
from verifier.ledger.views import BadCursor, Deed, DeedKind, Page, Sees

if TYPE_CHECKING:
    from app.deps import Deps

ROWS = 50
WORDS = {
    DeedKind.WAIVED: "waiver",
    DeedKind.MUTED: "mute",
    DeedKind.COMMANDED: "command",
    DeedKind.CONDUCT: "setting",
    DeedKind.PUBLISHERS: "publishers",
    DeedKind.ENROLLED: "watching",
}


@dataclass(frozen=True)
class Row:
    """One deed, ready to be shown. `about` is the artifact or version, '' where it is about neither."""

    kind: str
    at: datetime
    by: str
    sentence: str
    repository: str
    about: str
    incident_id: str


@dataclass(frozen=True)
class Activity:
    """The page as data."""

    rows: tuple[Row, ...]
    newest: str
    older: str
    at: datetime


@dataclass(frozen=True)
class Seen:
    """What is read: the deeds, and the names of repositories by id."""

    deeds: Page[Deed]
    names: Mapping[int, str]


def see(book: Book, sees: Sees, after: str) -> Seen:
    """Read it, in one transaction and a fixed number of queries. A cursor that is not ours begins at the newest."""
    try:
        deeds = book.views.deeds(sees, after, ROWS)
    except BadCursor:
        deeds = book.views.deeds(sees, "", ROWS)
    ids = (deed.repository_id for deed in deeds.items if deed.repository_id is not None)
    return Seen(deeds, names(book, sees, ids))


def roll_up(seen: Seen, after: str, now: datetime) -> Activity:
    """The page from what the ledger holds. Pure."""
    older = keyset.address(after=seen.deeds.next) if seen.deeds.next else ""
    return Activity(
        tuple(_row(deed, seen.names) for deed in seen.deeds.items), keyset.address() if after else "", older, now
    )


def _row(deed: Deed, named: Mapping[int, str]) -> Row:
    about = ""
    if deed.artifact is not None:
        about = deed.artifact.versioned(deed.number) if deed.number else deed.artifact.label
    repository = named.get(deed.repository_id, "") if deed.repository_id is not None else ""
    return Row(
        WORDS[deed.kind],
        deed.at,
        shown(deed.by, 80),
        shown(deed.sentence, 800),
        repository,
        shown(about, 160),
        deed.incident_id,
    )


def routes(deps: Deps) -> Blueprint:
    """`GET /activity`."""
    blueprint = Blueprint("activity", __name__)

    @blueprint.get("/activity")
    def activity() -> str:
        after = keyset.after(request.args)
        with deps.ledger.reading() as book:
            seen = see(book, viewer().sees, after)
        return render_template("activity.html", page=roll_up(seen, after, deps.now()))

    return blueprint
