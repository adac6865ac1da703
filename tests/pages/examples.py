"""A made-up ledger for the pages: every standing, incidents, a problem, and one name from somebody hostile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from verifier import purls
from verifier.ledger import Book
from verifier.ledger.protocol import Dossier, Posted, Watch
from verifier.model import (
    Account,
    AccountKind,
    Artifact,
    Commit,
    Confidence,
    Evidence,
    File,
    Finding,
    Incident,
    IncidentState,
    JobsState,
    Line,
    LogClaim,
    LogState,
    Member,
    Outcome,
    Publisher,
    PublishStep,
    Repository,
    Run,
    RunKey,
    Standing,
    Verdict,
    Version,
    Vetting,
    Weight,
)

NOW = datetime(2026, 3, 31, 1, 0, tzinfo=UTC)
CONTACT = datetime(2026, 3, 30, tzinfo=UTC)
AXIOS = Artifact("pkg:npm/axios")
WIDGET = Artifact("pkg:pypi/widget")
IMAGE = Artifact("pkg:docker/alice/app")
IDLE = Artifact("pkg:npm/%40alice/new-thing")
HOSTILE = purls.artifact("pkg:npm/%3Cscript%3Ealert%281%29%3C/script%3E")
EVIL = "1.0.0-<img src=x onerror=alert(1)>\u202e@everyone\n" + "a\u0301\u0301\u0301\u0301" + "z" * 500
WORKFLOW = ".github/workflows/publish.yml"
DIGEST = f"sha256:{'0123456789abcdef' * 4}"
KEY = RunKey(7, 41, 1)
ALICE, MALLORY = 7, 8
"""The repositories: Alice publishes everything but what is hostile."""

_DECISIVE = {
    Outcome.COMPLIANT: ("provenance-verified", Weight.EXPLAINS),
    Outcome.NON_COMPLIANT: ("no-run", Weight.ABSENT),
    Outcome.PENDING: ("in-grace", Weight.BLINDS),
    Outcome.UNVERIFIABLE: ("before-monitoring", Weight.NOTES),
}


def verdict(
    outcome: Outcome, sentence: str, suspect: bool = False, anomaly: str = "", run: RunKey | None = None
) -> Verdict:
    """With one finding that decides it."""
    reason, weight = ("burst", Weight.SUSPECTS) if suspect else _DECISIVE[outcome]
    found = [Finding(reason, weight, Confidence.HIGH, sentence, run)]
    if anomaly:
        found.append(Finding("install-scripts-new", Weight.ANOMALY, Confidence.HIGH, anomaly))
    return Verdict(outcome, Confidence.HIGH, tuple(found), suspect)


def dossier(artifact: Artifact, number: str, at: datetime, reached: Verdict | None, **changes: Any) -> Dossier:
    """One version with one file. `changes` are the dossier's, or the version's."""
    made = Version(
        artifact,
        number,
        Line("release", 1),
        (1,),
        max(at + timedelta(seconds=95), CONTACT),
        at,
        (File("a.tgz", (DIGEST,), at),),
        Account("mallory", AccountKind.PERSON),
        unseen_at=at - timedelta(hours=1),
    )
    own = {name: value for name, value in changes.items() if name in Dossier.__dataclass_fields__}
    version = replace(made, **{name: value for name, value in changes.items() if name not in own})
    made_of = {"evidence": (), "verdict_at": at if reached else None, "judged": version.fingerprint}
    return Dossier(version, verdict=reached, **(made_of | own))


def run(key: RunKey = KEY, at: datetime = NOW - timedelta(hours=3), **changes: Any) -> Run:
    """A run of the publish workflow that published."""
    step = PublishStep("publish", "Publish to the registry", 4, "success", at, at + timedelta(seconds=40), job_id=99)
    made = Run(
        key,
        WORKFLOW,
        "push",
        "a" * 40,
        at,
        at + timedelta(minutes=4),
        "completed",
        "success",
        "v1.14.0",
        7,
        "Release 1.14.0",
        "alice",
        "bob",
        url="https://github.example/alice/axios/actions/runs/41",
        jobs=JobsState.READ,
        steps=(step,),
        log=LogState.READ,
        claims=(LogClaim("npm", "axios", "1.14.0", digests=(DIGEST,)),),
        vetting=Vetting(at, ("refs/heads/main",), ("refs/heads/main",), "", True, Commit("a" * 40, signed=True)),
    )
    return replace(made, **changes)


def signed(**changes: Any) -> Evidence:
    """Verified provenance that names the run."""
    made = Evidence(
        Standing.VERIFIED,
        "npm attestation",
        KEY,
        "alice/axios",
        7,
        70,
        WORKFLOW,
        "refs/tags/v1.14.0",
        "push",
        "a" * 40,
        (DIGEST,),
        issuer="https://token.example",
        identity="https://github.example/alice/axios/.github/workflows/publish.yml@refs/tags/v1.14.0",
        runner="github-hosted",
        signed_at=NOW,
    )
    return replace(made, **changes)


def member(artifact: Artifact, number: str, **changes: Any) -> Member:
    """A non-compliant version in an incident."""
    made = Member(artifact, number, "f", Outcome.NON_COMPLIANT, "high", False, ("no-run",), ("No run.",), (), NOW, NOW)
    return replace(made, **changes)


def repository(id_: int, name: str) -> Repository:
    return Repository(id_, 70, name, CONTACT, "main", False, CONTACT, 5)


OK = verdict(Outcome.COMPLIANT, "Verified provenance names step “Publish” of run 41/1.", run=KEY)
OLD = verdict(Outcome.UNVERIFIABLE, "It was published before we began to watch.")
ROGUE = verdict(Outcome.NON_COMPLIANT, "This line is published by CI, and no approved run accounts for 1.14.1.")
BY_HAND = verdict(Outcome.UNVERIFIABLE, "2 versions within an hour; its history knows at most 1.", suspect=True)
GRACE = verdict(Outcome.PENDING, "It is too early to say that no run accounts for it.")
ODD = verdict(Outcome.COMPLIANT, "An approved run on its tag.", anomaly="It runs a script at installation.", run=KEY)
WORST = verdict(Outcome.NON_COMPLIANT, "<b onclick=x>" + EVIL)


def dossiers() -> tuple[Dossier, ...]:
    """Every standing."""
    hour = timedelta(hours=1)
    return (
        dossier(AXIOS, "1.14.1", NOW - timedelta(minutes=38), ROGUE, incident_id="i1", removed_at=NOW),
        dossier(AXIOS, "0.30.4", NOW - timedelta(minutes=12), BY_HAND, incident_id="i1"),
        replace(dossier(AXIOS, "1.14.0", NOW - 3 * hour, OK), evidence=(signed(),)),
        dossier(AXIOS, "1.13.0", CONTACT - 900 * hour, OLD),
        dossier(WIDGET, "2.0.0", NOW - timedelta(minutes=1), GRACE),
        dossier(WIDGET, "1.999.0", NOW - 3 * hour, ODD),
        dossier(WIDGET, "1.998.0", NOW - 4 * hour, ROGUE, waived=True),
        dossier(IMAGE, "3.4.0", NOW - 5 * hour, OK),
        dossier(IMAGE, "latest", NOW - 5 * hour, OK, moving=True),
        dossier(HOSTILE, EVIL, NOW - 2 * hour, WORST, incident_id="i2"),
        dossier(HOSTILE, "1.0.1", NOW - timedelta(seconds=20), None),
    )


def fill(book: Book) -> None:
    """Keep all of it."""
    book.repositories.put(repository(ALICE, "alice/axios"))
    book.repositories.put(repository(MALLORY, "mallory/<b>x</b>"))
    mine = tuple(Publisher(a, ALICE, 70, (WORKFLOW,)) for a in (AXIOS, WIDGET, IMAGE, IDLE))
    book.repositories.put_publishers(ALICE, "config", mine)
    evil = Publisher(HOSTILE, MALLORY, 70, ("<i>.yml",), ("refs/heads/<u>",), environment="<s>" + EVIL)
    book.repositories.put_publishers(MALLORY, "config", (evil,))
    for each in (AXIOS, WIDGET, IMAGE):
        book.versions.put_watch(Watch(each, CONTACT, preview=False, polled_at=NOW))
    book.versions.put_watch(Watch(AXIOS, CONTACT, False, NOW, channels=(("latest", "1.14.0"), ("next", "9.9.9"))))
    book.versions.put_watch(Watch(HOSTILE, CONTACT, False, NOW, channels=((EVIL, EVIL),), problem="<p>" + EVIL))
    book.versions.put_watch(Watch(IDLE, CONTACT, problem="registry.example did not answer within 30 seconds."))
    for kept in dossiers():
        book.versions.put(kept)
        if kept.verdict is not None:
            version = kept.version
            book.versions.put_verdict(
                version.artifact, version.number, version.fingerprint, kept.verdict, version.first_seen_at
            )
    book.runs.put(run())
    many = tuple(member(HOSTILE, f"1.0.{patch}") for patch in range(84))
    both = (member(AXIOS, "1.14.1"), member(AXIOS, "0.30.4", outcome=Outcome.UNVERIFIABLE, suspect=True))
    opened, state = NOW - timedelta(minutes=36), IncidentState.OPEN
    book.incidents.put(Incident("i1", ALICE, opened, state, True, both))
    book.incidents.put(Incident("i2", MALLORY, NOW - timedelta(hours=2), state, True, (member(HOSTILE, EVIL), *many)))
    book.incidents.put(Incident("i3", ALICE, opened, IncidentState.RESOLVED, True, (member(AXIOS, "0.1.0"),)))
    for channel in ("advisory", "issue", "check_run"):
        url = f"https://github.example/o/r/{channel}/1"
        book.incidents.put_posted(Posted("i1", channel, "1", url, "d", True, NOW))
    book.incidents.put_posted(Posted("i2", "issue", "1", "javascript:alert(1)", "d", True, NOW))
    book.health.report("github alice/widget", "Could not look: GitHub answered 502.", NOW - timedelta(minutes=7))
