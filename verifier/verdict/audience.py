"""What people who subscribed may hear. Pure; asked anew for each message, so that it follows what holds then.

Inside is whoever has an address at a domain that the operator names: they may hear everything. The public hears of
public repositories what is proven or counts as proven, and nothing about persons: nobody is accused before strangers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum

from verifier.model import Incident, IncidentState, Member, Notice, NoticeKind, Outcome, Repository

ANYBODY = "*"
"""What the operator writes beside or in place of domains: everybody else is the public."""
PUBLIC_OUTCOMES = ("non_compliant",)
"""What the public may hear."""

_PUBLIC_NOTICES = {
    NoticeKind.ROGUE,
    NoticeKind.CLEARED,
    NoticeKind.REMOVED,
    NoticeKind.CHANGED,
    NoticeKind.WAIVED,
}


class Audience(Enum):
    """Who somebody is to us, by the domain of their confirmed address."""

    NOBODY = "nobody"
    PUBLIC = "public"
    INSIDE = "inside"


def audience_of(address: str, domains: Iterable[str]) -> Audience:
    """Who the owner of this address is. A domain is meant exactly: what lies below it is another one."""
    named = set(domains)
    domain = address.rpartition("@")[2].lower()
    if domain and domain != ANYBODY and domain in named:
        return Audience.INSIDE
    return Audience.PUBLIC if ANYBODY in named else Audience.NOBODY


def as_heard(
    incident: Incident,
    repository: Repository | None,
    audience: Audience,
    history: Iterable[Notice],
    *,
    preview: bool = False,
) -> Incident | None:
    """The incident as this audience may see it now; None where it may hear nothing of it.

    During a `preview` the public hears nothing.
    """
    if not may_hear(repository, audience, preview=preview):
        return None
    shown = incident if audience is Audience.INSIDE else for_the_public(incident, history)
    return shown if shown.members else None


def may_hear(repository: Repository | None, audience: Audience, *, preview: bool = False) -> bool:
    """Whether an audience may hear of a repository at all, as it is now."""
    if repository is None or audience is Audience.NOBODY:
        return False
    # One that we may not read any more may have become private since.
    return audience is Audience.INSIDE or not (repository.private or repository.removed or preview)


def for_the_public(incident: Incident, history: Iterable[Notice]) -> Incident:
    """The incident with what is, or was said to be, non-compliant, and without persons. Its state is that of the rest.

    A version that was called non-compliant and is not any more is shown without a reason: that it was said is taken
    back, and what else may be odd about it is nobody's business.
    """
    accused = {(n.artifact, n.number) for n in history if n.kind is NoticeKind.ROGUE}
    shown = tuple(
        _without_persons(member)
        for member in incident.members
        if member.outcome is Outcome.NON_COMPLIANT or (member.artifact, member.number) in accused
    )
    return replace(
        incident,
        members=shown,
        rogue=bool(shown),
        opened_at=min((member.detected_at for member in shown), default=incident.opened_at),
        state=IncidentState.OPEN if any(member.open for member in shown) else IncidentState.RESOLVED,
        acknowledged=None,
    )


def public_history(shown: Incident, history: Iterable[Notice]) -> tuple[Notice, ...]:
    """Of what happened, what is about the versions shown; without who did it and what they said."""
    known = {(member.artifact, member.number) for member in shown.members}
    kept = (n for n in history if n.kind in _PUBLIC_NOTICES and (n.artifact, n.number) in known)
    return tuple(replace(notice, by="", note="") for notice in kept)


def _without_persons(member: Member) -> Member:
    bare = replace(member, suspect=False, account="", anomalies=(), odd=())
    return bare if member.outcome is Outcome.NON_COMPLIANT else replace(bare, reasons=(), sentences=(), links=())
