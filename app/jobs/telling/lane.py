"""A lane: what one route is to be told, said in order by one process at a time.

Its work is rows: a piece of work for each key that the route hears (`tell/NAME`), and the lane's turn (`lane/NAME`),
which one process holds at a time. A receiver that asks to be left alone, or is down, puts off the turn and with it the
whole lane; a piece that is refused is put off alone. What was put off keeps its attempts and its place on the health
page until it went through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from app.deps import Deps
from app.jobs.batch import LONGEST, later
from app.jobs.telling import sending, storm
from app.jobs.telling.forward import forward
from app.jobs.telling.sending import Piece
from checks.base import Gone, RefusedForNow, Temporary
from checks.outside import Outside, Route, Sending
from verifier.ledger.protocol import Book, Task

LEASE = timedelta(minutes=2)
"""How long a turn and a piece are lent: longer than any sending, short enough that a killed worker costs little."""
TURN = "turn"
AT_ONCE = 50
"""How many pieces a machine's lane takes up at a time."""
LONGEST_WAIT = timedelta(minutes=5)
"""How long a lane waits at most for a receiver that says nothing: alerts shall be there soon after it is back."""
STRIKES = 3
"""After so many refusals with nothing accepted in between the whole lane waits: it is not the messages."""

log = structlog.get_logger()


def step_of(route: Route) -> str:
    """Under which its pieces of work stand."""
    return f"tell/{route.name}"


def channel_of(route: Route) -> str:
    """Under which it is kept what the route was told."""
    return f"route/{route.name}"


def recipients_of(route: Route) -> str:
    """Under which the health page says that some recipients of its mail take nothing."""
    return f"route {route.name}: recipients"


def turn_of(route: Route) -> str:
    """Under which the turn at its lane stands."""
    return f"lane/{route.name}"


def is_ready(book: Book, route: Route, now: datetime) -> bool:
    """Something is due there, and the lane need not wait; or somebody was killed who had the turn."""
    due, turn = book.work.next_due(step_of(route)), book.work.get(turn_of(route), TURN)
    if turn is not None and turn.due_at > now:
        return False
    lapsed = turn is not None and turn.lent_until is not None and turn.lent_until <= now
    return lapsed or (turn is not None and not turn.attempts) or (due is not None and due <= now)


def drive(deps: Deps, route: Route, stopped: Callable[[], bool]) -> None:
    """Say everything that is due on this route, if the turn can be had, until the lane is empty or has to wait."""
    channel = deps.outside.get(route.kind)
    turn = _take(deps, route) if channel is not None else None
    if turn is None or channel is None:
        return
    lane = _Lane(deps, route, channel, turn, stopped)
    try:
        while not stopped() and lane.holds() and lane.round():
            continue
    finally:
        lane.leave()


def _take(deps: Deps, route: Route) -> Task | None:
    now = deps.now()
    with deps.ledger.writing() as book:
        if book.work.get(turn_of(route), TURN) is None:
            book.work.want(turn_of(route), TURN, now)
    with deps.ledger.writing() as book:
        return next(iter(book.work.claim(turn_of(route), 1, now, LEASE)), None)


@dataclass
class _Lane:
    """One process's turn at a lane."""

    deps: Deps
    route: Route
    channel: Outside
    turn: Task
    stopped: Callable[[], bool]
    strikes: int = 0
    accepted: bool = False
    """Something went through in this turn: what fails next fails for the first time."""
    waits_until: datetime | None = None
    problem: str = ""
    """Why it has to wait; '' where nobody has failed."""
    lost: bool = False
    """Another process has the turn."""

    def holds(self) -> bool:
        """Renew the turn where half of it is over; False when another process has it."""
        now = self.deps.now()
        if self.lost or (self.turn.lent_until is not None and now < self.turn.lent_until - LEASE / 2):
            return not self.lost
        with self.deps.ledger.writing() as book:
            self._give_turn(book, now)
            again = book.work.claim(turn_of(self.route), 1, now, LEASE)
        self.lost = not again
        self.turn = again[0] if again else self.turn
        return not self.lost

    def round(self) -> bool:
        """Take up what is due and say it; False when nothing is, or the lane has to wait."""
        tasks, together = self._claim(self.deps.now())
        if not tasks:
            return False
        with self.deps.ledger.reading() as book:
            pieces = [sending.piece(self.deps, book, self.route, self.channel, task) for task in tasks]
        self._finish([piece for piece in pieces if piece.message is None and not piece.broken])
        for piece in pieces:
            if piece.broken:
                self._refused([piece], piece.broken)
        self._say_all([piece for piece in pieces if piece.message is not None and not piece.broken], together)
        return self.waits_until is None

    def leave(self) -> None:
        """Give the turn back; it is due again when the lane has waited, and gone where it need not."""
        with self.deps.ledger.writing() as book:
            if not self.lost:
                self._give_turn(book, self.waits_until)
            if not self.problem and all(not task.problem for task in book.work.all(step_of(self.route))):
                book.health.solve(self._subject)

    def _give_turn(self, book: Book, again: datetime | None) -> None:
        if self.problem and again is not None and not self.accepted:
            book.work.failed(self.turn, again, self.problem)
        else:
            book.work.done(self.turn, again)

    @property
    def _subject(self) -> str:
        return f"route {self.route.name}"

    def _claim(self, now: datetime) -> tuple[list[Task], bool]:
        """The next pieces, and whether they are to be put together."""
        most, together = AT_ONCE, False
        if self.channel.GROUPED:
            with self.deps.ledger.reading() as book:
                pace = self._pace(book)
            together = not pace.may_speak_alone(now)
            most = storm.MOST if together else 1
            if together and (at := pace.together_from(now)) > now:
                self.waits_until = at
                return [], False
        with self.deps.ledger.writing() as book:
            return book.work.claim(step_of(self.route), most, now, LEASE, untried_first=True), together

    def _pace(self, book: Book) -> storm.Pace:
        return storm.read(book.incidents.posted(storm.KEY, channel_of(self.route)))

    def _say_all(self, pieces: list[Piece], together: bool) -> None:
        loud = [piece for piece in pieces if not piece.quiet] if together else []
        if len(loud) > 1:
            loud, others = sending.alike(loud)
            self._give_back(others)
            self._say_together(loud)
            pieces = [piece for piece in pieces if piece.quiet]
        elif joined := sending.one_connection(pieces):
            self._say(pieces, lambda: joined)
            return
        for number, piece in enumerate(pieces):
            if self.waits_until is not None or self.stopped() or not self.holds():
                self._give_back(pieces[number:])
                return
            self._say([piece], piece.rendered, together=together)

    def _say_together(self, loud: list[Piece]) -> None:
        """Say these as one message. A refused one is said in halves, so that one alert does not keep others back."""
        if self.waits_until is not None or self.stopped() or not self.holds():
            self._give_back(loud)
        elif len(loud) == 1:
            self._say(loud, loud[0].rendered, together=True)
        else:
            self._say(loud, lambda: sending.together(self.deps, self.route, self.channel, loud), together=True)

    def _say(self, pieces: list[Piece], render: Callable[[], Sequence[Sending]], *, together: bool = False) -> None:
        """Send one message about these pieces and note what came of it."""
        try:
            sent = sending.send(self.deps, render(), pieces[0], self.holds)
            if isinstance(sent.failure, Gone) and pieces[0].ref:
                anew = sending.anew(self.deps, self.route, self.channel, pieces[0])
                sent = sending.send(self.deps, anew.sendings, anew, self.holds)
        except Exception as error:  # a message that breaks us must not stop the others; it is kept and shown
            log.exception("lane.broke", route=self.route.name, keys=[piece.task.key for piece in pieces[:5]])
            self._refused(pieces, f"{type(error).__name__}; the log has the details.")
            return
        if sent.failure is None:
            self.strikes, self.accepted, self.problem = 0, True, ""
            self._told(pieces, sent, together)
            return
        self._keep_accepted(pieces, sent, together)
        if isinstance(sent.failure, RefusedForNow) and sent.accepted:
            # One mailbox that puts it off is no reason to keep the others waiting.
            now = self.deps.now()
            self._put_off(pieces, str(sent.failure), lambda task: min(later(now, task.attempts), now + LONGEST_WAIT))
        elif isinstance(sent.failure, Temporary):
            self._unwell(pieces, str(sent.failure), sent.failure.retry_after)
        else:
            self._refused(pieces, str(sent.failure))

    def _told(self, pieces: list[Piece], sent: sending.Sent, together: bool) -> None:
        now, channel = self.deps.now(), channel_of(self.route)
        ref = sending.TOGETHER if len(pieces) > 1 and self.channel.GROUPED else sent.ref
        with self.deps.ledger.writing() as book:
            for piece in pieces:
                book.incidents.put_posted(piece.posted(channel, ref, sent.url, now))
                book.work.done(piece.task)
            self._keep_pace(book, pieces, together)
            self._keep_refused(book, sent)
            waited = self._forward(book, pieces)
        self._wake(waited)

    def _keep_refused(self, book: Book, sent: sending.Sent) -> None:
        """That a recipient of mail takes nothing stays on the health page until all of them took a message."""
        subject = recipients_of(self.route)
        if sent.refused:
            many = f"{len(sent.refused)} of {len(sent.accepted)} recipients did not take the last mail"
            which = f"the log and `artifact-monitor notify test {self.route.name}` say which."
            book.health.report(subject, f"{many}: {sent.refused[0]} The others were told; {which}", self.deps.now())
        elif any(sent.accepted.values()):
            book.health.solve(subject)

    def _keep_pace(self, book: Book, pieces: list[Piece], together: bool) -> None:
        now = self.deps.now()
        if self.channel.GROUPED and not all(piece.quiet for piece in pieces):
            pace = self._pace(book).spoke(now, alone=not together)
            book.incidents.put_posted(storm.kept(pace, channel_of(self.route), now))

    def _keep_accepted(self, pieces: list[Piece], sent: sending.Sent, together: bool) -> None:
        """What went through is not sent again with what did not."""
        now, channel = self.deps.now(), channel_of(self.route)
        new = {mark: ref for mark, ref in sent.accepted.items() if mark not in pieces[0].done}
        if new:
            self.accepted = True
            with self.deps.ledger.writing() as book:
                for piece in pieces:
                    for mark, ref in new.items():
                        book.incidents.put_posted(piece.posted(f"{channel}/{mark}", ref, "", now))
                self._keep_pace(book, pieces, together)

    def _unwell(self, pieces: list[Piece], problem: str, retry_after: float | None) -> None:
        """The receiver is not well: the whole lane waits, and what it failed on comes after what it did not."""
        now = self.deps.now()
        until = later(now, 1 if self.accepted else self.turn.attempts, retry_after)
        self.waits_until = until = until if retry_after is not None else min(until, now + LONGEST_WAIT)
        self._put_off(pieces, problem, lambda task: max(until, min(later(now, task.attempts), now + LONGEST_WAIT)))

    def _refused(self, pieces: list[Piece], problem: str) -> None:
        """The receiver does not take it: it is tried again every hour, for somebody may have mended the cause."""
        if len(pieces) > 1 and self.channel.GROUPED:
            log.warning("route.refused_many", route=self.route.name, pieces=len(pieces), problem=problem)
            middle = len(pieces) // 2
            self._say_together(pieces[:middle])
            self._say_together(pieces[middle:])
            return
        now = self.deps.now()
        self.strikes += 1
        if self.strikes >= STRIKES:
            self.waits_until = min(later(now, self.turn.attempts + STRIKES), now + LONGEST_WAIT)
        self._put_off(pieces, problem, lambda task: now + LONGEST)

    def _put_off(self, pieces: list[Piece], problem: str, until: Callable[[Task], datetime]) -> None:
        log.warning("route.failed", route=self.route.name, keys=[p.task.key for p in pieces[:5]], problem=problem)
        self.problem = problem
        with self.deps.ledger.writing() as book:
            for piece in pieces:
                book.work.failed(piece.task, until(piece.task), problem)
            book.health.report(self._subject, problem, self.deps.now())
            waited = self._forward(book, pieces)
        self._wake(waited)

    def _give_back(self, pieces: list[Piece]) -> None:
        """Not tried: due as before."""
        if pieces:
            with self.deps.ledger.writing() as book:
                for piece in pieces:
                    book.work.failed(piece.task, piece.task.due_at, piece.task.problem)

    def _finish(self, pieces: list[Piece]) -> None:
        """There is nothing to say about these, or it is said already."""
        if pieces:
            with self.deps.ledger.writing() as book:
                for piece in pieces:
                    book.work.done(piece.task)
                waited = self._forward(book, pieces)
            self._wake(waited)

    def _forward(self, book: Book, pieces: list[Piece]) -> bool:
        return forward(book, self.deps.routes, [piece.task.key for piece in pieces], self.deps.now())

    def _wake(self, waited: bool) -> None:
        if waited:
            self.deps.wake.wake("report")
