"""Syslog: one line for a SIEM, as RFC 5424 with structured data, as CEF, or as an OCSF Detection Finding. Pure.

Source: RFC 5424. Receivers take 8 kB by default (rsyslog's `maxMessageSize`): lists are cut to that, and say so. CEF
and OCSF stand in the frame's message without structured data and byte order mark, as their readers expect.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from checks import cef, facts, marked, ocsf
from checks import fields as route
from checks.escape import plain
from checks.message import Message
from checks.messages import NOW, SEEN, SILENCE, YOURS
from checks.outside import BadRoute, Lines, Sending
from verifier.ledger.protocol import Posted
from verifier.model import Member, Severity

KIND = "syslog"
GROUPED = False
UPDATES = False
LIMIT = 8_000
"""Bytes of one frame, somewhat below the 8,192 that a receiver takes by default."""
VALUE = 250
"""Bytes of one value of the structured data, so that one version always has room."""
FORMATS = ("rfc5424", "cef", "ocsf")
FACILITIES = {
    "user": 1,
    "daemon": 3,
    "auth": 4,
    "authpriv": 10,
    **{f"local{number}": 16 + number for number in range(8)},
}
SD_ID = "artifactMonitor@32473"
"""32473 is the number that RFC 5612 sets aside for such names; the project has none of its own."""
_APP = "artifact-monitor"
_SEVERITIES = {
    Severity.CRITICAL: 2,
    Severity.HIGH: 3,
    Severity.MEDIUM: 4,
    Severity.LOW: 5,
    Severity.INFO: 6,
}


@dataclass(frozen=True)
class Target:
    """Where to and how. `ca` is the path of a file with the authorities to trust; '' for the system's own."""

    host: str
    port: int = 6514
    tls: bool = True
    ca: str = ""
    format: str = "rfc5424"
    facility: str = "local0"
    hostname: str = ""
    """What the frame says it comes from; '' for the host of our own page."""


def read(fields: Mapping[str, Any]) -> Target:
    """`host`, and perhaps `port`, `tls`, `ca`, `format`, `facility`, `hostname`; without TLS only to this machine."""
    route.only(fields, KIND, "host", "port", "tls", "ca", "format", "facility", "hostname", "insecure")
    host, tls = route.host(fields, "host"), route.flag(fields, "tls", True)
    if not tls and not route.local(host) and not route.flag(fields, "insecure", False):
        raise BadRoute(
            "`tls: false` lets everybody on the way read along. Use TLS, or say `insecure: true` if that network is "
            "yours."
        )
    if "ca" in fields and not tls:
        raise BadRoute("`ca` is for TLS; take it out, or take `tls: false` out.")
    return Target(
        host,
        route.number(fields, "port", 6514 if tls else 601, 1, 65_535),
        tls,
        route.text(fields, "ca", ""),
        route.choice(fields, "format", "rfc5424", FORMATS),
        route.choice(fields, "facility", "local0", tuple(FACILITIES)),
        route.host(fields, "hostname") if "hostname" in fields else "",
    )


def render(message: Message, target: Target, posted: Posted | None, now: datetime) -> tuple[Sending, ...]:
    """One frame about the message as it stands, with the time at which it came to stand so."""
    head = _head(message, target)
    if target.format == "ocsf":
        return _to(target, head + b" - " + ocsf.line(message, posted, LIMIT - len(head) - 3))
    if target.format == "cef":
        return _to(target, head + b" - " + cef.line(message, LIMIT - len(head) - 3))
    data = _structured(message, LIMIT * 3 // 4)
    room = LIMIT - len(head) - len(data) - 5
    return _to(target, head + b" " + data + b" \xef\xbb\xbf" + facts.bounded(_sentence(message), room))


def _to(target: Target, frame: bytes) -> tuple[Sending, ...]:
    return (Lines((frame,), target.host, target.port, target.tls, target.ca),)


def _head(message: Message, target: Target) -> bytes:
    priority = FACILITIES[target.facility] * 8 + _SEVERITIES[message.severity]
    time = f"{message.at:%Y-%m-%dT%H:%M:%S}.{message.at.microsecond:06}Z"
    own = urlsplit(message.url).hostname or "-" if message.url.isascii() else "-"
    return f"<{priority}>1 {time} {target.hostname or own[:255]} {_APP} - {message.kind.value}".encode()


def _structured(message: Message, room: int) -> bytes:
    """The facts that a search needs; of the versions as many as there is room for, and how many there are."""
    found = f"[{SD_ID}{''.join(_parameter(name, value) for name, value in _parameters(message))}".encode()
    members = sorted(message.incident.members, key=facts.urgency) if message.incident is not None else []
    for position, member in enumerate(members):
        more = "".join(_parameter(name, value) for name, value in _of_version(member)).encode()
        if len(found) + len(more) + 40 > room:
            found += _parameter("versionsLeftOut", str(len(members) - position)).encode()
            break
        found += more
    return found + b"]"


def _parameters(message: Message) -> Iterator[tuple[str, str]]:
    yield from (("id", message.id), ("key", message.key), ("state", message.state.value))
    yield "severity", message.severity.word
    if message.repository is not None:
        yield "repository", message.repository.full_name
    if message.url:
        yield "url", message.url
    if message.incident is not None:
        yield "versionsTotal", str(len(message.incident.members))
    if message.bulletin is not None:
        yield from (("bulletin", message.bulletin.kind.value), ("by", message.bulletin.by))


def _of_version(member: Member) -> Iterator[tuple[str, str]]:
    """One version; the names come again for each, in the same order."""
    yield from (("purl", member.artifact.purl), ("version", member.number), ("outcome", member.outcome.value))
    yield from (("confidence", member.confidence), ("suspect", str(member.suspect).lower()))
    yield "reasons", ",".join(member.reasons[: facts.SOME] or member.odd[: facts.SOME])
    yield from (
        ("publishedAt", facts.at(member.published_at) or ""),
        ("detectedAt", facts.at(member.detected_at) or ""),
    )
    yield from (("account", member.account), ("digest", next(iter(member.digests), "")))


def _parameter(name: str, value: str) -> str:
    shown = facts.bounded(plain(value, VALUE), VALUE).decode() if value else ""
    escaped = shown.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")
    return f' {name}="{escaped}"'


def _sentence(message: Message) -> str:
    """What a person reads in the log, on one line: the most urgent first."""
    found = [f"{message.title}. {message.change}".strip(), marked.line(message.lead)]
    for heading, most in ((NOW, 8), (SEEN, 20), (YOURS, 4), (SILENCE, 4)):
        lines = [line for part in message.parts if part.heading == heading for line in part.lines]
        pieces = [_first_line(piece) if heading == NOW else marked.line(piece) for piece in marked.items(lines)[:most]]
        found += [f"{heading}: {' '.join(pieces)}"] if pieces else []
    return " | ".join(found)


def _first_line(piece: str) -> str:
    """A step without its commands: they are made to be pasted, not to be read in a log."""
    return " ".join(marked.plain(piece).split("\n")[0].split())
