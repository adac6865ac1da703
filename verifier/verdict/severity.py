"""How loud an incident is, by the worst that stands open in it, and how loud a bulletin. Pure."""

from __future__ import annotations

from verifier.model import BulletinKind, Incident, Member, Outcome, Severity

_BULLETINS = {
    BulletinKind.CONFIG_CHANGED: Severity.INFO,
    BulletinKind.CONFIG_REFUSED: Severity.LOW,
    BulletinKind.CONFIG_LOOSENS: Severity.MEDIUM,
    BulletinKind.WORKFLOW_CHANGED: Severity.LOW,
    BulletinKind.BRANCH_CHANGED: Severity.HIGH,
    BulletinKind.BLINDED: Severity.HIGH,
    BulletinKind.TAMPERED: Severity.HIGH,
    BulletinKind.COMMANDED: Severity.MEDIUM,
}


def severity_of(incident: Incident) -> Severity:
    """As its loudest open version, whoever looks after it; `info` where nothing stands open."""
    return max((severity_of_member(member) for member in incident.members if member.open), default=Severity.INFO)


def severity_of_member(member: Member) -> Severity:
    """How loud one version is while it stands open."""
    if member.outcome is Outcome.NON_COMPLIANT:
        return Severity.CRITICAL if member.confidence == "high" else Severity.HIGH
    return Severity.MEDIUM if member.suspect else Severity.LOW


def severity_of_bulletin(kind: BulletinKind) -> Severity:
    """How loud a bulletin is: what looks like a thief covering traces is louder than what everybody does."""
    return _BULLETINS[kind]
