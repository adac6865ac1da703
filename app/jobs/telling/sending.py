"""What a lane is about to send: pieces with their message, rendered; and what came of sending it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from app import links
from app.deps import Deps
from app.jobs.telling import said, weekly
from checks.base import Permanent, RefusedForNow, Temporary
from checks.gathered import of_group
from checks.hearing import reaches, wants
from checks.message import Message
from checks.outside import Lines, Mail, Outside, Route, Sending
from verifier.ledger.protocol import Book, Nested, Posted, Task, Unavailable

log = structlog.get_logger()

TOGETHER = "together"
"""The `ref` of what was told in a message about many: nothing there can be changed for it alone."""
TRIES = 6
"""How often a recipient of mail may put off what others took: some ten minutes, longer than greylisting takes."""


@dataclass(frozen=True)
class Piece:
    """One piece of work with what there is to say. `message` None: nothing, or it is said already."""

    task: Task
    message: Message | None = None
    sendings: tuple[Sending, ...] = field(default=(), repr=False)
    done: Mapping[str, str] = field(default_factory=dict)
    """The sendings of this very message that went through before another one failed, with their `ref`s."""
    ref: str = ""
    """What stands there already and can be changed in place."""
    broken: str = ""
    """Why it cannot be rendered."""

    @property
    def quiet(self) -> bool:
        """What stands there is changed in place, so nobody is called."""
        return bool(self.ref)

    def rendered(self) -> tuple[Sending, ...]:
        """What is to be sent."""
        return self.sendings

    def posted(self, channel: str, ref: str, url: str, now: datetime) -> Posted:
        """What the channel shows from now on."""
        if self.message is None:
            raise AssertionError("what was never rendered cannot have been told")
        return Posted(self.task.key, channel, ref, url, self.message.digest, said.is_open(self.message), now)


@dataclass(frozen=True)
class Sent:
    """What came of it. `failure` None: it was told; else `accepted` says what went through, by its mark.

    `refused` says why each recipient of mail did not take it who is not tried again with this message.
    """

    ref: str = ""
    url: str = ""
    accepted: Mapping[str, str] = field(default_factory=dict)
    failure: Temporary | Permanent | None = None
    refused: tuple[str, ...] = ()


def piece(deps: Deps, book: Book, route: Route, channel: Outside, task: Task) -> Piece:
    """The piece as it is to be said now. Never raises: one that cannot be said must not stop the others."""
    try:
        return _piece(deps, book, route, channel, task)
    except (Unavailable, Nested):
        raise
    except Exception as error:
        log.exception("lane.broke", route=route.name, key=task.key)
        return Piece(task, broken=f"The message cannot be made ({type(error).__name__}); the log has the details.")


def _piece(deps: Deps, book: Book, route: Route, channel: Outside, task: Task) -> Piece:
    name = f"route/{route.name}"
    told = book.incidents.posted(task.key, name)
    if weekly.is_key(task.key):
        message = None if told else weekly.message(deps, book, route.name, route.filter, task.key)
    else:
        message = said.message(deps, book, task.key, told)
    if message is None or not (weekly.is_key(task.key) or wants(route.filter, message, told, reaches)):
        return Piece(task)
    shown = told if told is not None and told.ref != TOGETHER else None
    parts = [p for p in book.incidents.all_posted(task.key) if p.channel.startswith(f"{name}/")]
    done = {p.channel.removeprefix(f"{name}/"): p.ref for p in parts if p.digest == message.digest}
    ref = shown.ref if channel.UPDATES and shown is not None else ""
    return Piece(task, message, channel.render(message, route.target, shown, deps.now()), done, ref)


def anew(deps: Deps, route: Route, channel: Outside, piece: Piece) -> Piece:
    """The same where what stood there was deleted."""
    if piece.message is None:
        return piece
    return Piece(piece.task, piece.message, channel.render(piece.message, route.target, None, deps.now()))


def together(deps: Deps, route: Route, channel: Outside, pieces: Sequence[Piece]) -> tuple[Sending, ...]:
    """One message about them all."""
    messages = [piece.message for piece in pieces if piece.message is not None]
    return channel.render(of_group(messages, deps.now(), links.home(deps.settings)), route.target, None, deps.now())


def one_connection(pieces: Sequence[Piece]) -> tuple[Sending, ...]:
    """Everything as one sending where the channel's lines can go over one connection; empty where they cannot."""
    sendings = [sending for piece in pieces for sending in piece.sendings]
    lines = [sending for sending in sendings if isinstance(sending, Lines)]
    if len(pieces) < 2 or len(lines) < len(sendings) or len({replace(each, frames=()) for each in lines}) != 1:
        return ()
    return (replace(lines[0], frames=tuple(frame for each in lines for frame in each.frames)),)


def send(deps: Deps, sendings: Sequence[Sending], piece: Piece, holds: Callable[[], bool]) -> Sent:
    """Send what is not done yet. One recipient of mail that fails stops no other; elsewhere what follows is not sent.

    Where others took it, a recipient that refuses it, or put it off `TRIES` times, is not tried again with it.
    `holds` says before each whether the lane is still ours.
    """
    ref, url, accepted, failure = piece.ref, "", dict(piece.done), None
    refused: dict[str, Permanent | Temporary] = {}
    for number, sending in enumerate(sendings):
        mark = _mark(number, sending)
        if mark in accepted:
            ref = ref or accepted[mark]
            continue
        try:
            if not holds():
                raise Temporary("Another process took this lane over.")
            sent = deps.outbound.send(sending, ref)
        except (Temporary, Permanent) as error:
            if isinstance(sending, Mail) and _for_good(error, piece.task.attempts):
                log.warning("mail.refused", to=sending.to, key=piece.task.key, problem=str(error))
                refused[mark] = error
                continue
            # What may pass is tried again soon, and what is refused with it.
            failure = error if failure is None or isinstance(error, Temporary) else failure
            if not isinstance(sending, Mail):
                break
        else:
            ref, url = ref or sent.ref, url or sent.url
            accepted[mark] = sent.ref
    if refused and not accepted:
        return Sent(ref, url, accepted, failure or next(iter(refused.values())))
    return Sent(ref, url, accepted | dict.fromkeys(refused, ""), failure, tuple(map(str, refused.values())))


def _for_good(error: Temporary | Permanent, attempts: int) -> bool:
    """The recipient will not take it: a mailbox that is full for long is as good as gone."""
    return isinstance(error, Permanent) or (isinstance(error, RefusedForNow) and attempts >= TRIES)


def _mark(number: int, sending: Sending) -> str:
    """The same for the same part of a message, whatever else is sent with it."""
    return hashlib.sha256(sending.to.encode()).hexdigest()[:16] if isinstance(sending, Mail) else str(number)


def alike(pieces: Iterable[Piece]) -> tuple[list[Piece], list[Piece]]:
    """Those that went through at the same recipients as the first one, and the others."""
    every = list(pieces)
    same = [piece for piece in every if piece.done.keys() == every[0].done.keys()]
    return same, [piece for piece in every if piece not in same]
