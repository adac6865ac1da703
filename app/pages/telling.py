"""Where we have spoken about an incident, and how it stands, as pages show it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.pages.words import Badge, badge_of, link, moment, plural, shown
from checks.channels import TITLES
from verifier.ledger.protocol import Posted
from verifier.model import Incident, IncidentState

FEW = 2
"""How many artifacts a title names; more are counted."""
NAMED = 8
"""How many versions of one incident are named."""

_ORDER = {name: position for position, name in enumerate(TITLES)}


@dataclass(frozen=True)
class Link:
    """Where we have spoken about it."""

    label: str
    url: str


@dataclass(frozen=True)
class Told:
    """One incident in a list. `state` says how it stands and who looks after it, '' while it simply stands open."""

    id: str
    title: str
    badge: Badge
    opened_at: datetime
    state: str
    settled: bool
    versions: tuple[str, ...]
    more: str
    posts: tuple[Link, ...]


def told(incident: Incident, posted: Iterable[Posted]) -> Told:
    """The incident as a list shows it."""
    members = [member for member in incident.members if member.open] or list(incident.members)
    names = [shown(m.artifact.versioned(m.number), 120) for m in members]
    return Told(
        incident.id,
        title(incident),
        badge_of(incident),
        incident.opened_at,
        state(incident),
        incident.state is IncidentState.RESOLVED,
        tuple(names[:NAMED]) if len(names) > 1 else (),
        f"and {len(names) - NAMED:,} more" if len(names) > NAMED else "",
        links(posted),
    )


def title(incident: Incident) -> str:
    """What it is about, in a few words."""
    members = [member for member in incident.members if member.open] or list(incident.members)
    if len(members) == 1:
        return shown(members[0].artifact.versioned(members[0].number), 120)
    of = {m.artifact for m in members}
    version, artifact = ("tag", "image") if all(a.is_image for a in of) else ("version", "package")
    if len({a.is_image for a in of}) > 1:
        artifact = "artifact"
    names = [shown(one.label, 80) for one in dict.fromkeys(m.artifact for m in members)]
    what = " and ".join(names) if len(names) <= FEW else plural(len(of), artifact)
    return f"{plural(len(members), version)} of {what}"


def state(incident: Incident) -> str:
    """In words; '' while it simply stands open."""
    if incident.state is IncidentState.RESOLVED:
        return "settled"
    given = incident.acknowledged
    if given is None or incident.state is not IncidentState.ACKNOWLEDGED:
        return ""
    return f"acknowledged by {shown(given.by, 60)} until {moment(given.until)} UTC: {shown(given.reason, 200)}"


def links(posted: Iterable[Posted]) -> tuple[Link, ...]:
    """The addresses that a browser may open, GitHub's channels first."""
    found = sorted(posted, key=lambda p: (_ORDER.get(p.channel, len(_ORDER)), p.channel))
    return tuple(
        Link(TITLES.get(post.channel, shown(post.channel, 20)), url) for post in found if (url := link(post.url))
    )
