"""Tell: incidents and bulletins out of band, before GitHub's channels speak.

What changed is fanned out into one piece of work for each route that hears it, in one transaction. After that each
route is a lane of its own (`app.jobs.telling.lane`): one that is dead delays no other, and no other step. All people
who subscribed are one lane (`app.jobs.telling.tell_people`).
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from app.deps import Deps
from app.jobs.batch import each
from app.jobs.telling import lane, said, tell_people, weekly
from app.jobs.telling.forward import forward
from app.processes.week import after
from checks.hearing import reaches, wants
from checks.outside import Route
from verifier.ledger.protocol import Book, Task


def run(deps: Deps) -> int:
    """Hand what changed to everybody who wants to hear it, and start the lanes that have something to do."""
    taken = each(deps, "tell", _hand_out)
    for route in _ready(deps):
        deps.lanes.start(route.name, partial(lane.drive, deps, route))
    if tell_people.is_ready(deps):
        deps.lanes.start(tell_people.LANE, partial(tell_people.drive, deps))
    return taken


def tidy(deps: Deps) -> None:
    """Take what was wrong with routes that are gone off the health page."""
    subjects = {f"route {route.name}" for route in deps.routes} | {lane.recipients_of(route) for route in deps.routes}
    with deps.ledger.writing() as book:
        for problem in book.health.problems():
            if problem.subject.startswith("route ") and problem.subject not in subjects:
                book.health.solve(problem.subject)


def _hand_out(deps: Deps, task: Task) -> datetime | None:
    with deps.ledger.writing() as book:
        for route in _wanting(deps, book, task.key):
            book.work.want(lane.step_of(route), task.key, deps.now())
        tell_people.fan_out(deps, book, task.key, deps.now())
        waited = forward(book, deps.routes, [task.key], deps.now())
    if waited:
        deps.wake.wake("report")
    return None


def _wanting(deps: Deps, book: Book, key: str) -> list[Route]:
    """The routes that want to be told. What they hold changes only how a message begins, so one is made for all."""
    live = [route for route in deps.routes if not route.weekly]
    message = said.message(deps, book, key, None) if live else None
    if message is None:
        return []
    told = {route.name: book.incidents.posted(key, lane.channel_of(route)) for route in live}
    return [route for route in live if wants(route.filter, message, told[route.name], reaches)]


def _ready(deps: Deps) -> list[Route]:
    """The routes with something due; a route with a weekly message always has the next one as work."""
    if not deps.routes:
        return []
    now = deps.now()
    with deps.ledger.reading() as book:
        unplanned = [r for r in deps.routes if r.weekly and book.work.next_due(lane.step_of(r)) is None]
    if unplanned:
        with deps.ledger.writing() as book:
            for route in unplanned:
                book.work.want(lane.step_of(route), weekly.key_of(after(now)), after(now))
    with deps.ledger.reading() as book:
        due = book.work.next_due(*(step(route) for route in deps.routes for step in (lane.step_of, lane.turn_of)))
        if due is None or due > now:
            return []
        return [route for route in deps.routes if lane.is_ready(book, route, now)]
