"""Of which packages a good version is named in a command, and how old it must be. Pure."""

from __future__ import annotations

from datetime import datetime

from checks.commands import POINTED
from checks.report import settled
from verifier.model import Artifact, Incident


def before(incident: Incident) -> dict[Artifact, datetime]:
    """Those packages of the incident, and when the first of their versions in it was published.

    What was published later is not named, so that a command stays as it is while the alert stands open. Nothing is to
    be done about an incident that is settled.
    """
    if settled(incident):
        return {}
    found: dict[Artifact, datetime] = {}
    for member in incident.members:
        if member.artifact.type in POINTED:
            at = member.published_at or member.detected_at
            found[member.artifact] = min(at, found.get(member.artifact, at))
    return found
