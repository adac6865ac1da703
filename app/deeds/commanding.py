"""Commanding: what people ask for on an incident's page becomes the same command as one written at GitHub.

It is kept, decided and answered by `app.jobs.answer` like every other, with the role that GitHub names at that moment;
the page only does not offer what would be refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime

from app.viewer import Viewer
from handlers import ours
from handlers.commands import NO_REASON, REASON, TOO_LONG, Asked
from handlers.fields import printable
from verifier.ledger.apply import version_task
from verifier.ledger.protocol import Book
from verifier.model import CODE, DAYS, Command, Conduct, Incident, Member, Verb
from verifier.model.command import PAGE

VERBS = (Verb.ACKNOWLEDGE, Verb.MINE, Verb.MUTE, Verb.RECHECK)
"""What a page offers."""
RECHECKERS = "write"
"""The least of the roles that a login knows (`verifier.model.ROLES`) with which a recheck is offered."""

_ONCE = re.compile(r"[0-9a-f]{16}")
_CODE = re.compile(rf"[0-9a-f]{{{CODE}}}")
STALE = "This form is not as the page makes it; load the page again."


class Unclear(ValueError):
    """What was filled in cannot be meant; says what to do, and repeats nothing."""


class TooMany(Unclear):
    """The account gave so many commands about the incident that no more are read."""


def may(viewer: Viewer, verb: Verb, repository_id: int, conduct: Conduct) -> bool:
    """Whether it is offered: whether GitHub, when it was asked last, gave the viewer the role that it needs."""
    return viewer.may_act(repository_id, RECHECKERS if verb is Verb.RECHECK else conduct.role)


def read(form: Mapping[str, str]) -> tuple[Asked, str]:
    """What a form asks for, and the token by which a form that is sent twice counts once. Raises Unclear."""
    verb, once = form.get("verb", ""), form.get("once", "")
    if verb not in VERBS or not _ONCE.fullmatch(once):
        raise Unclear(STALE)
    if verb == Verb.RECHECK:
        return Asked(Verb.RECHECK), once
    reason = " ".join(printable(form.get("reason", "")[: 2 * REASON]).split())
    if not reason:
        raise Unclear(NO_REASON)
    if len(reason) > REASON:
        raise Unclear(TOO_LONG)
    code = form.get("code", "")
    if verb == Verb.ACKNOWLEDGE:
        return Asked(Verb.ACKNOWLEDGE, reason, _days(Verb.ACKNOWLEDGE, form.get("days", ""))), once
    if not _CODE.fullmatch(code):
        raise Unclear(STALE)
    if verb == Verb.MINE:
        return Asked(Verb.MINE, reason, code=code), once
    return Asked(Verb.MUTE, reason, _days(Verb.MUTE, form.get("days", "")), code), once


def key_of(member: Member) -> str:
    """What a form calls one version: nothing of what a stranger named is in it."""
    return hashlib.sha256(version_task(member.artifact, member.number).encode("utf-8", "replace")).hexdigest()[:16]


def give(
    book: Book,
    viewer: Viewer,
    incident: Incident,
    asked: Asked,
    once: str,
    now: datetime,
    url: str = "",
    only: str = "",
) -> Command:
    """Keep it and have it answered; what was sent before is the same command. Raises TooMany, and Unclear for `only`.

    `only` is `key_of` the one version that a recheck is about, '' for all of them.
    """
    task = next((version_task(m.artifact, m.number) for m in incident.members if only and key_of(m) == only), "")
    if only and not task:
        raise Unclear(STALE)
    command = Command(
        id=f"{PAGE}{viewer.id}/{incident.id}/{once}",
        incident_id=incident.id,
        repository_id=incident.repository_id,
        verb=asked.verb,
        actor_id=viewer.id,
        actor=viewer.login,
        at=now,
        reason=asked.reason,
        days=asked.days,
        code=asked.code,
        url=url,
        only=task,
    )
    known = {one.id: one for one in book.incidents.commands(incident.id)}
    if command.id in known:
        return known[command.id]
    ours.give([command], book, now)
    if all(one.id != command.id for one in book.incidents.commands(incident.id)):
        raise TooMany(f"You gave {ours.MOST} commands about this incident; no more of yours are read.")
    return command


def _days(verb: Verb, text: str) -> int:
    most = DAYS[verb].most
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= most):
        raise Unclear(f"Give a number of days from 1 to {most}.")
    return int(text)
