"""A message as facts for machines: what a webhook's and a log's reader gets. Pure; text is a stranger's, as it was.

Strings are bounded and hold no lone surrogate, so that every JSON reader takes them; nothing is escaped for people.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from checks import marked
from checks.message import Kind, Message
from checks.messages import COMMANDS, NOW, SILENCE, YOURS, first
from verifier.model import Acknowledgement, Bulletin, Incident, Member, Notice, Outcome, Repository

ROOM = 200_000
"""The most bytes of one message's facts."""
NAME, SENTENCE = 512, 2_000
"""The most characters of a name, a version or an address, and of a sentence."""
SOME, MANY = 20, 100
"""The most entries of a list within a version, and of the history."""


def facts(message: Message, room: int = ROOM) -> dict[str, Any]:
    """Everything there is to know, in at most `room` bytes of JSON: versions are left out from the end.

    `versions_total` says how many there are. What matters most comes first.
    """
    told = _told(message)
    if message.incident is None:
        return told
    members = sorted(message.incident.members, key=urgency)
    versions = [_version(member) for member in members]
    sizes = [len(encoded(version)) + 1 for version in versions]
    left, kept = room - len(encoded(told)) - 200, 0
    while kept < len(sizes) and sizes[kept] <= left:
        left -= sizes[kept]
        kept += 1
    told["incident"] |= {"versions_total": len(versions), "versions": versions[:kept]}
    return told


def encoded(found: Any) -> bytes:
    """As JSON in ASCII, without spaces: the same bytes for the same facts."""
    return json.dumps(found, ensure_ascii=True, separators=(",", ":")).encode()


def urgency(member: Member) -> tuple[bool, bool, bool]:
    """What stands open and is surest comes first."""
    return not member.open, member.outcome is not Outcome.NON_COMPLIANT, not member.suspect


def text(found: str, limit: int = NAME) -> str:
    """A stranger's text, bounded; what is no character of its own is replaced."""
    cut = found if len(found) <= limit else f"{found[:limit]}… ({len(found)} characters)"
    return cut.encode("utf-8", "replace").decode()


def short(found: str, room: int) -> str:
    """A stranger's text whose JSON has at most `room` bytes between its quotes."""
    cut = text(found, room)
    while len(encoded(cut)) - 2 > room:
        cut = f"{cut[: len(cut) * 3 // 4]}…"
    return cut


def bounded(found: str, room: int) -> bytes:
    """The text as UTF-8 in at most `room` bytes; that something was cut off is said."""
    encoded = found.encode("utf-8", "replace")
    if len(encoded) <= room:
        return encoded
    more = " … (cut)".encode()
    return encoded[: max(room - len(more), 0)].decode("utf-8", "ignore").encode() + more


def at(when: datetime | None) -> str | None:
    """A time as RFC 3339 in UTC."""
    return when.isoformat().replace("+00:00", "Z") if when is not None else None


def actions(message: Message) -> list[str]:
    """The recommended steps as plain text, commands included."""
    return _plain(message, NOW) + _plain(message, COMMANDS)


def _told(message: Message) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": message.id,
        "key": text(message.key),
        "kind": message.kind.value,
        "state": message.state.value,
        "severity": message.severity.word,
        "title": text(message.title),
        "summary": text(marked.line(message.lead), SENTENCE),
        "change": text(message.change, SENTENCE),
        "began_at": at(message.began_at),
        "at": at(message.at),
        "url": text(message.url, SENTENCE),
        "links": [{"channel": channel, "url": text(url, SENTENCE)} for channel, url in message.links[:SOME]],
        "repository": _repository(message.repository),
        "recommended_actions": actions(message),
        "silence": _plain(message, YOURS) + _plain(message, SILENCE),
    }
    if message.kind in (Kind.GROUP, Kind.DIGEST):
        told["sections"] = [{"heading": p.heading, "lines": _plain(message, p.heading)} for p in message.parts]
    if message.incident is not None:
        told["incident"] = _incident(message.incident)
        told["history_total"] = len(message.history)
        told["history"] = [_notice(notice) for notice in message.history[-MANY:]]
    if message.bulletin is not None:
        told["bulletin"] = _bulletin(message.bulletin)
    return told


def _plain(message: Message, heading: str) -> list[str]:
    lines = [line for part in message.parts if part.heading == heading for line in part.lines]
    return [text(marked.plain(item), SENTENCE) for item in marked.items(lines)[:MANY]]


def _repository(repository: Repository | None) -> dict[str, Any] | None:
    if repository is None:
        return None
    return {
        "id": repository.id,
        "owner_id": repository.owner_id,
        "full_name": text(repository.full_name),
        "private": repository.private,
    }


def _incident(incident: Incident) -> dict[str, Any]:
    return {
        "id": text(incident.id),
        "state": incident.state.value,
        "opened_at": at(incident.opened_at),
        "rogue": incident.rogue,
        "acknowledged": _acknowledged(incident.acknowledged),
    }


def _acknowledged(given: Acknowledgement | None) -> dict[str, Any] | None:
    if given is None:
        return None
    return {"by": text(given.by), "reason": text(given.reason, SENTENCE), "at": at(given.at), "until": at(given.until)}


def _version(member: Member) -> dict[str, Any]:
    lag = (member.detected_at - member.published_at).total_seconds() if member.published_at is not None else None
    return {
        "purl": text(member.artifact.purl),
        "type": text(member.artifact.type, 64),
        "name": text(member.artifact.label),
        "version": text(member.number),
        "outcome": member.outcome.value,
        "confidence": text(member.confidence, 64),
        "suspect": member.suspect,
        "open": member.open,
        "waived": member.waived,
        "muted": member.muted,
        "removed": member.removed,
        "reasons": _list(member.reasons),
        "sentences": _list(first(member.sentences), SENTENCE),
        "anomalies": [
            {"reason": text(reason), "sentence": text(sentence, SENTENCE)}
            for reason, sentence in zip(_padded(member), member.anomalies, strict=True)
        ][:SOME],
        "links": _list(member.links, SENTENCE),
        "published_at": at(member.published_at),
        "detected_at": at(member.detected_at),
        "detected_after_seconds": lag,
        "account": text(member.account),
        "digests": _list(member.digests),
    }


def _padded(member: Member) -> list[str]:
    """A reason for each sentence about something odd; a member kept by an older version has fewer of them."""
    return [*member.odd, *[""] * len(member.anomalies)][: len(member.anomalies)]


def _list(found: Sequence[str], limit: int = NAME) -> list[str]:
    return [text(one, limit) for one in found[:SOME]]


def _notice(notice: Notice) -> dict[str, Any]:
    return {
        "kind": notice.kind.value,
        "purl": text(notice.artifact.purl) if notice.artifact is not None else None,
        "version": text(notice.number),
        "at": at(notice.at),
        "by": text(notice.by),
        "note": text(notice.note),
    }


def _bulletin(bulletin: Bulletin) -> dict[str, Any]:
    return {
        "id": text(bulletin.id),
        "kind": bulletin.kind.value,
        "at": at(bulletin.at),
        "title": text(bulletin.title),
        "sentences": _list(first(bulletin.sentences), SENTENCE),
        "by": text(bulletin.by),
        "url": text(bulletin.url, SENTENCE),
        "incident_id": text(bulletin.incident_id),
    }
