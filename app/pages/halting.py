"""Whether an artifact is still watched, who had that stopped, and what whoever looks may change about it. Pure."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.deeds import enrolling
from app.pages.words import moment, shown
from app.viewer import Viewer
from verifier.model import Act, Enrolment, Publisher, Replied, Reply, Repository
from verifier.verdict.enrolment import stop_of, stopped

STOPPED = "stopped"
STOPPING = "stopping"


@dataclass(frozen=True)
class Halting:
    """`state` is '', `stopped` or `stopping`; `sentence` says since when and by whom, `waiting` what waits for others.

    `edits` are the repositories whose word the viewer may change, `stops` and `resumes` those for which they may stop
    the watch or call that back; whoever runs the monitor does so for all of them, under ''.
    """

    state: str = ""
    sentence: str = ""
    waiting: tuple[str, ...] = ()
    edits: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    once: str = ""


def halting(
    who: Viewer,
    publishers: Sequence[Publisher],
    names: Mapping[int, Repository],
    replied: Sequence[Replied],
    now: datetime,
) -> Halting:
    """What stands and may be done. `publishers` and `replied` may be more than the viewer sees; nothing of it shows."""
    ids = list(dict.fromkeys(publisher.repository_id for publisher in publishers))
    mine = [id_ for id_ in ids if id_ in names and enrolling.may_somewhere(who, id_)]
    halts = {id_: stop for id_ in ids or [0] if (stop := stop_of(replied, id_)) is not None}
    since = stopped(replied, ids, now)
    seen = {id_: stop for id_, stop in halts.items() if who.may_see(id_) or who.operator}
    by_id = {asked.id: asked for asked, _ in replied}
    last = max(seen.values(), key=lambda stop: (stop.acts_at or stop.at, stop.enrolment_id), default=None)
    state = STOPPED if since is not None else STOPPING if seen else ""
    waiting = [
        f"{shown(asked.actor, 80)} asked {'to stop' if asked.act is Act.STOP else 'for a change'}; it waits for a "
        f"second person with the role in {shown(asked.repository, 120)}."
        for asked, reply in _newest(replied)
        if reply.waits and who.may_see(asked.repository_id)
    ]
    full = [names[id_].full_name for id_ in mine]
    stops = [names[id_].full_name for id_ in mine if id_ not in halts]
    resumes = [names[id_].full_name for id_ in mine if id_ in halts]
    if who.operator:
        stops, resumes = ([] if since is not None else [""]), ([""] if halts else [])
    return Halting(
        state,
        _sentence(last, by_id, now) if last is not None and state else "",
        tuple(waiting),
        tuple(full),
        tuple(stops),
        tuple(resumes),
        secrets.token_hex(8),
    )


def _newest(replied: Sequence[Replied]) -> list[tuple[Enrolment, Reply]]:
    """The last wish of each repository about the artifact that was answered."""
    last = {asked.repository_id: (asked, reply) for asked, reply in replied if reply is not None}
    return list(last.values())


def _sentence(stop: Reply, by_id: Mapping[str, Enrolment], now: datetime) -> str:
    asked = by_id.get(stop.enrolment_id)
    who = shown(asked.actor, 80) if asked is not None else "somebody"
    why = f": {shown(asked.reason, 320)}" if asked is not None and asked.reason else ""
    when = f"{moment(stop.acts_at)} UTC"
    if stop.acts_at is not None and stop.acts_at > now:
        return f"{who} asked to stop it{why}. It is watched until {when}."
    return f"{who} had it stopped{why}. What was published since {when} was not looked at."
