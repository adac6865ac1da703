"""What people who subscribed may hear, and of that what they want to. Pure; asked anew for each message.

Inside is whoever has an address at a domain that the operator names: they may hear everything. The public hears of
public repositories what is proven or counts as proven, and nothing about persons: nobody is accused before strangers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum
from fnmatch import fnmatchcase

from verifier.model import (
    Artifact,
    Bulletin,
    Filter,
    Incident,
    IncidentState,
    Member,
    Notice,
    NoticeKind,
    Outcome,
    Repository,
)

ANYBODY = "*"
"""What the operator writes beside or in place of domains: everybody else is the public."""
PUBLIC_OUTCOMES = ("non_compliant",)
"""What the public may hear."""

_PUBLIC_NOTICES = {NoticeKind.ROGUE, NoticeKind.CLEARED, NoticeKind.REMOVED, NoticeKind.WAIVED}


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


def heard(
    incident: Incident,
    repository: Repository | None,
    wanted: Filter,
    audience: Audience,
    history: Iterable[Notice],
    *,
    told: bool,
    preview: bool,
) -> Incident | None:
    """The incident as it may be shown to somebody who wants it; None where they hear nothing of it.

    Whoever was `told` of it hears how it goes on, also when nothing in it is what they asked for any more. During a
    `preview` the public hears nothing.
    """
    if repository is None or not _may_hear(repository, audience, preview) or not _about(wanted, repository):
        return None
    shown = incident if audience is Audience.INSIDE else for_the_public(incident, history)
    if not shown.members:
        return None
    return shown if told or any(_wants(wanted, member) for member in shown.members) else None


def hears_bulletin(
    bulletin: Bulletin,
    repository: Repository | None,
    published: Iterable[Artifact],
    wanted: Filter,
    audience: Audience,
) -> bool:
    """Whether somebody hears of it. `published` are the artifacts of the repository: a bulletin names none itself."""
    if repository is None or audience is not Audience.INSIDE or repository.id != bulletin.repository_id:
        return False
    if wanted.outcomes and "notice" not in wanted.outcomes:
        return False
    named = not wanted.artifacts or any(_named(artifact.purl, wanted.artifacts) for artifact in published)
    return named and _about(wanted, repository)


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


def _may_hear(repository: Repository, audience: Audience, preview: bool) -> bool:
    if audience is Audience.PUBLIC:
        # One that we may not read any more may have become private since.
        return not (repository.private or repository.removed or preview)
    return audience is Audience.INSIDE


def _about(wanted: Filter, repository: Repository) -> bool:
    owner = repository.full_name.partition("/")[0]
    return _fits(owner, wanted.organisations) and _fits(repository.full_name, wanted.repositories)


def _wants(wanted: Filter, member: Member) -> bool:
    if not member.open or not _fits(member.artifact.purl, wanted.artifacts):
        return False
    return not wanted.outcomes or _kind(member) in wanted.outcomes


def _kind(member: Member) -> str:
    if member.outcome is Outcome.NON_COMPLIANT:
        return "non_compliant"
    return "suspect" if member.suspect else "anomaly"


def _without_persons(member: Member) -> Member:
    bare = replace(member, suspect=False, account="", anomalies=(), odd=())
    return bare if member.outcome is Outcome.NON_COMPLIANT else replace(bare, reasons=(), sentences=(), links=())


def _fits(text: str, patterns: tuple[str, ...]) -> bool:
    return not patterns or _named(text, patterns)


def _named(text: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(text.lower(), pattern.lower()) for pattern in patterns)
