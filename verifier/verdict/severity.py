"""How loud an incident is: by the worst that stands open in it. Pure."""

from __future__ import annotations

from verifier.model import Incident, Member, Outcome, Severity


def severity_of(incident: Incident) -> Severity:
    """The severity of what stands open in it now; `info` where nothing does."""
    return max((_of(member) for member in incident.members if member.open), default=Severity.INFO)


def _of(member: Member) -> Severity:
    if member.outcome is Outcome.NON_COMPLIANT:
        return Severity.CRITICAL if member.confidence == "high" else Severity.HIGH
    return Severity.MEDIUM if member.suspect else Severity.LOW
