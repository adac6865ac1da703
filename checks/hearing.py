"""Who hears a message, and how loud it is to them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from fnmatch import fnmatchcase

from checks.message import Kind, Message, State
from verifier.ledger.protocol import Posted
from verifier.model import OUTCOMES, BulletinKind, Filter, Member, NoticeKind, Outcome, Severity
from verifier.verdict.severity import severity_of_bulletin, severity_of_member

_ROGUE, _SUSPECT, _ANOMALY, NOTICE = OUTCOMES

COVERING = frozenset(
    (
        BulletinKind.TAMPERED,
        BulletinKind.COMMANDED,
        BulletinKind.CONFIG_LOOSENS,
        BulletinKind.BRANCH_CHANGED,
        BulletinKind.BLINDED,
    )
)
"""How a thief would silence us: no route's `outcomes`, `artifacts` or `severity` leave it out."""

_OUTCOMES = {
    NoticeKind.ROGUE: (_ROGUE, Severity.CRITICAL),
    NoticeKind.SUSPECT: (_SUSPECT, Severity.MEDIUM),
    NoticeKind.ANOMALY: (_ANOMALY, Severity.LOW),
}


def wants(
    filter: Filter, message: Message, told: Posted | None, heard: Callable[[Filter, Message], bool] | None = None
) -> bool:
    """Whether whoever has this filter is to be told this now; `told` is what they hold of it.

    `heard` is `reaches` for a route, else `hears`. Not what they hold already, a bulletin twice, or the end of what
    they never heard of and came to nothing. Who was told of it hears what becomes of it, whatever the filter says.
    """
    if told is None:
        return not over(message) and (heard or hears)(filter, message)
    return message.kind is not Kind.BULLETIN and told.digest != message.digest


def reaches(filter: Filter, message: Message) -> bool:
    """Whether a route with this filter hears this: what the filter lets through, and `COVERING` besides.

    That goes wherever its incident goes, and everywhere in its repository where it has none.
    """
    if message.bulletin is not None and message.bulletin.kind in COVERING:
        named = filter if message.incident is not None else replace(filter, artifacts=())
        return _where(named, message)
    return hears(filter, message)


def hears(filter: Filter, message: Message) -> bool:
    """Whether a filter lets this through.

    An incident is judged by the loudest that it ever was, open or not, so that it makes no difference when it is looked
    at; a version cleared since counts as the surest of its kind. What was put together from messages that were heard,
    and a test, are heard always.
    """
    if message.kind in (Kind.GROUP, Kind.DIGEST, Kind.TEST):
        return True
    return (
        filter.severity <= loudest(message)
        and _any(filter.outcomes, outcomes(message), exact=True)
        and _where(filter, message)
    )


def hears_notices(filter: Filter) -> bool:
    """Whether a route with this filter hears any notice besides `COVERING`."""
    loudest_notice = max(severity_of_bulletin(kind) for kind in BulletinKind if kind not in COVERING)
    named = not filter.outcomes or NOTICE in filter.outcomes
    return named and filter.severity <= loudest_notice and not filter.artifacts


def over(message: Message) -> bool:
    """It came to nothing: all that was said of it was taken back by the verdicts. Who never heard of it need not.

    What somebody waived or muted, or what was taken down, was there: whoever does that may be the thief.
    """
    if message.state is not State.RESOLVED:
        return False
    members = message.incident.members if message.incident is not None else ()
    return not any(m.stands or m.waived or m.muted or m.gone for m in members)


def loudest(message: Message) -> Severity:
    """The loudest that it is or was."""
    if message.kind is not Kind.INCIDENT or message.incident is None:
        return message.severity
    now = [severity_of_member(member) for member in message.incident.members if member.stands]
    return max([message.severity, *now, *(_OUTCOMES[kind][1] for kind in _flipped(message))])


def outcomes(message: Message) -> frozenset[str]:
    """What a filter's `outcomes` are held against: those of all its versions, open or not, and those that it had."""
    if message.kind is not Kind.INCIDENT or message.incident is None:
        return frozenset((NOTICE,))
    now = [_outcome(member) for member in message.incident.members if member.stands]
    return frozenset((*now, *(_OUTCOMES[kind][0] for kind in _flipped(message))))


def _flipped(message: Message) -> set[NoticeKind]:
    """What was said against versions that nothing is said against now."""
    members = message.incident.members if message.incident is not None else ()
    standing = {(m.artifact, m.number) for m in members if m.stands}
    return {n.kind for n in message.history if n.kind in _OUTCOMES and (n.artifact, n.number) not in standing}


def _outcome(member: Member) -> str:
    if member.outcome is Outcome.NON_COMPLIANT:
        return _ROGUE
    return _SUSPECT if member.suspect else _ANOMALY


def _where(filter: Filter, message: Message) -> bool:
    """Where it happened. What names no repository, or no artifact, is not heard by who asks for certain ones."""
    name = message.repository.full_name if message.repository is not None else ""
    purls = {member.artifact.purl for member in message.incident.members} if message.incident is not None else ()
    return (
        _any(filter.organisations, [name.partition("/")[0]])
        and _any(filter.repositories, [name])
        and _any(filter.artifacts, purls)
    )


def _any(wanted: Iterable[str], found: Iterable[str], *, exact: bool = False) -> bool:
    """One that was found is wanted; who wants none in particular wants every one."""
    patterns = [pattern.lower() for pattern in wanted]
    names = [name.lower() for name in found]
    if exact:
        return not patterns or bool(set(patterns) & set(names))
    return not patterns or any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
