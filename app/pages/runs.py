"""The ledger: runs, tags and releases as GitHub told of them, those deleted there too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from flask import Blueprint, render_template, request

from app.pages import keyset
from app.pages.incidents import names
from app.pages.words import link, shown
from app.signin.gate import viewer
from app.viewer import Viewer
from verifier.ledger.protocol import Book
from verifier.ledger.views import BadCursor, Page
from verifier.model import Ref, Release, Run

if TYPE_CHECKING:
    from app.deps import Deps

T = TypeVar("T")

ROWS = 50
LABELS = {"runs": "Runs", "tags": "Tags", "releases": "Releases"}
LONGEST = 200
"""The longest name of a repository that is looked for, in characters."""
_STYLES = {"success": "compliant", "failure": "non-compliant", "timed_out": "non-compliant"}
_SIGNS = {"compliant": "✓", "non-compliant": "✗", "pending": "…", "unverifiable": "–"}


@dataclass(frozen=True)
class Wanted:
    """Which list, of which repository (`owner/name`, '' for all), and from where on."""

    list: str = "runs"
    repository: str = ""
    after: str = ""


@dataclass(frozen=True)
class RunRow:
    """One attempt. `url` leads to its logs, '' where GitHub named no address that a browser may open."""

    title: str
    url: str
    repository: str
    workflow: str
    event: str
    ref: str
    attempt: int
    conclusion: str
    style: str
    sign: str
    actor: str
    at: datetime


@dataclass(frozen=True)
class RefRow:
    """A tag or a release. `gone_at`: when it was deleted, None while it is there. `sha`: of a tag, the commit."""

    name: str
    repository: str
    by: str
    sha: str
    at: datetime | None
    gone_at: datetime | None


@dataclass(frozen=True)
class Seen:
    """What is read. `unknown`: there is no such repository, or who looks may not see it."""

    names: Mapping[int, str]
    runs: Page[Run] = field(default_factory=lambda: Page(()))
    tags: Page[Ref] = field(default_factory=lambda: Page(()))
    releases: Page[Release] = field(default_factory=lambda: Page(()))
    unknown: bool = False


@dataclass(frozen=True)
class Listed:
    """The page as data."""

    list: str
    tabs: tuple[keyset.Tab, ...]
    repository: str
    unknown: bool
    runs: tuple[RunRow, ...]
    refs: tuple[RefRow, ...]
    newest: str
    older: str
    at: datetime


def asked(query: Mapping[str, str]) -> Wanted:
    """What an address asks for; what it cannot mean counts as not said."""
    of = query.get("list", "runs")
    return Wanted(of if of in LABELS else "runs", query.get("repository", "").strip()[:LONGEST], keyset.after(query))


def see(book: Book, who: Viewer, wanted: Wanted) -> Seen:
    """Read it, in one transaction and a fixed number of queries. A cursor that is not ours begins at the newest."""
    of = None
    if wanted.repository:
        found = book.repositories.named(wanted.repository)
        if found is None or not who.may_see(found.id):
            return Seen({}, unknown=True)
        of = found.id
    runs, tags, releases = Page[Run](()), Page[Ref](()), Page[Release](())
    match wanted.list:
        case "tags":
            tags = _page(lambda after: book.views.tags(who.sees, of, after, ROWS), wanted)
        case "releases":
            releases = _page(lambda after: book.views.releases(who.sees, of, after, ROWS), wanted)
        case _:
            runs = _page(lambda after: book.views.runs(who.sees, of, after, ROWS), wanted)
    ids = {run.key.repository_id for run in runs.items}
    ids |= {ref.repository_id for ref in tags.items} | {release.repository_id for release in releases.items}
    return Seen(names(book, who.sees, ids), runs, tags, releases)


def _page(read: Callable[[str], Page[T]], wanted: Wanted) -> Page[T]:
    try:
        return read(wanted.after)
    except BadCursor:
        return read("")


def roll_up(seen: Seen, wanted: Wanted, now: datetime) -> Listed:
    """The page from what the ledger holds. Pure."""
    of = {"list": wanted.list if wanted.list != "runs" else "", "repository": wanted.repository}
    following = next((page.next for page in (seen.runs, seen.tags, seen.releases) if page.next), "")
    tags = [_tag(ref, seen.names) for ref in seen.tags.items]
    releases = [_release(release, seen.names) for release in seen.releases.items]
    return Listed(
        wanted.list,
        keyset.tabs("list", LABELS, wanted.list, repository=wanted.repository),
        wanted.repository,
        seen.unknown,
        tuple(_run(run, seen.names) for run in seen.runs.items),
        (*tags, *releases),
        keyset.address(**of) if wanted.after else "",
        keyset.address(**of, after=following) if following else "",
        now,
    )


def _run(run: Run, named: Mapping[int, str]) -> RunRow:
    style = _STYLES.get(run.conclusion or "", "unverifiable") if run.completed else "pending"
    actor = run.triggering_actor or run.actor
    return RunRow(
        shown(run.title or f"run {run.key.run_id}", 100),
        link(run.url),
        named.get(run.key.repository_id, ""),
        shown(run.workflow.removeprefix(".github/workflows/"), 80),
        shown(run.event, 40),
        shown(run.head_branch or run.head_sha[:12], 80),
        run.key.attempt,
        shown((run.conclusion or run.status).replace("_", " "), 40),
        style,
        _SIGNS[style],
        shown(actor, 60) if actor == run.actor else f"{shown(actor, 60)} for {shown(run.actor, 60)}",
        run.started_at,
    )


def _tag(ref: Ref, named: Mapping[int, str]) -> RefRow:
    gone = ref.deleted_at if ref.gone else None
    return RefRow(
        shown(ref.name, 120),
        named.get(ref.repository_id, ""),
        shown(ref.pusher, 60),
        shown(ref.commit, 64),
        ref.at if ref.commit else None,
        gone,
    )


def _release(release: Release, named: Mapping[int, str]) -> RefRow:
    return RefRow(
        shown(release.tag, 120),
        named.get(release.repository_id, ""),
        shown(release.author, 60),
        "",
        release.published_at,
        release.deleted_at,
    )


def routes(deps: Deps) -> Blueprint:
    """`GET /runs`."""
    blueprint = Blueprint("runs", __name__)

    @blueprint.get("/runs")
    def runs() -> str:
        wanted = asked(request.args)
        with deps.ledger.reading() as book:
            seen = see(book, viewer(), wanted)
        return render_template("runs.html", page=roll_up(seen, wanted, deps.now()))

    return blueprint
