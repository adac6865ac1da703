"""The first page: what is safe, what is not, what is open, and what the monitor itself could not do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from app.pages.ring import Ring, ring
from app.pages.telling import Told, told
from app.pages.words import BADGES, Badge, plural, shown
from app.signin.gate import viewer
from verifier.ledger.health import Problem
from verifier.ledger.protocol import Book
from verifier.ledger.views import Page, Sees, Sort, Summary, Totals, Wanted
from verifier.model import Artifact, Incident, IncidentState
from verifier.model.standing import Standing
from verifier.verdict.enrolment import stopped

if TYPE_CHECKING:
    from app.deps import Deps

ROWS = 50
INCIDENTS = 5
TROUBLES = 5
LONGEST = 200
"""The most characters of a search."""
FARTHEST = 1_000_000

WORDS = {standing: badge.word for standing, badge in BADGES.items()}
SORTS = {
    Sort.WORST: "worst first",
    Sort.NAME: "name",
    Sort.PUBLISHED: "last published",
    Sort.POLLED: "last monitored",
    Sort.VERSIONS: "number of versions",
}
TYPES = ("npm", "pypi", "docker", "oci")


@dataclass(frozen=True)
class Count:
    """How many artifacts and how many versions stand so, and the address of the list of those artifacts."""

    badge: Badge
    artifacts: int
    versions: int
    url: str


@dataclass(frozen=True)
class Line:
    """One artifact. Everything in it may be shown; nothing in it is HTML. `warning`: a version is non-compliant."""

    purl: str
    name: str
    type: str
    badge: Badge
    warning: bool
    workflows: tuple[str, ...]
    versions: int
    counts: tuple[tuple[Badge, int], ...]
    odd: int
    published_at: datetime | None
    polled_at: datetime | None
    problem: str
    stopped: bool


@dataclass(frozen=True)
class Overview:
    """The whole page as data. `next_step` is empty when there is something to show."""

    counts: tuple[Count, ...]
    total: int
    ring: Ring
    lines: tuple[Line, ...]
    found: str
    wanted: Wanted
    previous: str
    next: str
    incidents: tuple[Told, ...]
    more_incidents: str
    troubles: tuple[Problem, ...]
    more_troubles: str
    next_step: str
    at: datetime


@dataclass(frozen=True)
class Seen:
    """What is read from the ledger for this page. `incidents` come with what was posted about each."""

    totals: Totals
    artifacts: Page[Summary]
    incidents: tuple[tuple[Incident, Told], ...] = ()
    more_incidents: bool = False
    problems: tuple[Problem, ...] = ()
    repositories: bool = False
    stopped: frozenset[Artifact] = frozenset()
    """Those of the artifacts at which nobody looks any more."""


def see(book: Book, sees: Sees, wanted: Wanted, now: datetime) -> Seen:
    """Read it, in one transaction and a fixed number of queries."""
    open_ = book.views.incidents(sees, (IncidentState.OPEN, IncidentState.ACKNOWLEDGED), "", INCIDENTS)
    totals = book.views.totals(sees)
    artifacts = book.views.artifacts(sees, wanted, counted(totals, wanted))
    return Seen(
        totals,
        artifacts,
        tuple((i, told(i, book.incidents.all_posted(i.id))) for i in open_.items),
        bool(open_.next),
        tuple(book.health.problems()) if sees is None else (),
        bool(artifacts.items) or any(not r.removed for r in book.repositories.all()),
        _stopped(book, [summary.artifact for summary in artifacts.items], now),
    )


def counted(totals: Totals, wanted: Wanted) -> int | None:
    """How many artifacts are wanted, where the totals say it already."""
    if wanted.text or wanted.type or wanted.repository_id is not None:
        return None
    if wanted.standing is None:
        return sum(totals.artifacts.values())
    return totals.artifacts.get(wanted.standing, 0)


def _stopped(book: Book, artifacts: Sequence[Artifact], now: datetime) -> frozenset[Artifact]:
    """In two queries. Who publishes an artifact and may not be seen counts too, and is not shown."""
    replied, publishers = book.enrolments.about(artifacts), book.repositories.publishers_among(artifacts)
    found = set[Artifact]()
    for artifact in {asked.artifact for asked, _ in replied}:
        about = [one for one in replied if one[0].artifact == artifact]
        if stopped(about, [p.repository_id for p in publishers if p.artifact == artifact], now) is not None:
            found.add(artifact)
    return frozenset(found)


def asked(query: Mapping[str, str]) -> Wanted:
    """What an address asks for; what it cannot mean counts as not said."""
    sort, standing = query.get("sort", ""), query.get("standing", "")
    type_, page = query.get("type", ""), query.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    return Wanted(
        text=query.get("q", "").strip()[:LONGEST],
        type=type_ if type_ in TYPES else "",
        standing=Standing(standing) if standing in list(Standing) else None,
        sort=Sort(sort) if sort in list(Sort) else Sort.WORST,
        descending=query.get("order") == "desc",
        offset=min(max(number - 1, 0) * ROWS, FARTHEST),
        limit=ROWS,
    )


def address(wanted: Wanted) -> str:
    """The query that asks for it again, with its `?`; '' for the page as it opens."""
    said = {
        "q": wanted.text,
        "type": wanted.type,
        "standing": wanted.standing.value if wanted.standing is not None else "",
        "sort": wanted.sort.value if wanted.sort is not Sort.WORST else "",
        "order": "desc" if wanted.descending else "",
        "page": str(wanted.offset // ROWS + 1) if wanted.offset else "",
    }
    query = urlencode({key: value for key, value in said.items() if value})
    return f"?{query}" if query else ""


def roll_up(seen: Seen, wanted: Wanted, now: datetime) -> Overview:
    """The page from what the ledger holds. Pure."""
    total = sum(seen.totals.artifacts.values())
    first, last = wanted.offset + 1, wanted.offset + len(seen.artifacts.items)
    everything = replace(wanted, offset=0, standing=None)
    counts = [
        Count(
            BADGES[s],
            seen.totals.artifacts.get(s, 0),
            seen.totals.versions.get(s, 0),
            address(replace(everything, standing=s)),
        )
        for s in Standing
        if s is not Standing.WAIVED or seen.totals.versions.get(s, 0)
    ]
    filtered = (wanted.text, wanted.type, wanted.standing) != ("", "", None)
    return Overview(
        tuple(counts),
        total,
        ring(seen.totals.versions, WORDS),
        tuple(_line(summary, summary.artifact in seen.stopped) for summary in seen.artifacts.items),
        f"{first:,} to {last:,} of {plural(seen.artifacts.total, 'artifact')}" if last >= first else "",
        wanted,
        address(replace(wanted, offset=max(wanted.offset - ROWS, 0))) or "?" if wanted.offset else "",
        address(replace(wanted, offset=wanted.offset + ROWS)) if last < seen.artifacts.total else "",
        tuple(one for _, one in seen.incidents),
        "All of them" if seen.more_incidents else "",
        seen.problems[:TROUBLES],
        f"and {plural(len(seen.problems) - TROUBLES, 'more problem')}" if len(seen.problems) > TROUBLES else "",
        "" if total or filtered else "name" if seen.repositories else "install",
        now,
    )


def _line(summary: Summary, stopped: bool) -> Line:
    counts = tuple((BADGES[s], n) for s in Standing if (n := summary.counts.get(s, 0)))
    return Line(
        summary.artifact.purl,
        shown(summary.artifact.label, 120),
        summary.artifact.type,
        BADGES[summary.standing],
        summary.counts.get(Standing.NON_COMPLIANT, 0) > 0,
        tuple(shown(path.removeprefix(".github/workflows/"), 80) for path in summary.workflows[:3]),
        summary.versions,
        counts,
        summary.odd,
        summary.published_at,
        summary.polled_at,
        shown(summary.problem, 300),
        stopped,
    )


def routes(deps: Deps) -> Blueprint:
    """`GET /`."""
    blueprint = Blueprint("overview", __name__)

    @blueprint.get("/")
    def overview() -> str:
        wanted = asked(request.args)
        with deps.ledger.reading() as book:
            seen = see(book, viewer().sees, wanted, deps.now())
        page = roll_up(seen, wanted, deps.now())
        return render_template("overview.html", page=page, sorts=SORTS, types=TYPES, badges=BADGES)

    return blueprint
