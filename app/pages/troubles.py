"""The monitor's own health: what it could not do and since when, what waits, and whether webhooks are missing.

What is wrong names repositories, registries and routes: the operator alone reads it. Others read whether all is well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from flask import Blueprint, Response, render_template, request, url_for

from app import anchors, notify
from app.github.server import LACKS, lacks
from app.pages.incidents import names
from app.pages.routes_tried import rows
from app.pages.words import plural, shown, span
from app.processes.clock import MISSING_AFTER, NAME
from app.signin.gate import viewer
from app.signin.shown import notice
from app.wake import STEPS
from verifier.ledger.chain import Anchor, anchored
from verifier.ledger.health import Budget, Problem, Server
from verifier.ledger.protocol import Book, Link, Queue
from verifier.model.backfill import Backfill, Gap
from verifier.model.sweep import Sweep

if TYPE_CHECKING:
    from app.deps import Deps

log = structlog.get_logger()

NOT_YOURS = (
    "Routes are tested by whoever runs the monitor: with artifact-monitor notify test, or here on a machine where "
    "nobody logs in."
)
GONE = "There is no such route here any more; the health page lists those that there are."
SHOWN = 100
"""The most problems, gaps and deliveries of each kind that are listed."""
QUIET = timedelta(minutes=1)
"""A clock that was not heard of for so long is late: it says every ten seconds that it is alive."""

_STEPS = {
    "hear": "webhooks to be heard",
    "inspect": "runs, workflows and config files to be read at GitHub",
    "poll": "artifacts to be looked at in their registries",
    "examine": "versions to be judged",
    "tell": "things to be told out of band",
    "report": "posts at GitHub to be brought up to date",
}
_KINDS = {
    "Registries": ("poll", "registry", "unread", "look", "examine"),
    "GitHub": ("inspect", "report", "log", "config", "config-run", "setup"),
    "Places that are told": ("tell", "route", "person", "mail"),
}
"""What the subjects of problems begin with, by what they are about; all others are about the monitor itself."""
OURS = "The monitor itself"
MISSING = (
    "Webhooks of this repository may be missing, and nothing published since is settled until they are made good: "
    "GitHub is asked to deliver them again, and its lists are read where that does not help."
)


@dataclass(frozen=True)
class Row:
    """One line of text, with what it is about and since when."""

    sentence: str
    about: str
    since: datetime | None


@dataclass(frozen=True)
class Group:
    """Lines of one kind; `more` counts those that are left out."""

    title: str
    rows: tuple[Row, ...]
    more: int = 0


@dataclass(frozen=True)
class Step:
    """How much one step has to do."""

    name: str
    what: str
    due: int
    wanted: int
    late: str


@dataclass(frozen=True)
class Troubles:
    """The page as data. Who is no operator gets `well` and nothing else."""

    well: bool
    full: bool
    clock: str
    clock_at: datetime | None
    clock_well: bool
    groups: tuple[Group, ...]
    steps: tuple[Step, ...]
    at: datetime
    reading: tuple[Row, ...] = ()
    """The repositories whose past is being read, which is no trouble by itself."""
    anchor: Anchor | None = None
    """Where the ledger ends now; None before the first fact."""
    anchored_at: datetime | None = None
    """When the clock last said in the log where it ended."""


@dataclass(frozen=True)
class Seen:
    """What is read: for who is no operator, whether there is any trouble and no more."""

    problems: tuple[Problem, ...]
    given_up: tuple[tuple[str, str], ...]
    gaps: Mapping[int, Gap]
    beat: datetime | None
    waiting: int = 0
    queues: tuple[Queue, ...] = ()
    budgets: tuple[Budget, ...] = ()
    names: Mapping[int, str] | None = None
    server: Server | None = None
    reading: tuple[Backfill, ...] = ()
    sweep: Sweep | None = None
    last: Link | None = None
    anchored_at: datetime | None = None


def see(book: Book, now: datetime, *, full: bool, api: str = "") -> Seen:
    """Read it, in one transaction and a fixed number of queries."""
    seen = Seen(
        tuple(book.health.problems()),
        tuple(book.inbox.given_up(SHOWN + 1)),
        book.repositories.gaps(),
        book.health.last_beat(NAME),
        sweep=book.missed.sweep(),
    )
    if not full:
        return seen
    return Seen(
        seen.problems,
        seen.given_up,
        seen.gaps,
        seen.beat,
        book.inbox.waiting(),
        tuple(book.work.queues(now)),
        tuple(book.health.budgets()),
        names(book, None, seen.gaps),
        book.health.server(api),
        tuple(book.missed.unfinished()),
        seen.sweep,
        book.last_link(),
        book.health.last_beat(anchors.NAME),
    )


def roll_up(seen: Seen, now: datetime, *, full: bool) -> Troubles:
    """The page from what the ledger holds. Pure."""
    quiet = now - seen.beat if seen.beat is not None else None
    alive = quiet is not None and quiet <= QUIET
    lost = seen.sweep.lost if seen.sweep is not None else 0
    well = alive and not (seen.problems or seen.given_up or seen.gaps or lost)
    if not full:
        return Troubles(well, False, "", None, alive, (), (), now)
    groups, steps, reading = tuple(_groups(seen, now)), tuple(_steps(seen, now)), tuple(_reading(seen)[:SHOWN])
    anchor = anchored(seen.last) if seen.last is not None else None
    return Troubles(well, True, _clock(quiet), seen.beat, alive, groups, steps, now, reading, anchor, seen.anchored_at)


def _clock(quiet: timedelta | None) -> str:
    if quiet is None:
        return "No clock was ever seen: nothing is looked at again by itself. Start one: artifact-monitor clock."
    if quiet <= QUIET:
        return "The clock runs."
    missing = " Webhooks may have been missed: GitHub's lists are read when it runs again." * (quiet > MISSING_AFTER)
    return f"The clock was not heard of for {span(quiet)}: nothing is looked at again by itself meanwhile.{missing}"


def _groups(seen: Seen, now: datetime) -> list[Group]:
    known = seen.names or {}
    of = dict[str, list[Row]]()
    for problem in seen.problems:
        row = Row(shown(problem.sentence, 600), shown(problem.subject, 160), problem.since)
        of.setdefault(kind_of(problem.subject), []).append(row)
    missing = [
        Row(MISSING, known.get(number, f"repository {number}"), gap.since)
        for number, gap in sorted(seen.gaps.items(), key=lambda item: item[1].since)
    ]
    lost = [
        Row(
            f"{plural(sweep.lost, 'webhook')} of GitHub's never came here; they are asked for again.",
            "",
            sweep.lost_since,
        )
        for sweep in [seen.sweep]
        if sweep is not None and sweep.lost
    ]
    given_up = [Row(shown(problem, 600), f"delivery {shown(id, 80)}", None) for id, problem in seen.given_up]
    refused = [
        Row(f"Left alone until {budget.until:%Y-%m-%d %H:%M} UTC, as it asked.", shown(budget.host, 120), None)
        for budget in seen.budgets
        if budget.until > now and (budget.refused or not budget.left)
    ]
    titled = [(title, of.get(title, [])) for title in (*_KINDS, OURS)]
    lacking = [
        Row(f"GitHub Enterprise Server {shown(server.version, 40)} {LACKS}", shown(server.api, 120), None)
        for server in (seen.server,)
        if server is not None and lacks(server.version)
    ]
    titled += [
        ("Hosts that grant no more requests", refused),
        ("What this GitHub does not have", lacking),
        ("Webhooks that did not come", lost),
        ("Gaps in GitHub's webhooks", missing),
        ("Deliveries given up", given_up),
    ]
    return [_group(title, rows) for title, rows in titled if rows]


def _reading(seen: Seen) -> list[Row]:
    """How far each past is read."""
    known = seen.names or {}
    return [
        Row(
            f"About {int(100 * one.share)} % of what GitHub lists is read: {one.read.runs:,} runs, "
            f"{one.read.releases:,} releases and {one.read.tags:,} tags so far.",
            known.get(one.repository_id, f"repository {one.repository_id}"),
            one.since,
        )
        for one in seen.reading
    ]


def kind_of(subject: str) -> str:
    """What a problem is about, by how its subject begins."""
    first = subject.replace("/", " ", 1).split(" ", 1)[0]
    return next((title for title, begins in _KINDS.items() if first in begins), OURS)


def _group(title: str, rows: Sequence[Row]) -> Group:
    return Group(title, tuple(rows[:SHOWN]), max(len(rows) - SHOWN, 0))


def _steps(seen: Seen, now: datetime) -> list[Step]:
    queues = {queue.step: queue for queue in seen.queues}
    steps = []
    for name in STEPS:
        queue = queues.get(name)
        waiting = seen.waiting if name == "hear" else 0
        due = (queue.due if queue is not None else 0) + waiting
        late = now - queue.due_since if queue is not None and queue.due_since is not None else None
        steps.append(
            Step(
                name,
                _STEPS[name],
                due,
                (queue.wanted if queue is not None else 0) + waiting,
                f"the oldest for {span(late)}" if late is not None and late > QUIET else "",
            )
        )
    lanes = [queue for queue in seen.queues if queue.step.startswith(("tell/", "route/", "person/"))]
    if lanes:
        what = f"things to be said at {plural(len(lanes), 'place')}"
        steps.append(Step("lanes", what, sum(q.due for q in lanes), sum(q.wanted for q in lanes), ""))
    return steps


def routes(deps: Deps) -> Blueprint:
    """`GET /health` and, for whoever runs the monitor, `POST /health/test`: a test message through its routes."""
    blueprint = Blueprint("troubles", __name__)

    def page(tried: Sequence[notify.Tried] = ()) -> str:
        full, now = viewer().operator, deps.now()
        with deps.ledger.reading() as book:
            seen = see(book, now, full=full, api=deps.settings.github_api_url)
        told = rows(deps.routes, tried) if full else ()
        return render_template("troubles.html", page=roll_up(seen, now, full=full), routes=told, how=notify.NO_ROUTES)

    @blueprint.get("/health")
    def troubles() -> str:
        return page()

    @blueprint.post("/health/test")
    def test() -> str | Response:
        if not viewer().operator:
            return notice("You may not do that", NOT_YOURS, 403, url_for("troubles.troubles"), "To the health page")
        try:
            chosen = notify.named(deps.routes, request.form.get("route", ""))
        except ValueError:
            return notice("Not done", GONE, 404, url_for("troubles.troubles"), "To the health page")
        tried = notify.at_once(chosen, deps.outbound, deps.now(), deps.outside)
        log.info("notify.test", routes=[t.route for t in tried], failed=[t.route for t in tried if not t.ok])
        return page(tried)

    return blueprint
