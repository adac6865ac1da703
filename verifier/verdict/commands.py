"""What a command of a maintainer is bound to, who may give it, and what it does. Pure.

Nothing here ends an incident by itself: `mine` waives exactly the files that were shown, `mute` silences absences and
suspicions of a line a day later, and neither changes a verdict. Who has not the role, as GitHub says at that moment,
changes nothing, and who published cannot speak for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from verifier.model import (
    CODE,
    DAYS,
    LADDER,
    MARK,
    Acknowledgement,
    Answer,
    Artifact,
    Command,
    Conduct,
    Incident,
    Line,
    Member,
    Mute,
    Verb,
    Waiver,
)

WAIVED = timedelta(days=30)
"""How long `mine` holds; then the alert stands open again."""
NOTICE = timedelta(hours=24)
"""How long after it was told a `mute` begins: whoever took over an account cannot silence what follows at once."""
SECOND = timedelta(days=7)
"""Within this time the second person must give the same command, where two are needed."""
CLOCKS = timedelta(minutes=2)
"""How far GitHub's clock may differ from ours: what was noticed later than this after a command, it is not about."""
LOOSENING = (Verb.MINE, Verb.MUTE)
"""What is never obeyed from who published, and waits for a second person where the repository wants that."""

HEARD = timedelta(hours=24)
"""For so long an account without a role that was answered about an incident is not answered again."""
STRANGERS = 20
"""So many accounts without a role are answered about one incident within that time; the others are not."""

_RECHECK = "triage"
"""The least role that `recheck` needs: the least that somebody was given by name."""


@dataclass(frozen=True)
class Matter:
    """What a command is about, as it stands when it is answered.

    `lines` are the release lines of the versions that stand open. Who published them: the registry's accounts, and who
    started the runs that their evidence names. `publisher_ids` are GitHub's numbers of those, which a renamed account
    keeps; `publishers` the names, in lower case, of those whose number is not known.
    """

    incident: Incident
    lines: tuple[tuple[Artifact, Line], ...] = ()
    publishers: frozenset[str] = frozenset()
    publisher_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Effect:
    """What is to be recorded and done because a command is obeyed."""

    acknowledged: Acknowledgement | None = None
    waivers: tuple[Waiver, ...] = ()
    mutes: tuple[Mute, ...] = ()
    recheck: bool = False


NOTHING = Effect()


@dataclass(frozen=True)
class Decision:
    """The answer to a command and what it does. `seconded`: new answers to those that waited for it."""

    answer: Answer
    effect: Effect = NOTHING
    seconded: tuple[Answer, ...] = ()


def code_of(incident: Incident) -> str:
    """The code of everything that stands open in the incident now. Other files, or one version more: another code."""
    return _code(member for member in incident.members if member.open)


def decide_command(
    command: Command,
    matter: Matter,
    role: str,
    conduct: Conduct,
    others: Sequence[tuple[Command, str]],
    now: datetime,
) -> Decision:
    """What becomes of a command. `role` is GitHub's for its author at this moment, '' where it names none.

    `others` are commands that wait for a second person, with their authors' roles now.
    """
    if problem := _refusal(command, matter, role, conduct):
        return Decision(_answer(command, now, problem, accepted=False))
    if command.verb is Verb.HELP:
        return Decision(_answer(command, now, _help(matter.incident, conduct)))
    if command.verb is Verb.RECHECK:
        what = "That version" if command.only else "Every version of it"
        return Decision(_answer(command, now, f"{what} is looked at again now."), Effect(recheck=True))
    if command.verb is Verb.ACKNOWLEDGE:
        return _acknowledge(command, now)
    firsts = [
        first
        for first, their_role in others
        if _same(first, command) and now - first.at <= SECOND and not _refusal(first, matter, their_role, conduct)
    ]
    if conduct.four_eyes and not firsts:
        sentence = (
            f"This waits for a second person with the role {conduct.role} or more, who gives the same command within "
            f"{SECOND.days} days: {_spelled(command)}."
        )
        return Decision(_answer(command, now, sentence, accepted=False, waits=True))
    people = [command, *(firsts if conduct.four_eyes else [])]
    effect, sentence = _mine(command, people, matter, now) if command.verb is Verb.MINE else _mute(people, matter, now)
    waits = command.verb is Verb.MUTE
    seconded = tuple(
        _answer(first, now, f"{command.actor} said the same. {sentence}", waits=waits) for first in people[1:]
    )
    return Decision(_answer(command, now, sentence, waits=waits), effect, seconded)


def ranks(role: str, least: str) -> bool:
    """The role is at least that one. What is not known ranks below all that may be asked for."""
    return role in LADDER and least in LADDER and LADDER.index(role) >= LADDER.index(least) > 0


def published(account_id: int, login: str, matter: Matter) -> bool:
    """This account published what stands open, or started a run that it names."""
    return account_id in matter.publisher_ids or login.lower() in matter.publishers


def is_stranger(role: str) -> bool:
    """Nobody gave this role by name: on a public repository everybody has as much."""
    return not ranks(role, _RECHECK)


def turned_away(command: Command, answered: Iterable[tuple[Command, Answer]], now: datetime) -> bool:
    """Its account has no role and was answered about this incident lately: it is not asked after again."""
    return any(first.actor_id == command.actor_id for first, _ in _strangers(answered, now))


def crowded(answered: Iterable[tuple[Command, Answer]], now: datetime) -> bool:
    """So many accounts without a role were answered about this incident lately that no other is."""
    return len({first.actor_id for first, said in _strangers(answered, now) if not said.silent}) >= STRANGERS


def of_a_stranger(answer: Answer, *, silent: bool) -> Answer:
    """The answer to an account without a role."""
    return replace(answer, stranger=True, silent=silent)


def dropped(command: Command, now: datetime) -> Answer:
    """What becomes of a command of an account that is turned away."""
    sentence = f"{command.actor} has no role in the repository, and was answered already."
    return of_a_stranger(_answer(command, now, sentence, accepted=False), silent=True)


def days_of(command: Command) -> int:
    """For how many days, within the bounds."""
    limits = DAYS[command.verb]
    return limits.usual if command.days is None else max(1, min(command.days, limits.most))


def _strangers(answered: Iterable[tuple[Command, Answer]], now: datetime) -> list[tuple[Command, Answer]]:
    return [(first, said) for first, said in answered if said.stranger and now - said.at < HEARD]


def _refusal(command: Command, matter: Matter, role: str, conduct: Conduct) -> str:
    """Why the command is not obeyed, and what to do; '' where nothing is against it."""
    if command.problem:
        return command.problem
    if command.verb is Verb.HELP:
        return ""
    least = _RECHECK if command.verb is Verb.RECHECK else conduct.role
    if not ranks(role, least):
        shown = role if role in LADDER[1:] else "none"
        return f"This needs the role {least} or more in the repository; GitHub says that {command.actor} has {shown}."
    if command.verb is Verb.RECHECK:
        return ""
    if not any(member.open for member in matter.incident.members):
        return "Nothing stands open here any more."
    if command.verb in LOOSENING and published(command.actor_id, command.actor, matter):
        return (
            f"{command.actor} is named as who published what stands open here, and cannot speak for it. Have somebody "
            f"else with the role {conduct.role} give the command, or those who run Artifact Monitor record a waiver."
        )
    if command.verb in LOOSENING and command.code != (code := code_of(matter.incident)):
        return (
            f"What stands open here is not what this command was about. Look at what is listed now; its code is {code}."
        )
    return ""


def _acknowledge(command: Command, now: datetime) -> Decision:
    until = now + timedelta(days=days_of(command))
    sentence = (
        f"{command.actor} looks after it until {until:%Y-%m-%d %H:%M} UTC. It stands open, and is told again when that "
        "is over or something new is found."
    )
    seen_at = min(now, command.at + CLOCKS)
    given = Acknowledgement(command.actor, command.reason, seen_at, until)
    return Decision(_answer(command, now, sentence), Effect(acknowledged=given))


def _mine(command: Command, people: Sequence[Command], matter: Matter, now: datetime) -> tuple[Effect, str]:
    until, open_ = now + WAIVED, [member for member in matter.incident.members if member.open]
    by = _by(people)
    waivers = tuple(Waiver(m.artifact, m.number, m.fingerprint, by, command.reason, now, until) for m in open_)
    count = "1 version" if len(open_) == 1 else f"{len(open_)} versions"
    sentence = (
        f"Waived until {until:%Y-%m-%d %H:%M} UTC: exactly the files of {count} that were shown. No verdict changes. "
        "Everybody who hears of alerts is told."
    )
    return Effect(waivers=waivers), sentence


def _mute(people: Sequence[Command], matter: Matter, now: datetime) -> tuple[Effect, str]:
    asked, starts = people[0], now + NOTICE
    until = starts + timedelta(days=min(days_of(one) for one in people))
    mutes = tuple(
        Mute(artifact, line, _by(people), asked.reason, now, starts, until)
        for artifact, line in dict.fromkeys(matter.lines)
    )
    lines = ", ".join(f"{mute.line} of {mute.artifact.label[:80]}" for mute in mutes[:3])
    more = f" and {len(mutes) - 3} more" if len(mutes) > 3 else ""
    sentence = (
        f"From {starts:%Y-%m-%d %H:%M} UTC until {until:%Y-%m-%d %H:%M} UTC nothing is told of absences and suspicions "
        f"on {lines}{more}. What is proven against a version is told all the same. Everybody who hears of alerts "
        "is told now."
    )
    return Effect(mutes=mutes), sentence


def _same(first: Command, second: Command) -> bool:
    """Another person's command for the same thing."""
    return first.actor_id != second.actor_id and (first.verb, first.code) == (second.verb, second.code)


def _by(people: Sequence[Command]) -> str:
    """Who it is given by, whoever of them was first."""
    return " and ".join(sorted({one.actor for one in people}))


def _spelled(command: Command) -> str:
    """How the same command is written."""
    if command.verb is Verb.MINE:
        return f"{MARK} mine {command.code} REASON"
    return f"{MARK} mute for {days_of(command)} days REASON"


def _help(incident: Incident, conduct: Conduct) -> str:
    stands = any(member.open for member in incident.members)
    code = f"The code of what stands open here is {code_of(incident)}." if stands else "Nothing stands open here."
    return (
        f"One command a line: {MARK} acknowledge [for 7 days] REASON; {MARK} recheck; {MARK} mine CODE REASON; {MARK} "
        f"mute [for 30 days] REASON. {code} They need the role {conduct.role} or more, recheck only {_RECHECK}; mine "
        "and mute are not taken from the account that published."
    )


def _answer(command: Command, now: datetime, sentence: str, *, accepted: bool = True, waits: bool = False) -> Answer:
    return Answer(command.id, command.incident_id, accepted, sentence, now, waits)


def _code(members: Iterable[Member]) -> str:
    lines = sorted(f"{member.artifact.purl} {member.number} {member.fingerprint}" for member in members)
    # A registry's number may hold half a surrogate pair, which is no text in UTF-8 and must still be bound exactly.
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()[:CODE]
