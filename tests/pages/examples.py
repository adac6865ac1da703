"""A made-up ledger for the pages: every outcome, an incident, a problem, and one name from somebody hostile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.pages.overview import Seen
from verifier.ledger.health import Problem
from verifier.ledger.protocol import Dossier, Posted, Watch
from verifier.model import (
    Artifact,
    Confidence,
    File,
    Finding,
    Incident,
    IncidentState,
    Line,
    Member,
    Outcome,
    Verdict,
    Version,
    Weight,
)

NOW = datetime(2026, 3, 31, 1, 0, tzinfo=UTC)
CONTACT = datetime(2026, 3, 30, tzinfo=UTC)
AXIOS = Artifact("pkg:npm/axios")
WIDGET = Artifact("pkg:pypi/widget")
IDLE = Artifact("pkg:npm/%40alice/new-thing")
HOSTILE = Artifact("pkg:npm/%3Cscript%3Ealert%281%29%3C/script%3E")
EVIL = "1.0.0-<img src=x onerror=alert(1)>\u202e@everyone\n" + "a\u0301\u0301\u0301\u0301" + "z" * 5000

_DECISIVE = {
    Outcome.COMPLIANT: Weight.EXPLAINS,
    Outcome.NON_COMPLIANT: Weight.ABSENT,
    Outcome.PENDING: Weight.BLINDS,
    Outcome.UNVERIFIABLE: Weight.NOTES,
}


def verdict(outcome: Outcome, sentence: str, suspect: bool = False, anomaly: str = "") -> Verdict:
    findings = [
        Finding("example", Weight.SUSPECTS if suspect else _DECISIVE[outcome], Confidence.HIGH, sentence),
    ]
    if anomaly:
        findings.append(Finding("example-anomaly", Weight.ANOMALY, Confidence.HIGH, anomaly))
    return Verdict(outcome, Confidence.HIGH, tuple(findings), suspect)


def dossier(
    artifact: Artifact,
    number: str,
    at: datetime,
    reached: Verdict | None,
    incident: str | None = None,
    removed: bool = False,
) -> Dossier:
    version = Version(
        artifact,
        number,
        Line("release", 1),
        (1,),
        max(at + timedelta(seconds=95), CONTACT),
        at,
        (File("a.tgz", ("sha256:00",), at),),
        removed_at=NOW if removed else None,
    )
    return Dossier(version, None, reached, at, incident_id=incident)


def member(artifact: Artifact, number: str) -> Member:
    return Member(
        artifact, number, "sha256:00", Outcome.NON_COMPLIANT, "high", False, ("no-run",), ("No run.",), (), NOW, NOW
    )


def seen() -> Seen:
    ok = verdict(Outcome.COMPLIANT, "The registry names an approved run, and that run published.")
    old = verdict(Outcome.UNVERIFIABLE, "It was published before we began to watch.")
    rogue = verdict(Outcome.NON_COMPLIANT, "This line is published by CI, and no approved run accounts for 1.14.1.")
    by_hand = verdict(
        Outcome.UNVERIFIABLE, "It was published within an hour of axios@1.14.1, which is non-compliant.", suspect=True
    )
    grace = verdict(Outcome.PENDING, "It is too early to say that no run accounts for it.")
    odd = verdict(
        Outcome.COMPLIANT,
        "An approved run on the tag of this version published at that time.",
        anomaly="It runs a script at installation; versions before it did not.",
    )
    evil = verdict(Outcome.NON_COMPLIANT, "<b onclick=x>" + EVIL)
    history = [
        dossier(WIDGET, f"1.{minor}.0", CONTACT - timedelta(days=900 - 3 * minor), old if minor % 2 else ok)
        for minor in range(280)
    ]
    dossiers = (
        dossier(AXIOS, "1.14.1", NOW - timedelta(minutes=38), rogue, "i1", removed=True),
        dossier(AXIOS, "0.30.4", NOW - timedelta(minutes=12), by_hand, "i1"),
        dossier(AXIOS, "1.14.0", CONTACT - timedelta(days=4), ok),
        dossier(AXIOS, "1.13.0", CONTACT - timedelta(days=40), old),
        *history,
        dossier(WIDGET, "2.0.0", NOW - timedelta(minutes=1), grace),
        dossier(WIDGET, "1.999.0", NOW - timedelta(hours=3), odd),
        dossier(HOSTILE, EVIL, NOW - timedelta(hours=2), evil, "i2"),
        dossier(HOSTILE, "1.0.1", NOW - timedelta(seconds=20), None),
    )
    many = tuple(member(HOSTILE, f"1.0.{patch}") for patch in range(84))
    incidents = (
        Incident("i1", 1, NOW - timedelta(minutes=36), IncidentState.OPEN, True, (member(AXIOS, "1.14.1"),)),
        Incident("i2", 2, NOW - timedelta(hours=2), IncidentState.OPEN, False, (member(HOSTILE, EVIL), *many)),
        Incident("i3", 1, NOW - timedelta(days=9), IncidentState.RESOLVED, True, (member(AXIOS, "0.1.0"),)),
    )
    where = {channel: f"https://github.example/o/r/{channel}/1" for channel in ("advisory", "issue", "check_run")}
    posted = (
        *(Posted("i1", channel, "1", url, "d", True, NOW) for channel, url in where.items()),
        Posted("i2", "issue", "1", "javascript:alert(1)", "d", True, NOW),
    )
    watches = (
        *(Watch(each, CONTACT, preview=False, polled_at=NOW) for each in (AXIOS, WIDGET, HOSTILE)),
        Watch(IDLE, CONTACT, problem="registry.example did not answer within 30 seconds."),
    )
    problems = (
        Problem("github alice/widget", "Could not look: GitHub answered 502.", NOW - timedelta(minutes=7), NOW),
    )
    return Seen(watches, dossiers, incidents, posted, problems, repositories=3)
