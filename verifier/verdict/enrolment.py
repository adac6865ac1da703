"""Who may have an artifact watched, changed or left alone, and from when on it holds. Pure.

To watch more is never a danger, as long as nobody takes what is somebody else's. To watch less, or to let more publish,
is what a thief would do first: it is told out of band and holds a day later, and takes two people where the repository
wants that. Whoever runs the monitor, on its own machine, is obeyed at once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from verifier.model import LADDER, Act, Conduct, Enrolment, Publisher, Replied, Reply
from verifier.verdict.commands import NOTICE, SECOND, ranks


@dataclass(frozen=True)
class Ground:
    """What is known when a person's wish is answered.

    `full_name` is the repository's, `role` what GitHub says that they have there now. `before` are its publishers of
    the artifact, and `wanted` the one that is asked for. `at_once` is what of `wanted` allows nothing that `before`
    does not. `unproven` says why it is not taken to be this repository's, and `fixed` why only others may change who
    publishes it; '' where nothing is against it. `stop` is the stop that stands of it here.
    """

    full_name: str
    role: str
    conduct: Conduct
    before: tuple[Publisher, ...] = ()
    wanted: tuple[Publisher, ...] = ()
    at_once: tuple[Publisher, ...] = ()
    unproven: str = ""
    fixed: str = ""
    stop: Reply | None = None

    @property
    def loosens(self) -> bool:
        """More may publish than before."""
        return bool(self.before) and self.at_once != self.wanted


def decide_enrolment(asked: Enrolment, ground: Ground, others: Sequence[tuple[Enrolment, str]], now: datetime) -> Reply:
    """What becomes of a person's wish. `others` wait for a second person, each with its author's role now."""
    if problem := _refusal(asked, asked.actor, ground.role, ground):
        return refused(asked, problem, now)
    if asked.act is Act.RESUME:
        return _accepted(asked, ground, "Watching goes on; what was published meanwhile is judged now.", now, now)
    if asked.act is Act.WATCH and not ground.loosens:
        return _accepted(asked, ground, _watched(asked, ground), now, now)
    seconded = [
        first
        for first, role in others
        if _same(first, asked) and now - first.at <= SECOND and not _refusal(first, first.actor, role, ground)
    ]
    if ground.conduct.four_eyes and not seconded:
        sentence = (
            f"This waits for a second person with the role {ground.conduct.role} or more, who asks for exactly the "
            f"same within {SECOND.days} days. Until then nothing changes."
        )
        return Reply(asked.id, False, sentence, now, waits=True)
    acts_at = now + NOTICE
    return _accepted(asked, ground, _later(asked, ground, acts_at), now, acts_at)


def seconded_by(asked: Enrolment, replied: Sequence[Replied], now: datetime) -> tuple[Enrolment, ...]:
    """The wishes that wait for exactly this one: of each other person the newest, since their roles are asked for.

    What waited when something was accepted last is spent: nobody repeats by themselves what two wanted once.
    """
    spent = max((reply.at for _, reply in _held(replied, asked.repository_id)), default=None)
    waiting = {
        one.actor_id: one
        for one, reply in sorted(replied, key=lambda pair: (pair[0].at, pair[0].id))
        if reply is not None and reply.waits and (spent is None or one.at >= spent)
        if _same(one, asked) and now - one.at <= SECOND
    }
    return tuple(waiting.values())


def refused(asked: Enrolment, sentence: str, now: datetime) -> Reply:
    """It is not done, and this is why."""
    return Reply(asked.id, False, sentence, now)


def stop_of(replied: Sequence[Replied], repository_id: int) -> Reply | None:
    """The stop that stands for this repository among the wishes about one artifact; None: none does."""
    held = _held(replied, repository_id)
    return held[-1][1] if held and held[-1][0].act is Act.STOP else None


def stopped(replied: Sequence[Replied], repository_ids: Collection[int], now: datetime) -> datetime | None:
    """Since when nobody looks at an artifact that these repositories publish: when the last of them stopped.

    None as long as one of them goes on. What none publishes stands under 0.
    """
    stops = [stop_of(replied, one) for one in set(repository_ids) or {0}]
    times = [stop.acts_at for stop in stops if stop is not None and stop.acts_at is not None and stop.acts_at <= now]
    return max(times) if len(times) == len(stops) else None


def takes_effect(replied: Sequence[Replied], asked: Enrolment, now: datetime) -> bool:
    """What was to hold later holds now: its time has come, and nobody said since who publishes the artifact."""
    held = [(one, reply) for one, reply in _held(replied, asked.repository_id) if one.act is Act.WATCH]
    if not held or held[-1][0].id != asked.id:
        return False
    acts_at = held[-1][1].acts_at
    return acts_at is not None and acts_at <= now


def _held(replied: Sequence[Replied], repository_id: int) -> list[tuple[Enrolment, Reply]]:
    """What was accepted for this repository, in the order in which it was."""
    held = [(one, r) for one, r in replied if r is not None and r.accepted and repository_id in r.repository_ids]
    return sorted(held, key=lambda pair: (pair[1].at, pair[0].id))


def _refusal(asked: Enrolment, actor: str, role: str, ground: Ground) -> str:
    """Why it is not done, and what to do; '' where nothing is against it."""
    least = ground.conduct.role
    if not ranks(role, least):
        shown = role if role in LADDER[1:] else "none"
        return f"This needs the role {least} or more in {ground.full_name}; GitHub says that {actor} has {shown}."
    if asked.act is Act.WATCH:
        return ground.fixed or ("" if ground.before else ground.unproven)
    if not ground.before:
        return f"{ground.full_name} does not publish it for this monitor."
    if asked.act is Act.STOP and ground.stop is not None:
        return f"It is stopped already, from {_time(ground.stop.acts_at)} on."
    if asked.act is Act.RESUME and ground.stop is None:
        return "It is watched; there is nothing to go on with."
    return ""


def _watched(asked: Enrolment, ground: Ground) -> str:
    if not ground.before:
        return "It is watched. The first look only learns; versions published from now on are judged and reported."
    if ground.before == ground.wanted:
        return "It is watched so already."
    return "Changed; its versions are judged again by it."


def _later(asked: Enrolment, ground: Ground, acts_at: datetime) -> str:
    told = "Everybody who hears of alerts is told now."
    if asked.act is Act.STOP:
        return (
            f"It is watched until {_time(acts_at)}, then no more; until then anybody with the role "
            f"{ground.conduct.role} in {ground.full_name} can call that back. {told}"
        )
    part = "What it forbids holds now, what it allows" if ground.at_once != ground.before else "It holds"
    return f"{part} from {_time(acts_at)} on, because more may publish then than before. {told}"


def _accepted(asked: Enrolment, ground: Ground, sentence: str, now: datetime, acts_at: datetime) -> Reply:
    ids = tuple(dict.fromkeys(publisher.repository_id for publisher in (*ground.wanted, *ground.before)))
    return Reply(asked.id, True, sentence, now, acts_at=acts_at, repository_ids=ids, publishers=ground.wanted)


def _same(first: Enrolment, second: Enrolment) -> bool:
    """Another person's wish for exactly the same."""
    return first.actor_id != second.actor_id and _content(first) == _content(second)


def _content(asked: Enrolment) -> tuple[object, ...]:
    return (
        asked.act,
        asked.artifact,
        asked.repository_id,
        asked.workflows,
        asked.refs,
        asked.events,
        asked.manual,
        asked.environment,
        asked.moving,
        asked.mirrors,
    )


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at is not None else "some time"
