"""What may be done about one version by who looks at it, and what of it may be taken away. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.deeds import commanding
from app.pages.offers import Offer, offers, refused
from app.pages.version_page import Seen
from app.viewer import Viewer
from verifier.model import Incident, Member, Verb

OTHERS = "in its incident"


@dataclass(frozen=True)
class Acts:
    """`offers` and `key` belong to `incident`; without a key a recheck is asked of the version itself.

    `refused`: why less is offered than there would be, `going_on`: it is being looked at again now.
    """

    incident: str
    exported: str
    """The incident whose case file has this version, open or settled; '' where there is none."""
    offers: tuple[Offer, ...]
    others: int
    """How many more versions stand open in the incident: what is given there is given for them too."""
    recheck: bool
    key: str
    refused: str
    going_on: bool


def acts(seen: Seen, viewer: Viewer, now: datetime) -> Acts:
    """What there is to do for this viewer."""
    incident, member = seen.incident, _open(seen)
    going_on = seen.asking is not None and seen.asking.due_at <= now
    exported = incident.id if incident is not None else ""
    if incident is None or member is None:
        recheck = may_recheck(seen, viewer)
        return Acts("", exported, (), 0, recheck, "", "" if recheck else _why(viewer), going_on)
    found = offers(incident, viewer, seen.conduct, OTHERS)
    recheck = commanding.may(viewer, Verb.RECHECK, incident.repository_id, seen.conduct)
    others = sum(one.open for one in incident.members) - 1
    why = "" if found else _why(viewer, refused(incident, viewer, seen.conduct))
    return Acts(incident.id, exported, found, others, recheck, commanding.key_of(member), why, going_on)


def may_recheck(seen: Seen, viewer: Viewer) -> bool:
    """Whether who looks may have it looked at again: with the role in one of the repositories that publish it."""
    return viewer.operator or any(viewer.may_act(p.repository_id, commanding.RECHECKERS) for p in seen.publishers)


def _why(viewer: Viewer, role: str = "") -> str:
    if not viewer.id:
        return "Log in to act on it."
    return role or f"To have it looked at again takes the role {commanding.RECHECKERS} or more in its repository."


def _open(seen: Seen) -> Member | None:
    """The version where it stands open in its incident."""
    incident: Incident | None = seen.incident
    version = seen.dossier.version
    members = incident.members if incident is not None else ()
    same = (one for one in members if (one.artifact, one.number) == (version.artifact, version.number))
    return next((one for one in same if one.open), None)
