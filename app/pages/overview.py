"""The first page: what stands where, what is open, and what the monitor itself could not do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from app.pages.words import (
    LIMIT,
    ODD,
    PENDING,
    ROGUE,
    STANDINGS,
    SUSPECT,
    UNVERIFIABLE,
    Standing,
    link,
    moment,
    plural,
    short,
    shown,
    span,
    standing,
)
from app.signin.gate import viewer
from app.viewer import Viewer
from verifier.ledger.health import Problem
from verifier.ledger.protocol import Book, Dossier, Posted, Watch
from verifier.model import Artifact, Incident, IncidentState, Version
from verifier.model.standing import is_history

if TYPE_CHECKING:
    from app.deps import Deps

SETTLED = timedelta(days=7)
"""How long after it was opened a settled incident is still shown: links in messages lead to it."""

NEWEST = 8
"""How many of an artifact's versions are shown where none needs attention."""
MOST = 100
"""The most rows of one list; the page says how many are left out."""

_CHANNELS = {"check_run": "check run", "issue": "issue", "advisory": "advisory"}
_ORDER = {name: position for position, name in enumerate(_CHANNELS)}


@dataclass(frozen=True)
class Total:
    """How many versions stand so."""

    standing: Standing
    number: int


@dataclass(frozen=True)
class Link:
    """Where we have spoken about it."""

    label: str
    url: str


@dataclass(frozen=True)
class Words:
    """A sentence as the table shows it, digests cut short. `full` has what was left out; '' where nothing was."""

    text: str
    full: str = ""


@dataclass(frozen=True)
class Row:
    """One version as a line of the table. Everything in it may be shown; nothing in it is HTML."""

    number: str
    standing: Standing
    confidence: str
    why: Words
    anomalies: tuple[Words, ...]
    published: str
    noticed: str
    lag: str
    """How long after the publication we saw it first; empty for what was there before we watched."""
    removed: bool
    posts: tuple[Link, ...]


@dataclass(frozen=True)
class Group:
    """One artifact with the versions worth showing. `more` says what is left out."""

    name: str
    type: str
    summary: str
    note: str
    rows: tuple[Row, ...]
    more: str


@dataclass(frozen=True)
class Told:
    """One incident that stands open, or was settled lately. `state` says which, and who looks after it."""

    id: str
    title: str
    standing: Standing
    opened: str
    ago: str
    state: str
    versions: tuple[str, ...]
    more: str
    posts: tuple[Link, ...]


@dataclass(frozen=True)
class Trouble:
    """Something the monitor could not do."""

    subject: str
    sentence: str
    since: str
    ago: str


@dataclass(frozen=True)
class Overview:
    """The whole page as data. `next_step` is empty when there is something to show."""

    totals: tuple[Total, ...]
    groups: tuple[Group, ...]
    more_groups: str
    incidents: tuple[Told, ...]
    more_incidents: str
    troubles: tuple[Trouble, ...]
    more_troubles: str
    next_step: str
    at: str


@dataclass(frozen=True)
class Seen:
    """What is read from the ledger for this page."""

    watches: tuple[Watch, ...] = ()
    dossiers: tuple[Dossier, ...] = ()
    incidents: tuple[Incident, ...] = ()
    posted: tuple[Posted, ...] = ()
    problems: tuple[Problem, ...] = ()
    repositories: int = 0


def see(book: Book, viewer: Viewer) -> Seen:
    """Read what they may see, in one transaction. What the monitor itself could not do is the operator's to see."""
    watches = tuple(watch for watch in book.versions.watches() if _shown_to(viewer, book, watch.artifact))
    incidents = tuple(incident for incident in book.incidents.all() if viewer.may_see(incident.repository_id))
    return Seen(
        watches,
        tuple(dossier for watch in watches for dossier in book.versions.of(watch.artifact)),
        incidents,
        tuple(posted for incident in incidents for posted in book.incidents.all_posted(incident.id)),
        tuple(book.health.problems()) if viewer.operator else (),
        sum(1 for known in book.repositories.all() if not known.removed and viewer.may_see(known.id)),
    )


def _shown_to(viewer: Viewer, book: Book, artifact: Artifact) -> bool:
    """They may see a repository that publishes it; the operator sees what nobody publishes (any more), too."""
    if viewer.sees is None:
        return True
    return any(viewer.may_see(publisher.repository_id) for publisher in book.repositories.publishers_of(artifact))


def roll_up(seen: Seen, now: datetime) -> Overview:
    """The page from what the ledger holds. Pure; versions that need attention are never left out for newer ones."""
    judged = [d for d in seen.dossiers if not d.version.placeholder]
    counted = Counter(standing_of(d) for d in judged)
    posts = _posts(seen.posted)
    of: dict[Artifact, list[Dossier]] = {watch.artifact: [] for watch in seen.watches}
    for dossier in judged:
        of.setdefault(dossier.version.artifact, []).append(dossier)
    watch_of = {watch.artifact: watch for watch in seen.watches}
    groups = [
        _group(artifact, dossiers, watch_of.get(artifact), posts)
        for artifact, dossiers in sorted(of.items(), key=lambda item: _urgency(*item))
    ]
    kept = [i for i in seen.incidents if i.state is not IncidentState.RESOLVED or now - i.opened_at <= SETTLED]
    newest = sorted(kept, key=lambda i: (i.state is not IncidentState.RESOLVED, i.opened_at), reverse=True)
    told = [_told(incident, posts, now) for incident in newest]
    troubles = [
        Trouble(shown(p.subject), shown(p.sentence, 400), moment(p.since), span(now - p.since))
        for p in sorted(seen.problems, key=lambda p: p.last_at, reverse=True)
    ]
    return Overview(
        tuple(Total(each, counted[each]) for each in STANDINGS),
        tuple(groups[:MOST]),
        _left_out(len(groups), "artifact"),
        tuple(told[:MOST]),
        _left_out(len(told), "incident"),
        tuple(troubles[:MOST]),
        _left_out(len(troubles), "problem"),
        _next_step(seen),
        moment(now),
    )


def _next_step(seen: Seen) -> str:
    if seen.watches or seen.dossiers:
        return ""
    return "name" if seen.repositories else "install"


def _urgency(artifact: Artifact, dossiers: Sequence[Dossier]) -> tuple[int, float, str]:
    worst = min((STANDINGS.index(standing_of(d)) for d in dossiers), default=len(STANDINGS))
    newest = max((d.version.at.timestamp() for d in dossiers), default=0.0)
    return worst, -newest, artifact.purl


def _group(
    artifact: Artifact, dossiers: Sequence[Dossier], watch: Watch | None, posts: dict[str, tuple[Link, ...]]
) -> Group:
    newest = sorted(dossiers, key=lambda d: (d.version.at, d.version.rank), reverse=True)
    urgent = [d.version.number for d in newest if standing_of(d) in (ROGUE, SUSPECT, PENDING)][:MOST]
    chosen = {*urgent, *(d.version.number for d in newest[:NEWEST])}
    kept = [d for d in newest if d.version.number in chosen]
    left = Counter(standing_of(d) for d in newest if d.version.number not in chosen)
    counted = Counter(standing_of(d) for d in newest)
    note = ""
    if watch is not None and watch.problem:
        note = shown(f"Could not look: {watch.problem}", 400)
    elif watch is not None and not newest:
        note = "Not looked at yet." if watch.polled_at is None else "The registry shows no version of it."
    return Group(
        shown(artifact.label),
        artifact.type,
        _counts(counted),
        note,
        tuple(_row(d, watch, posts) for d in kept),
        f"and {plural(sum(left.values()), 'more tag' if artifact.is_image else 'more version')}: {_counts(left)}"
        if left
        else "",
    )


def _row(dossier: Dossier, watch: Watch | None, posts: dict[str, tuple[Link, ...]]) -> Row:
    version, verdict = dossier.version, dossier.verdict
    reasons = verdict.reasons if verdict is not None else ()
    published = version.published_at
    ours = published is not None and watch is not None and published >= watch.since(version)
    return Row(
        shown(version.number, 64),
        standing_of(dossier),
        "" if verdict is None or standing(verdict) is PENDING else verdict.confidence.word,
        _words(reasons[0].sentence, 400) if reasons else Words("" if verdict is not None else _unexamined(version)),
        tuple(_words(f.sentence) for f in verdict.anomalies[:3]) if verdict is not None else (),
        moment(published),
        moment(version.first_seen_at),
        span(version.first_seen_at - published) if ours and published is not None else "",
        version.removed_at is not None,
        posts.get(dossier.incident_id or "", ()),
    )


def standing_of(dossier: Dossier) -> Standing:
    """How a version is shown: of an image's old tags, which nobody examines, that nothing could settle them."""
    if dossier.verdict is None and is_history(dossier.version):
        return UNVERIFIABLE
    return standing(dossier.verdict)


def _unexamined(version: Version) -> str:
    return "It was there before we began to watch." if is_history(version) else "Not examined yet."


def _words(sentence: str, limit: int = LIMIT) -> Words:
    full = shown(sentence, 2 * limit)
    text = shown(short(sentence), limit)
    return Words(text, "" if text == full else full)


def _told(incident: Incident, posts: dict[str, tuple[Link, ...]], now: datetime) -> Told:
    members = [member for member in incident.members if member.open] or list(incident.members)
    names = [shown(m.artifact.versioned(m.number), 120) for m in members]
    of = {m.artifact for m in members}
    version, artifact = ("tag", "image") if all(a.is_image for a in of) else ("version", "package")
    if len({a.is_image for a in of}) > 1:
        artifact = "artifact"
    title = names[0] if len(names) == 1 else f"{plural(len(names), version)} of {plural(len(of), artifact)}"
    return Told(
        incident.id,
        title,
        ROGUE if incident.rogue else SUSPECT if any(m.suspect for m in members) else ODD,
        moment(incident.opened_at),
        span(now - incident.opened_at),
        _state(incident),
        tuple(names[:NEWEST]) if len(names) > 1 else (),
        f"and {len(names) - NEWEST:,} more" if len(names) > NEWEST else "",
        posts.get(incident.id, ()),
    )


def _state(incident: Incident) -> str:
    """In words; '' while it simply stands open."""
    if incident.state is IncidentState.RESOLVED:
        return "settled"
    given = incident.acknowledged
    if given is None or incident.state is not IncidentState.ACKNOWLEDGED:
        return ""
    return f"acknowledged by {shown(given.by, 60)} until {moment(given.until)}: {shown(given.reason, 200)}"


def _posts(posted: Iterable[Posted]) -> dict[str, tuple[Link, ...]]:
    found: dict[str, tuple[Link, ...]] = {}
    for post in sorted(posted, key=lambda p: (_ORDER.get(p.channel, len(_ORDER)), p.channel)):
        if url := link(post.url):
            label = _CHANNELS.get(post.channel, shown(post.channel, 20))
            found[post.incident_id] = (*found.get(post.incident_id, ()), Link(label, url))
    return found


def _counts(counted: Counter[Standing]) -> str:
    return ", ".join(f"{counted[each]:,} {each.word}" for each in STANDINGS if counted[each])


def _left_out(number: int, word: str) -> str:
    return f"and {plural(number - MOST, f'more {word}')}" if number > MOST else ""


def routes(deps: Deps) -> Blueprint:
    """`GET /`."""
    blueprint = Blueprint("overview", __name__)

    @blueprint.get("/")
    def overview() -> str:
        with deps.ledger.reading() as book:
            seen = see(book, viewer())
        return render_template("overview.html", page=roll_up(seen, deps.now()))

    return blueprint
