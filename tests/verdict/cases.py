"""A small world for tests of decisions: one repository of Alice's that publishes `widget` by CI."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from verifier.model import (
    Account,
    AccountKind,
    Artifact,
    Case,
    Confidence,
    Evidence,
    File,
    JobsState,
    Judged,
    Line,
    Outcome,
    Publisher,
    PublishStep,
    Ref,
    Repository,
    Run,
    RunKey,
    Sight,
    Standing,
    Verdict,
    Version,
)

WIDGET = Artifact("pkg:npm/widget")
WORKFLOW = ".github/workflows/publish.yml"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
INSTALLED = NOON - 30 * DAY
LATER = NOON + 15 * MINUTE
REPOSITORY = Repository(7, 70, "alice/widget", NOON - 400 * DAY, default_branch="main", installation_id=1)
PUBLISHER = Publisher(WIDGET, 7, 70, (WORKFLOW,))
ALICE = Account("alice", AccountKind.PERSON)
BOB = Account("bob", AccountKind.PERSON)
OIDC = Account("GitHub Actions", AccountKind.TRUSTED_PUBLISHER)


def version(number: str = "1.2.3", at: datetime = NOON, *, attested: bool = False, **changes: Any) -> Version:
    """One version with one file; its digest follows from its number."""
    ranks = tuple(int(part) if part.isdigit() else 0 for part in number.split("-")[0].split("."))
    channel = number.split("-")[1].split(".")[0] if "-" in number else "release"
    made = Version(
        artifact=WIDGET,
        number=number,
        line=Line(channel, ranks[0]),
        rank=ranks,
        first_seen_at=at,
        published_at=at,
        files=(File(f"widget-{number}.tgz", (f"sha512:{abs(hash(number)):032x}",), at, attested=attested),),
        account=ALICE,
    )
    return replace(made, **changes)


def step(at: datetime = NOON, conclusion: str = "success", name: str = "Publish") -> PublishStep:
    """A publish step of two minutes around a time; a skipped one has no length."""
    return PublishStep("publish", name, 3, conclusion, at - MINUTE, at + MINUTE)


def run(run_id: int = 1, at: datetime = NOON, **changes: Any) -> Run:
    """A completed, approved run on a version tag, whose publish step is around `at`."""
    made = Run(
        key=RunKey(7, run_id, 1),
        workflow=WORKFLOW,
        event="push",
        head_sha="a" * 40,
        started_at=at - 5 * MINUTE,
        updated_at=at + 5 * MINUTE,
        status="completed",
        conclusion="success",
        head_branch="v1.2.3",
        head_repository_id=7,
        title="Ship it",
        url=f"https://github.example/alice/widget/actions/runs/{run_id}",
        jobs=JobsState.READ,
        steps=(step(at),),
        read_at=at + 6 * MINUTE,
    )
    return replace(made, **changes)


def signed(run_id: int = 1, attempt: int = 1, number: str = "1.2.3", **changes: Any) -> Evidence:
    """Verified provenance for one version's file, naming a run of ours, signed in its publish step."""
    made = Evidence(
        Standing.VERIFIED,
        "npm attestation",
        run=RunKey(7, run_id, attempt),
        repository="alice/widget",
        repository_id=7,
        owner_id=70,
        workflow=WORKFLOW,
        event="push",
        digests=version(number).files[0].digests,
        issuer="https://token.actions.githubusercontent.com",
        runner="github-hosted",
        signed_at=NOON,
    )
    return replace(made, **changes)


def judged(number: str, at: datetime, outcome: Outcome | None = None, **changes: Any) -> Judged:
    """A sibling, with the verdict that stands for it."""
    verdict = Verdict(outcome, Confidence.MEDIUM, ()) if outcome is not None else None
    return Judged(version(number, at, **changes), verdict)


def ci_line() -> tuple[Judged, ...]:
    """Three earlier versions of line 1.x, attested at the registry."""
    return tuple(judged(f"1.{i}.0", NOON - (10 - i) * DAY, attested=True) for i in range(3))


def hand_line() -> tuple[Judged, ...]:
    """Three earlier versions of line 1.x that Alice published by hand."""
    return tuple(judged(f"1.{i}.0", NOON - (10 - i) * DAY, Outcome.UNVERIFIABLE) for i in range(3))


def tags(*names: str) -> tuple[Ref, ...]:
    """Tags of the repository."""
    return tuple(Ref(7, name, "a" * 40, NOON) for name in names)


def case(of: Version | None = None, **changes: Any) -> Case:
    """The case of one version, with GitHub's list of runs read after the grace."""
    made = Case(
        version=of or version(),
        first_contact=INSTALLED,
        publishers=(PUBLISHER,),
        repositories=(REPOSITORY,),
        sight=Sight(runs_listed_at=NOON + 10 * MINUTE),
        github_asked=True,
    )
    return replace(made, **changes)


def reasons(verdict: Verdict) -> set[str]:
    """The ids of the findings that decided it."""
    return {finding.reason for finding in verdict.reasons}
