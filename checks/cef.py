"""ArcSight's Common Event Format, version 0: a header between bars, and an extension of keys and values. Pure.

Source: "ArcSight Common Event Format" (Micro Focus): `|` and `\\` are escaped in the header, `=` and `\\` in the
extension, line breaks nowhere allowed in the header; `msg` holds 1,023 characters.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks import facts, marked
from checks.escape import plain
from checks.message import Message
from verifier.model import Member, Severity

VENDOR, PRODUCT, VERSION = "Artifact Monitor", "Artifact Monitor", "1"
MSG, SHORT = 1_000, 250
"""The most bytes of a sentence, and of any other value."""
_LONG = ("msg", "flexString1")
_SEVERITIES = {Severity.CRITICAL: 10, Severity.HIGH: 8, Severity.MEDIUM: 6, Severity.LOW: 4, Severity.INFO: 2}


def line(message: Message, room: int) -> bytes:
    """One event in at most `room` bytes; keys are left out from the end. `cnt` says how many versions there are."""
    signature = f"{message.kind.value}-{message.state.value}"
    if message.bulletin is not None:
        signature = f"bulletin-{message.bulletin.kind.value}"
    head = "|".join(
        (
            "CEF:0",
            VENDOR,
            PRODUCT,
            VERSION,
            _header(signature),
            _header(message.title),
            str(_SEVERITIES[message.severity]),
        )
    )
    found = f"{head}|".encode()
    for position, (key, value) in enumerate(_extension(message)):
        pair = f"{' ' if position else ''}{key}={_value(value, MSG if key in _LONG else SHORT)}".encode()
        if len(found) + len(pair) > room:
            break
        found += pair
    return found


def _extension(message: Message) -> Iterator[tuple[str, str]]:
    yield "rt", str(int(message.at.timestamp() * 1000))
    yield "start", str(int(message.began_at.timestamp() * 1000))
    yield from (("externalId", message.key), ("cat", message.kind.value), ("outcome", message.state.value))
    yield "msg", marked.line(message.lead)
    if message.incident is not None and message.incident.members:
        yield from _about(min(message.incident.members, key=facts.urgency))
        yield "cnt", str(len(message.incident.members))
    if message.repository is not None:
        yield from (("cs1Label", "repository"), ("cs1", message.repository.full_name))
    if message.bulletin is not None and message.bulletin.by:
        yield "suser", message.bulletin.by
    if message.url:
        yield "request", message.url
    yield from (("cs6Label", "messageId"), ("cs6", message.id))
    if message.change:
        yield from (("cs5Label", "change"), ("cs5", message.change))
    steps = " ".join(" ".join(step.split("\n")[0].split()) for step in facts.actions(message))
    if steps:
        yield from (("flexString1Label", "recommendedActions"), ("flexString1", steps))


def _about(member: Member) -> Iterator[tuple[str, str]]:
    """The version that matters most."""
    yield "fname", member.artifact.versioned(member.number)
    yield from (("cs2Label", "purl"), ("cs2", member.artifact.purl))
    yield from (("cs3Label", "reasons"), ("cs3", ",".join(member.reasons[: facts.SOME] or member.odd[: facts.SOME])))
    yield from (("cs4Label", "verdict"), ("cs4", f"{member.outcome.value} ({member.confidence})"))
    yield from (("deviceCustomDate1Label", "detectedAt"), ("deviceCustomDate1", _time(member)))
    if member.account:
        yield "suser", member.account
    if member.digests:
        yield "fileHash", member.digests[0]


def _time(member: Member) -> str:
    return str(int(member.detected_at.timestamp() * 1000))


def _header(text: str) -> str:
    return plain(text, 255).replace("\\", "\\\\").replace("|", "\\|")


def _value(text: str, limit: int) -> str:
    return facts.bounded(plain(text, limit), limit).decode().replace("\\", "\\\\").replace("=", "\\=")
