"""Channels of the tests' own: what they render is plain to see. And a way out that notes what it was given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.outbound import Sent
from checks.base import Permanent, Temporary
from checks.message import Message
from checks.outside import BadRoute, HttpPost, Lines, Mail, Outside, Route, Sending
from verifier.ledger.protocol import Posted
from verifier.model import Filter


@dataclass
class Place:
    """One kind of place; `read` gives the fields themselves. A message goes out as its key, digest and title."""

    KIND: str = "place"
    GROUPED: bool = True
    UPDATES: bool = False
    make: Callable[[Message, Any], tuple[Sending, ...]] = field(default=lambda m, t: (HttpPost(*_said(m, t)),))

    def read(self, fields: Mapping[str, Any]) -> Any:
        if "url" not in fields:
            raise BadRoute("url is missing; write the address.")
        if unknown := set(fields) - {"url", "token", "to"}:
            raise BadRoute(f"{sorted(unknown)[0]} is not a field of place.")
        return dict(fields)

    def render(self, message: Message, target: Any, posted: Posted | None, now: datetime) -> tuple[Sending, ...]:
        return self.make(message, target)


def _said(message: Message, target: Any) -> tuple[str, tuple[tuple[str, str], ...], bytes]:
    body = f"{message.kind.value} {message.key} {message.state.value} {message.digest} {message.title}"
    return target["url"], (("Content-Type", "text/plain"),), body.encode()


def _mails(message: Message, target: Any) -> tuple[Sending, ...]:
    return tuple(Mail(to, _said(message, target)[2], message.key) for to in target["to"])


def _lines(message: Message, target: Any) -> tuple[Sending, ...]:
    return (Lines((_said(message, target)[2],), "siem.example", 6514),)


PEOPLE = Place()
MACHINE = Place("machine", GROUPED=False)
POST = Place("post", make=_mails)
SIEM = Place("siem", GROUPED=False, make=_lines)
KINDS: dict[str, Outside] = {kind.KIND: kind for kind in (PEOPLE, MACHINE, SIEM, POST)}


def route(name: str, kind: Place = PEOPLE, filter: Filter | None = None, **more: Any) -> Route:
    """A route to a place of its own name."""
    to = more.pop("to", ("a@x.example",))
    return Route(name, kind.KIND, filter or Filter(), {"url": f"https://{name}.example/", "to": to}, **more)


@dataclass
class Way:
    """The way out: notes what went where, and fails where a test says so."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    """(place, what was sent), in order."""
    tried: list[str] = field(default_factory=list)
    failing: dict[str, Temporary | Permanent] = field(default_factory=dict)
    """By place, or by a word in what is sent."""
    connections: int = 0

    def send(self, sending: Sending, ref: str = "") -> Sent:
        self.connections += 1
        for place, text in _named(sending):
            self.tried.append(place)
            for word, failure in self.failing.items():
                if word == place or word in text:
                    raise failure
            self.sent.append((place, text))
        return Sent(ref or f"ref-{len(self.sent)}")

    def reach(self, sending: Sending) -> None:
        raise NotImplementedError

    def at(self, name: str) -> list[str]:
        """What arrived at a place."""
        return [text for place, text in self.sent if place == name]


def _named(sending: Sending) -> list[tuple[str, str]]:
    match sending:
        case HttpPost(url=url, body=body):
            return [(url.removeprefix("https://").partition(".")[0], body.decode())]
        case Mail(to=to, content=content):
            return [(to, content.decode())]
        case Lines(frames=frames, host=host):
            return [(host, frame.decode()) for frame in frames]
        case _:
            raise AssertionError(sending)
