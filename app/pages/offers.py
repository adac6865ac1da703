"""What may be asked for about an incident by who looks at it, as forms of a page. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from app.deeds import commanding
from app.pages.words import plural
from app.viewer import Viewer
from checks.words import contradicts
from verifier.model import DAYS, Conduct, Incident, IncidentState, Verb
from verifier.verdict.commands import code_of


@dataclass(frozen=True)
class Offer:
    """One form of the page."""

    verb: str
    title: str
    sentence: str
    button: str
    reason: bool = True
    code: str = ""
    usual: int = 0
    most: int = 0


def offers(incident: Incident, viewer: Viewer, conduct: Conduct, where: str = "here") -> tuple[Offer, ...]:
    """What may be asked for now; nothing where nothing stands open, or who looks may not.

    `where` the versions stand that it is about, for the page on which it is offered.
    """
    open_ = [member for member in incident.members if member.open]
    if not open_ or not commanding.may(viewer, Verb.ACKNOWLEDGE, incident.repository_id, conduct):
        return ()
    code, second = code_of(incident), " A second person must say the same within 7 days." if conduct.four_eyes else ""
    look_after, mute = DAYS[Verb.ACKNOWLEDGE], DAYS[Verb.MUTE]
    found = [
        Offer(
            Verb.ACKNOWLEDGE.value,
            "I look after it",
            "It stays open and is told again when the time is over, or something new is found.",
            "Acknowledge",
            usual=look_after.usual,
            most=look_after.most,
        ),
        Offer(
            Verb.MINE.value,
            "This was me: waive it",
            f"Waives exactly the files of {plural(len(open_), 'open version')} {where} for 30 days; no verdict "
            f"changes. It is not taken from the account that published.{second}",
            "Waive",
            code=code,
        ),
    ]
    if any(not any(contradicts(reason) for reason in member.reasons) for member in open_):
        sentence = (
            "From a day from now on nothing is told of absences and suspicions on the release lines of what stands open"
            f" {where}. What is proven against a version is told all the same.{second}"
        )
        found.append(
            Offer(
                Verb.MUTE.value,
                "Mute the line",
                sentence,
                "Mute the line",
                code=code,
                usual=mute.usual,
                most=mute.most,
            )
        )
    return tuple(found)


def refused(incident: Incident, viewer: Viewer, conduct: Conduct) -> str:
    """Why nothing of it is offered to who looks; '' where something is, or nothing is left to do."""
    if incident.state is IncidentState.RESOLVED or commanding.may(
        viewer, Verb.ACKNOWLEDGE, incident.repository_id, conduct
    ):
        return ""
    return f"To act on it takes the role {conduct.role} or more in its repository, as GitHub says."
