"""One artifact: its versions against the runs of its workflows, who may publish it, and how every version stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for

from app.pages.errors import Unknown
from app.pages.halting import Halting, halting
from app.pages.known_by import KnownBy, known_by
from app.pages.overview import WORDS
from app.pages.publishing import By, by
from app.pages.ring import Ring, ring
from app.pages.telling import Told, told
from app.pages.timeline import Publication, Timeline, timeline
from app.pages.version_row import Row, pointing, row, said_by
from app.pages.words import BADGES, Badge, shown
from app.signin.gate import viewer
from app.viewer import Viewer
from verifier import purls
from verifier.ledger.protocol import Book, Watch
from verifier.ledger.rows import Dossier
from verifier.ledger.views import BadCursor, Page, Sees, Summary
from verifier.model import Artifact, Incident, IncidentState, Publisher, Replied, Repository, Run, RunKey
from verifier.model.standing import Standing

if TYPE_CHECKING:
    from app.deps import Deps

ROWS = 50
DRAWN = 60
"""How many of the newest versions the timeline shows."""
RECENT = 100
"""How many of the repository's newest runs are looked through for those of its publish workflows."""
REPOSITORIES = 5
"""The most repositories of one artifact whose names are read."""
TAGS = 40
"""The most dist-tags that are listed."""
INCIDENTS = 3
"""The most incidents that are shown: what stands open, else the newest that ended."""


@dataclass(frozen=True)
class Asked:
    """Which versions: from where on, and how they stand."""

    after: str = ""
    standing: Standing | None = None


@dataclass(frozen=True)
class Seen:
    """What is read from the ledger for this page. `runs` are those that versions rest on, and the newest."""

    summary: Summary
    watch: Watch
    publishers: tuple[Publisher, ...]
    repositories: tuple[Repository, ...]
    newest: tuple[Dossier, ...]
    page: Page[Dossier]
    runs: tuple[Run, ...]
    asked: Asked = Asked()
    everybody: tuple[Publisher, ...] = ()
    """All who publish it, also those that may not be seen; none of it is shown."""
    replied: tuple[Replied, ...] = ()
    incidents: tuple[Incident, ...] = ()
    """Those that the newest versions and the page's belong to, and that may be seen, newest first."""


@dataclass(frozen=True)
class Count:
    """How many versions stand so, and the address of their list."""

    badge: Badge
    number: int
    url: str
    chosen: bool


@dataclass(frozen=True)
class Shown:
    """The whole page as data. Everything in it may be shown; nothing in it is HTML."""

    purl: str
    name: str
    type: str
    badge: Badge
    published_at: datetime | None
    polled_at: datetime | None
    watched_since: datetime
    preview: bool
    problem: str
    incidents: tuple[Told, ...]
    by: tuple[By, ...]
    known_by: KnownBy | None
    total: int
    counts: tuple[Count, ...]
    odd: int
    ring: Ring
    timeline: Timeline
    alone: int
    rows: tuple[Row, ...]
    newest: str
    older: str
    everything: str
    tags: tuple[tuple[str, str, str], ...]
    more_tags: int
    is_image: bool
    halting: Halting
    at: datetime


def named(query: Mapping[str, str]) -> Artifact | None:
    """The artifact that an address names; None where it names none."""
    try:
        return purls.artifact(query.get("purl", ""))
    except ValueError:
        return None


def asked(query: Mapping[str, str]) -> Asked:
    """What an address asks for; what it cannot mean counts as not said."""
    standing = query.get("standing", "")
    return Asked(query.get("after", ""), Standing(standing) if standing in list(Standing) else None)


def see(book: Book, sees: Sees, artifact: Artifact, wanted: Asked) -> Seen | None:
    """Read it, in one transaction and a fixed number of queries; None where it is not there, or may not be seen."""
    summary, watch = book.views.artifact(sees, artifact), book.versions.watch(artifact)
    if summary is None or watch is None:
        return None
    said = book.repositories.publishers_of(artifact)
    publishers = tuple(p for p in said if sees is None or p.repository_id in sees)
    ids = list(dict.fromkeys(p.repository_id for p in publishers))[:REPOSITORIES]
    repositories = tuple(book.repositories.some(ids))
    newest = book.views.versions(artifact, limit=DRAWN).items
    try:
        page = book.views.versions(artifact, wanted.after, ROWS, wanted.standing)
    except BadCursor:
        wanted = Asked(standing=wanted.standing)
        page = book.views.versions(artifact, "", ROWS, wanted.standing)
    resting = book.views.attempts(sees, [key for d in (*newest, *page.items) if (key := rests_on(d)) is not None])
    workflows = {path for p in publishers for path in p.workflows}
    recent = book.views.runs(sees, ids[0], limit=RECENT).items if ids else ()
    ours = (run for run in recent if not run.workflows.isdisjoint(workflows))
    runs = {run.key: run for run in (*resting, *ours)}
    replied = tuple(book.enrolments.about([artifact]))
    incidents = book.incidents.some({d.incident_id for d in (*newest, *page.items) if d.incident_id is not None})
    return Seen(
        summary,
        watch,
        publishers,
        repositories,
        newest,
        page,
        tuple(runs.values()),
        wanted,
        tuple(said),
        replied,
        tuple(one for one in incidents if sees is None or one.repository_id in sees),
    )


def concerning(incidents: Sequence[Incident]) -> tuple[Incident, ...]:
    """What to show of them, given newest first: the newest that stand open, else the newest that ended."""
    open_ = [one for one in incidents if one.state is not IncidentState.RESOLVED]
    return tuple(open_[:INCIDENTS] or incidents[:1])


def rests_on(dossier: Dossier) -> RunKey | None:
    """The run that accounts for a version, None where none does."""
    return said_by(dossier.verdict).run if dossier.standing is Standing.COMPLIANT and dossier.verdict else None


def address(purl: str, wanted: Asked) -> str:
    """The query that asks for it again, with its `?`."""
    said = {"purl": purl, "standing": wanted.standing.value if wanted.standing else "", "after": wanted.after}
    return f"?{urlencode({key: value for key, value in said.items() if value})}"


def roll_up(seen: Seen, now: datetime, who: Viewer) -> Shown:
    """The page from what the ledger holds. Pure, but for the addresses of our own pages."""
    summary, watch, purl = seen.summary, seen.watch, seen.summary.artifact.purl
    runs = {run.key: run for run in seen.runs}
    tags = pointing(watch, (*seen.newest, *seen.page.items))
    picture = timeline([_publication(dossier) for dossier in seen.newest], seen.runs)
    counts = [
        Count(BADGES[s], n, address(purl, Asked(standing=s)), s is seen.asked.standing)
        for s in Standing
        if (n := summary.counts.get(s, 0))
    ]
    names = {repository.id: repository for repository in seen.repositories}
    return Shown(
        purl,
        shown(summary.artifact.label, 200),
        summary.artifact.type,
        BADGES[summary.standing],
        summary.published_at,
        summary.polled_at,
        watch.first_contact,
        watch.preview,
        shown(summary.problem, 400),
        tuple(told(one, ()) for one in concerning(seen.incidents)),
        tuple(by(publisher, names.get(publisher.repository_id)) for publisher in seen.publishers[:REPOSITORIES]),
        known_by(seen.newest),
        summary.versions,
        tuple(counts),
        summary.odd,
        ring(summary.counts, WORDS),
        picture,
        sum(dot.missing for dot in picture.dots),
        tuple(row(dossier, runs, tags) for dossier in seen.page.items),
        address(purl, Asked(standing=seen.asked.standing)) if seen.asked.after else "",
        address(purl, Asked(seen.page.next, seen.asked.standing)) if seen.page.next else "",
        address(purl, Asked()) if seen.asked.standing else "",
        tuple((shown(name, 60), number, shown(number, 80)) for name, number in watch.channels[:TAGS]),
        max(len(watch.channels) - TAGS, 0),
        summary.artifact.is_image,
        halting(who, seen.everybody, names, seen.replied, now),
        now,
    )


def _publication(dossier: Dossier) -> Publication:
    version, key = dossier.version, rests_on(dossier)
    url = url_for("version.version", purl=version.artifact.purl, number=version.number)
    return Publication(version.number, version.at, dossier.standing, str(key) if key else "", url)


def routes(deps: Deps) -> Blueprint:
    """`GET /artifact?purl=…`."""
    blueprint = Blueprint("artifact", __name__)

    @blueprint.get("/artifact")
    def artifact() -> str:
        wanted = named(request.args)
        with deps.ledger.reading() as book:
            seen = see(book, viewer().sees, wanted, asked(request.args)) if wanted is not None else None
        if seen is None:
            raise Unknown(
                "There is no such artifact here",
                "Nobody watches it, or GitHub does not show you the repository that publishes it.",
            )
        return render_template("artifact.html", page=roll_up(seen, deps.now(), viewer()))

    return blueprint
