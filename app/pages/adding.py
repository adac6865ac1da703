"""What becomes of a wish about what is watched: decided, then the registry read, the runs read, and versions judged.

It loads itself again while something is to be waited for, without scripts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, render_template, request, url_for

from app.deeds import enrolling
from app.pages.errors import Unknown
from app.pages.words import plural, shown
from app.signin.gate import viewer
from app.viewer import Viewer
from handlers.record import enrol_task, list_task
from verifier.ledger.protocol import Book, Task, Watch
from verifier.ledger.views import Summary
from verifier.model import Act, Enrolment, Reply

if TYPE_CHECKING:
    from app.deps import Deps

AGAIN = 2
"""Seconds after which the page loads itself again at first."""
SLOWLY = 15
"""The same after a minute: a registry of ten thousand tags takes a while."""
PATIENCE = timedelta(minutes=1)
LONGEST = timedelta(hours=1)
"""After this it does not load itself again: whatever is left is on the health page, or takes its time."""
DONE, NOW, NEXT, WRONG = "done", "now", "next", "wrong"
_SIGNS = {DONE: ("✓", "compliant"), NOW: ("…", "pending"), NEXT: ("·", "unverifiable"), WRONG: ("!", "suspect")}
_WORDS = {DONE: "done", NOW: "going on", NEXT: "not begun", WRONG: "not done"}


@dataclass(frozen=True)
class Step:
    """One thing that is done, or is to be. `state` is one of the words above."""

    state: str
    title: str
    detail: str = ""

    @property
    def sign(self) -> str:
        """So that nothing rests on a colour."""
        return _SIGNS[self.state][0]

    @property
    def style(self) -> str:
        """Its CSS class."""
        return _SIGNS[self.state][1]

    @property
    def word(self) -> str:
        """For who hears the page."""
        return _WORDS[self.state]


@dataclass(frozen=True)
class Seen:
    """What is read from the ledger. `deciding`, `runs`: the work that is left; `left`: versions not judged yet."""

    asked: Enrolment
    reply: Reply | None
    deciding: Task | None
    watch: Watch | None = None
    summary: Summary | None = None
    runs: Task | None = None
    left: int = 0


@dataclass(frozen=True)
class Page:
    """The page as data. `again`: seconds after which it loads itself; 0: never. `url` leads to the artifact, if it may
    be seen."""

    title: str
    name: str
    repository: str
    purl: str
    steps: tuple[Step, ...]
    again: int
    done: bool
    refused: bool
    watches: bool
    there: bool
    at: datetime


def see(book: Book, who: Viewer, token: str, now: datetime) -> Seen | None:
    """Read it, in one transaction and a fixed number of queries; None where they asked for no such thing."""
    found = book.enrolments.get(enrolling.id_of(who, token))
    if found is None:
        return None
    asked, reply = found
    task = book.work.get("inspect", enrol_task(asked.id)) if reply is None else None
    summary = book.views.artifact(who.sees, asked.artifact)
    if reply is None or not reply.accepted or summary is None:
        return Seen(asked, reply, task, summary=summary)
    watch = book.versions.watch(asked.artifact)
    runs = [book.work.get("inspect", list_task(id_)) for id_ in reply.repository_ids[:1]]
    left = book.work.waiting("examine", f"{asked.artifact.purl} ", now)
    return Seen(asked, reply, task, watch, summary, next(iter(runs), None), left)


def roll_up(seen: Seen, now: datetime) -> Page:
    """The page from what the ledger holds. Pure."""
    asked, reply = seen.asked, seen.reply
    steps = [_decided(seen)]
    if asked.act is not Act.STOP and (reply is None or reply.accepted):
        steps += _scanned(seen)
    waits = any(step.state in (NOW, NEXT) for step in steps)
    age = now - asked.at
    again = 0 if not waits or age > LONGEST else AGAIN if age <= PATIENCE else SLOWLY
    return Page(
        {Act.WATCH: "Watch", Act.STOP: "Stop watching", Act.RESUME: "Watch again"}[asked.act],
        shown(asked.artifact.label, 200),
        shown(asked.repository, 140),
        asked.artifact.purl,
        tuple(steps),
        again,
        not waits,
        reply is not None and not reply.accepted and not reply.waits,
        asked.act is Act.WATCH,
        seen.summary is not None,
        now,
    )


def _decided(seen: Seen) -> Step:
    reply = seen.reply
    if reply is not None:
        state = DONE if reply.accepted else NEXT if reply.waits else WRONG
        title = "Accepted" if reply.accepted else "Waits for a second person" if reply.waits else "Not done"
        # A second person may take days: nothing here is about to change.
        return Step(WRONG if state is NEXT else state, title, shown(reply.sentence, 700))
    if seen.deciding is not None and seen.deciding.problem:
        return Step(NOW, "Being decided", f"It is tried again: {shown(seen.deciding.problem, 300)}")
    detail = "" if seen.asked.of_operator else "GitHub is asked for your role there, and the registry whose it is."
    return Step(NOW, "Being decided", detail)


def _scanned(seen: Seen) -> list[Step]:
    watch, reply = seen.watch, seen.reply
    if reply is None or watch is None:
        return [Step(NEXT, title) for title in ("Read the registry", "Read the runs", "Judge the versions")]
    total = seen.summary.versions if seen.summary is not None else 0
    read = watch.polled_at is not None
    if watch.problem:
        registry = Step(WRONG, "Read the registry", f"It is tried again by itself: {shown(watch.problem, 300)}")
    elif read:
        registry = Step(DONE, "Read the registry", f"It shows {plural(total, 'tag' if _image(seen) else 'version')}.")
    else:
        registry = Step(NOW, "Read the registry", f"{plural(total, 'version')} so far." if total else "")
    if seen.runs is None:
        runs = Step(DONE, "Read the runs", "GitHub's list of the last 31 days is read.")
    elif seen.runs.problem:
        runs = Step(WRONG, "Read the runs", f"It is tried again by itself: {shown(seen.runs.problem, 300)}")
    else:
        runs = Step(NOW, "Read the runs")
    judged = max(total - seen.left, 0)
    detail = f"{judged:,} of {total:,}."
    if not read:
        judging = Step(NOW if seen.left else NEXT, "Judge the versions", detail if total else "")
    elif seen.left:
        judging = Step(NOW, "Judge the versions", detail)
    else:
        judging = Step(DONE, "Judge the versions", detail if total else "There is none yet.")
    return [registry, runs, judging]


def _image(seen: Seen) -> bool:
    return seen.asked.artifact.is_image


def routes(deps: Deps) -> Blueprint:
    """`GET /add/TOKEN`."""
    blueprint = Blueprint("adding", __name__)

    @blueprint.get("/add/<token>")
    def adding(token: str) -> Response:
        now = deps.now()
        with deps.ledger.reading() as book:
            seen = see(book, viewer(), token, now) if len(token) <= 64 else None
        if seen is None:
            raise Unknown("There is nothing of that kind", "You asked for no such change, or it was asked elsewhere.")
        page = roll_up(seen, now)
        answer = make_response(render_template("adding.html", page=page))
        if page.again:
            # A browser does not load an address again that differs from its own in nothing.
            turn = "2" if request.args.get("again") == "1" else "1"
            answer.headers["Refresh"] = f"{page.again}; url={url_for('adding.adding', token=token, again=turn)}"
        return answer

    return blueprint
