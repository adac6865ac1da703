"""Tell people: those who subscribed, each by a mail of their own. One lane for all, so that they delay no route.

Its work is rows of the step `tell/~people`: `fan KEY` (who hears of it is to be found out), `person ID` (something is
to be told; what, stands under `person/ID`), `confirm ID`, `week ID` and `forget ID`. What somebody may hear, and wants
to, is asked when it is wanted and again when it is sent. Too much at once is put together, at the pace of a route.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from app import links
from app.deeds import subscribing
from app.deeds.subscribing import STEP, Links
from app.deps import Deps
from app.jobs.batch import each
from app.jobs.telling import people, said, standstill, storm
from app.jobs.telling.standstill import Still
from app.processes.shift import LEASE
from app.processes.week import WEEK, after
from checks import mail, subscription
from checks.base import Permanent, Refused, RefusedForNow, Temporary
from checks.gathered import of_group
from checks.hearing import wants
from checks.message import Message
from checks.outside import Mail
from verifier.ledger.protocol import Book, Posted, Task
from verifier.model import Subscription
from verifier.verdict.audience import Audience

LANE = "~people"
"""No route can have this name."""
AT_ONCE = 200
"""How many people one transaction wants told: no other writer waits longer than for a moment."""
GREY = timedelta(minutes=10)
"""How long a confirmation waits that a mail server does not take at once, as some do with whom they do not know."""


log = structlog.get_logger()


@dataclass(frozen=True)
class Piece:
    """One thing that somebody is to be told, and what they were told of it before."""

    task: Task
    message: Message
    told: Posted | None


def channel_of(subscription_id: str) -> str:
    """Under which it is kept what somebody was told, and under which stands what they are to be told."""
    return f"person/{subscription_id}"


def fan_out(deps: Deps, book: Book, key: str, now: datetime) -> None:
    """Want an incident or a bulletin told to everybody who hears it: who does is found out in the people's lane."""
    if deps.settings.subscribe_domains:
        book.work.want(STEP, f"fan {key}", now)


def _fan(deps: Deps, task: Task, key: str) -> datetime | None:
    """Want it told to everybody who hears it at once, so many in one transaction that nobody else waits long."""
    with deps.ledger.reading() as book:
        hearing = list(_hearing(deps, book, key))
    now = deps.now()
    for start in range(0, len(hearing), AT_ONCE):
        with deps.ledger.writing() as book:
            for name in hearing[start : start + AT_ONCE]:
                book.work.want(channel_of(name), key, now)
                book.work.want(STEP, f"person {name}", now)
    return None


def _hearing(deps: Deps, book: Book, key: str) -> Iterator[str]:
    """The subscriptions that hear of it and do not know it yet."""
    listening = [person for person in book.subscriptions.all() if person.live and not person.weekly]
    drafts = {who: people.draft(deps, book, key, who) for who in {people.audience(deps, one) for one in listening}}
    for person in listening:
        message = drafts[people.audience(deps, person)]
        if message is not None and wants(person.filter, message, book.incidents.posted(key, channel_of(person.id))):
            yield person.id


def is_ready(deps: Deps) -> bool:
    """Something is due in the lane of all people, and it need not wait."""
    now = deps.now()
    with deps.ledger.reading() as book:
        due = book.work.next_due(STEP)
        return due is not None and due <= now and not standstill.is_still(book, now)


def drive(deps: Deps, stopped: Callable[[], bool]) -> None:
    """Do everything that is due in the lane; one whose mail is refused never stops the others."""
    while not stopped() and is_ready(deps) and each(deps, STEP, do, 1):
        continue


def do(deps: Deps, task: Task) -> datetime | None:
    """Do one piece of the lane's work."""
    what, _, name = task.key.partition(" ")
    try:
        return _WORK[what](deps, task, name)
    except Still as still:
        return still.until


def _forget(deps: Deps, task: Task, name: str) -> datetime | None:
    with deps.ledger.writing() as book:
        return subscribing.forget(book, name, deps.now())


def _confirm(deps: Deps, task: Task, name: str) -> datetime | None:
    person = _person(deps, name)
    if person is None or person.confirmed_at is not None or person.ended_at is not None:
        return None
    ours, now = _links(deps), deps.now()
    with deps.ledger.writing() as book:
        subscribing.with_fresh_links(book, name, ours.key)
    sender, page, end = deps.settings.mail_from, ours.of(person), ours.end(person)
    made = subscription.confirmation(person.address, sender, page, end, person.id, now)
    try:
        _hand_over(deps, made)
    except RefusedForNow:
        return now + GREY
    except Refused as error:  # nobody was there to want it; it counts as a mail that went out until it is forgotten
        log.info("subscribe.refused", problem=str(error))
        with deps.ledger.writing() as book:
            subscribing.end(book, person, now)
    return None


def _week(deps: Deps, task: Task, name: str) -> datetime | None:
    person, now = _person(deps, name), deps.now()
    if person is None or not person.live or person.confirmed_at is None or not person.weekly:
        return None
    until = after(now) - WEEK
    if until > person.confirmed_at and people.audience(deps, person) is not Audience.NOBODY:
        with deps.ledger.reading() as book:
            message = people.week(deps, book, person, until - WEEK, until)
        if message is not None:
            _send(deps, person, message)
    return until + WEEK


def _turn(deps: Deps, task: Task, name: str) -> datetime | None:
    """Tell somebody all that is due; returns when there is more."""
    step = channel_of(name)
    while True:
        person, now = _person(deps, name), deps.now()
        if person is None or not person.live or people.audience(deps, person) is Audience.NOBODY:
            _clear(deps, step)
            return None
        with deps.ledger.reading() as book:
            due, pace = book.work.next_due(step), _pace(book, name)
        if due is None or due > now:
            return due
        alone = pace.may_speak_alone(now)
        if not alone and (at := pace.together_from(now)) > now:
            return at
        _tell(deps, person, _claim(deps, step, 1 if alone else storm.MOST), alone=alone)


def _tell(deps: Deps, person: Subscription, tasks: list[Task], *, alone: bool) -> None:
    """Say these, as one where they are several; what they may not hear any more, or know, is dropped unsaid."""
    with deps.ledger.reading() as book:
        pieces = [piece for task in tasks if (piece := _piece(deps, book, person, task)) is not None]
    try:
        ref = _say(deps, person, pieces)
    except Exception:  # whatever it was: it is not said, so it is still to be said when the turn comes again
        _each(deps, tasks, lambda book, task: book.work.failed(task, task.due_at, "It is tried again."))
        raise
    now = deps.now()
    with deps.ledger.writing() as book:
        for piece in pieces:
            book.incidents.put_posted(_posted(person, piece, ref, now))
        for task in tasks:
            book.work.done(task)
        if pieces:
            pace = _pace(book, person.id).spoke(now, alone=alone)
            book.incidents.put_posted(storm.kept(pace, channel_of(person.id), now))


def _say(deps: Deps, person: Subscription, pieces: Sequence[Piece]) -> str:
    if len(pieces) > 1:
        home = links.home(deps.settings) if people.audience(deps, person) is Audience.INSIDE else ""
        return _send(deps, person, of_group([piece.message for piece in pieces], deps.now(), home))
    return _send(deps, person, pieces[0].message) if pieces else ""


def _piece(deps: Deps, book: Book, person: Subscription, task: Task) -> Piece | None:
    told = book.incidents.posted(task.key, channel_of(person.id))
    message = people.draft(deps, book, task.key, people.audience(deps, person), told)
    return Piece(task, message, told) if message is not None and wants(person.filter, message, told) else None


def _send(deps: Deps, person: Subscription, message: Message) -> str:
    """Send one mail to one person; returns its Message-ID. Raises Still, Refused and RefusedForNow."""
    ours, now, sender = _links(deps), deps.now(), deps.settings.mail_from
    with deps.ledger.writing() as book:
        subscribing.with_fresh_links(book, person.id, ours.key)
    made = mail.mail(message, person.address, sender, now, unsubscribe=ours.end(person), why=subscription.WHY)
    try:
        _hand_over(deps, made)
    except Refused:
        with deps.ledger.writing() as book:
            given_up = subscribing.refused(book, person.id, now)
        if not given_up:
            raise
        return ""
    if person.refused_since is not None:
        with deps.ledger.writing() as book:
            subscribing.accepted(book, person.id)
    return made.message_id


def _hand_over(deps: Deps, made: Mail) -> None:
    """Send it. What is not about this recipient alone stops the lane: raises Still then."""
    try:
        deps.outbound.send(made)
    except (Refused, RefusedForNow):
        raise
    except (Temporary, Permanent) as error:
        with deps.ledger.writing() as book:
            still = standstill.begin(book, error, deps.now())
        raise still from error
    with deps.ledger.writing() as book:
        standstill.end(book)


def _posted(person: Subscription, piece: Piece, ref: str, now: datetime) -> Posted:
    message = piece.message
    first = piece.told.ref if piece.told is not None else ref
    return Posted(piece.task.key, channel_of(person.id), first, "", message.digest, said.is_open(message), now)


def _claim(deps: Deps, step: str, most: int) -> list[Task]:
    with deps.ledger.writing() as book:
        return book.work.claim(step, most, deps.now(), LEASE)


def _clear(deps: Deps, step: str) -> None:
    """Nobody hears this any more."""
    while tasks := _claim(deps, step, storm.MOST):
        _each(deps, tasks, lambda book, task: book.work.done(task))


def _each(deps: Deps, tasks: Sequence[Task], do: Callable[[Book, Task], None]) -> None:
    with deps.ledger.writing() as book:
        for task in tasks:
            do(book, task)


def _person(deps: Deps, name: str) -> Subscription | None:
    with deps.ledger.reading() as book:
        return book.subscriptions.get(name)


def _pace(book: Book, name: str) -> storm.Pace:
    return storm.read(book.incidents.posted(storm.KEY, channel_of(name)))


def _links(deps: Deps) -> Links:
    return Links(deps.settings.base_url, deps.settings.subscribe_secret)


_WORK = {"fan": _fan, "person": _turn, "confirm": _confirm, "week": _week, "forget": _forget}
