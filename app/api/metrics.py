"""`GET /metrics`: the monitor's own figures, of everything together and of nothing by name, for Prometheus.

For a token with the scope `metrics`; on the machine itself also without, where nobody can log in (behind a proxy
everybody seems to come from this machine). Source: prometheus.io/docs/instrumenting/exposition_formats.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from app.api import problems
from app.api.access import Door
from app.api.parameters import asked
from app.api.problems import Stop
from app.processes.backup import BEAT as BACKUP
from app.processes.clock import NAME as CLOCK
from app.signin.here import is_here
from app.web import refused
from verifier.ledger.protocol import Book, Queue
from verifier.ledger.tokens import Scope
from verifier.ledger.views import MOST, Totals
from verifier.model import IncidentState, Severity
from verifier.model.standing import Standing
from verifier.verdict.severity import severity_of

if TYPE_CHECKING:
    from app.deps import Deps

TYPE = "text/plain; version=0.0.4; charset=utf-8"
PROCESSES = ("clock", "worker")
LANE = "lane/"
"""What the turns at lanes stand under (`app.jobs.telling.lane.turn_of`), which web processes do not load."""
_OPEN = (IncidentState.OPEN, IncidentState.ACKNOWLEDGED)
Samples = Iterable[tuple[Mapping[str, str], float]]


@dataclass(frozen=True)
class Figures:
    """What is counted, in one transaction."""

    totals: Totals
    queues: tuple[Queue, ...]
    incidents: Mapping[Severity, int]
    problems: int
    waiting: int
    lost: int
    gaps: int
    beats: Mapping[str, datetime]
    waiting_since: datetime | None = None
    unreached: Mapping[str, int] = field(default_factory=dict)
    """Artifacts that could not be looked at, by the type of their registry."""
    resting: int = 0
    """Hosts that want to be left alone now."""
    backed_up: datetime | None = None
    given_up: int = 0
    """Webhooks that could not be read and are kept."""
    refused: Mapping[int, datetime] = field(default_factory=dict)
    """When a webhook was last refused, by the status that was answered."""
    failing: bool = False
    """Signatures fail, and no webhook is kept."""


def count(book: Book, now: datetime) -> Figures:
    """Count it: a fixed number of queries, and one more for every `MOST` incidents that stand open."""
    beats = {name: at for name in PROCESSES if (at := book.health.last_beat(name)) is not None}
    sweep, unread, troubles = book.missed.sweep(), book.inbox.unread(), book.health.problems()
    return Figures(
        book.views.totals(None),
        tuple(queue for queue in book.work.queues(now) if not _is_turn(queue.step)),
        Counter(_severities(book)),
        len(troubles),
        book.inbox.waiting(),
        sweep.lost if sweep is not None else 0,
        len(book.repositories.gaps()),
        beats,
        book.inbox.waiting_since(),
        book.views.unreached(),
        sum(budget.until > now and (budget.refused or not budget.left) for budget in book.health.budgets()),
        book.health.last_beat(BACKUP),
        unread.number if unread is not None else 0,
        refused.last(book),
        any(problem.subject == refused.SUBJECT for problem in troubles),
    )


def exposition(figures: Figures, now: datetime) -> str:
    """The text. Whatever is zero is said too, where it is known that it could be otherwise. Pure."""
    totals, late = figures.totals, [q for q in figures.queues if q.due_since is not None]
    parts: tuple[tuple[str, str, Samples], ...] = (
        ("artifacts", "Artifacts watched, by how they stand.", _by("standing", totals.artifacts)),
        ("versions", "Versions, by how they stand.", _by("standing", totals.versions)),
        ("odd_versions", "Compliant versions with something odd that nobody waived.", [({}, totals.odd)]),
        (
            "incidents_open",
            "Incidents that stand open, acknowledged or not, by severity.",
            [({"severity": s.name.lower()}, figures.incidents.get(s, 0)) for s in Severity],
        ),
        ("queue_wanted", "Pieces of work wanted, by step.", [({"step": q.step}, q.wanted) for q in figures.queues]),
        ("queue_due", "Pieces of work that are due, by step.", [({"step": q.step}, q.due) for q in figures.queues]),
        (
            "queue_oldest_due_seconds",
            "For how long the oldest piece of work has been due, by step.",
            [({"step": q.step}, _seconds(q.due_since, now)) for q in late],
        ),
        (
            "queue_failing",
            "Pieces of work that failed when last tried, by step; each route is a step.",
            [({"step": q.step}, q.failing) for q in figures.queues],
        ),
        ("deliveries_waiting", "Webhooks accepted and not heard yet.", [({}, figures.waiting)]),
        ("deliveries_lost", "Webhooks that never came and can still be had.", [({}, figures.lost)]),
        ("deliveries_given_up", "Webhooks accepted that could not be read.", [({}, figures.given_up)]),
        (
            "deliveries_refused_age_seconds",
            "How long ago a webhook was last refused, by the status that was answered.",
            [({"status": str(status)}, _seconds(at, now)) for status, at in sorted(figures.refused.items())],
        ),
        (
            "signatures_failing",
            "1 while webhooks are refused for their signature and none is kept.",
            [({}, figures.failing)],
        ),
        ("gaps", "Repositories of which webhooks may be missing.", [({}, figures.gaps)]),
        (
            "deliveries_oldest_seconds",
            "For how long the oldest webhook has waited to be heard.",
            [({}, _seconds(figures.waiting_since, now))],
        ),
        (
            "artifacts_unreached",
            "Artifacts whose registry could not be looked at the last time, by its type.",
            [({"type": kind}, number) for kind, number in sorted(figures.unreached.items())],
        ),
        ("hosts_resting", "Hosts that are left alone for a while, as they asked.", [({}, figures.resting)]),
        ("problems", "What the monitor could not do, as its health page lists it.", [({}, figures.problems)]),
        (
            "heartbeat_age_seconds",
            "For how long a process has given no sign of life.",
            [({"process": name}, _seconds(at, now)) for name, at in sorted(figures.beats.items())],
        ),
        (
            "backup_age_seconds",
            "How long ago the last backup was made that we were told of.",
            [({}, _seconds(figures.backed_up, now))] if figures.backed_up is not None else [],
        ),
    )
    return "".join(line for name, said, samples in parts for line in _metric(name, said, samples))


def routes(deps: Deps, door: Door) -> Blueprint:
    """`GET /metrics`."""
    blueprint = Blueprint("metrics", __name__)
    blueprint.register_error_handler(Exception, problems.of)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        token = door.token(request)
        local = not deps.settings.github_client_id and is_here(request, deps.settings)
        if token is None and not local:
            raise Stop(401, "This needs a token with the scope metrics.", WWW_Authenticate="Bearer")
        if token is not None and token.scope is not Scope.METRICS:
            raise Stop(403, "This needs a token with the scope metrics.")
        asked((), request.args)
        now = deps.now()
        with deps.ledger.reading() as book:
            figures = count(book, now)
        return Response(exposition(figures, now), content_type=TYPE)

    return blueprint


def _is_turn(step: str) -> bool:
    """Who acts as the clock, or drives a lane, holds a row among the work: nobody is waited for there."""
    return step == CLOCK or step.startswith(LANE)


def _severities(book: Book) -> Iterator[Severity]:
    after = ""
    while True:
        page = book.views.incidents(None, _OPEN, after, MOST)
        yield from (severity_of(incident) for incident in page.items)
        if not page.next:
            return
        after = page.next


def _by(label: str, counts: Mapping[Standing, int]) -> Samples:
    return [({label: standing.value}, counts.get(standing, 0)) for standing in Standing]


def _seconds(at: datetime | None, now: datetime) -> float:
    return max(0.0, (now - at).total_seconds()) if at is not None else 0.0


def _metric(name: str, said: str, samples: Samples) -> Iterator[str]:
    samples = list(samples)
    if not samples:
        return
    yield f"# HELP artifact_monitor_{name} {said}\n# TYPE artifact_monitor_{name} gauge\n"
    for labels, value in samples:
        inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"artifact_monitor_{name}{'{' + inside + '}' if inside else ''} {value:g}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
