"""What a verdict rests on, as pages show it: certificates, runs, files. Pure; every list is bounded."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from app.explain.case_words import LOGS, STANDINGS, claimed, vetted
from app.pages.words import link, moment, shown
from verifier.model import Evidence, File, JobsState, LogClaim, Publisher, PublishStep, Run, RunKey, Standing, Version

FILES = 50
"""The most files of one version that are listed."""
PARTS = 20
CERTIFICATES = 20
DIGESTS = 20
"""The most digests that one certificate is shown to be about."""
RUNS = 6
"""The most runs that are shown in full."""
STEPS = 20
CLAIMS = 20

_STYLES = {
    Standing.VERIFIED: "compliant",
    Standing.PROMISED: "compliant",
    Standing.STATED: "unverifiable",
    Standing.FAILED: "non-compliant",
    Standing.UNREADABLE: "suspect",
}
_SIGNS = {"compliant": "✓", "unverifiable": "?", "non-compliant": "✗", "suspect": "!"}
_JOBS = {
    JobsState.UNREAD: "Its jobs are not read yet.",
    JobsState.GONE: "GitHub no longer shows its jobs: they are expired, or were deleted.",
    JobsState.READ: "Its jobs were read, and no step of them looks like publishing.",
}


@dataclass(frozen=True)
class Item:
    """One line of a list of facts. `at`: a time; `url`: where `value` leads; `code`: to be compared by the letter."""

    name: str
    value: str = ""
    url: str = ""
    code: bool = False
    at: datetime | None = None


@dataclass(frozen=True)
class Digest:
    """One digest in full. `match`: what it is known from besides, '' where nothing is."""

    value: str
    match: str = ""


@dataclass(frozen=True)
class Certificate:
    """One attestation. `proven`: its words are its signer's; else they count for nothing."""

    source: str
    word: str
    sign: str
    style: str
    proven: bool
    problem: str
    items: tuple[Item, ...]
    digests: tuple[Digest, ...]
    more: int


@dataclass(frozen=True)
class Step:
    """One publish step of a run."""

    job: str
    name: str
    conclusion: str
    style: str
    started_at: datetime | None
    took: str
    url: str


@dataclass(frozen=True)
class Told:
    """One run. `role` says what it has to do with the version; `claims` is what its log says."""

    anchor: str
    title: str
    role: str
    url: str
    items: tuple[Item, ...]
    steps: tuple[Step, ...]
    no_step: str
    claims: tuple[str, ...]
    log: str
    more_steps: int
    more_claims: int


@dataclass(frozen=True)
class Held:
    """One file of the version."""

    name: str
    digests: tuple[str, ...]
    published_at: datetime | None
    attested: bool
    marks: tuple[str, ...]
    parts: tuple[tuple[str, str], ...]
    more_parts: int


def anchor(key: RunKey) -> str:
    """Where a run stands on the page."""
    return f"run-{key.run_id}-{key.attempt}"


def facts(pairs: Iterable[tuple[str, str]], code: Collection[str] = ()) -> tuple[Item, ...]:
    """The facts that are known; `code` names those to be compared letter by letter."""
    return tuple(Item(name, shown(value, 400), code=name in code) for name, value in pairs if value)


def certificate(evidence: Evidence, version: Version) -> Certificate:
    """One attestation with what it claims, and whether its digests are those of our files."""
    style = _STYLES[evidence.standing]
    items = facts(
        (
            ("Repository", evidence.repository),
            ("Workflow", evidence.workflow),
            ("Signed by the job of", evidence.called if evidence.called != evidence.workflow else ""),
            ("Ref", evidence.ref),
            ("Event", evidence.event),
            ("Commit", evidence.commit),
            ("Run", str(evidence.run) if evidence.run is not None else ""),
            ("Runner", evidence.runner),
            ("Issuer", evidence.issuer),
            ("Identity", evidence.identity),
            ("In the log at", evidence.log),
        ),
        ("Workflow", "Ref", "Commit", "Identity", "In the log at"),
    )
    if evidence.signed_at is not None:
        items = (*items, Item("Signed", at=evidence.signed_at))
    held = {digest: file.name for file in version.files for digest in file.digests}
    return Certificate(
        shown(evidence.source, 60),
        STANDINGS[evidence.standing],
        _SIGNS[style],
        style,
        evidence.proven,
        shown(evidence.problem, 400),
        items,
        tuple(Digest(shown(d, 140), _match(d, held)) for d in evidence.digests[:DIGESTS]),
        max(len(evidence.digests) - DIGESTS, 0),
    )


def _match(digest: str, held: dict[str, str]) -> str:
    return f"that of {shown(held[digest], 80)}" if digest in held else ""


def told(run: Run, role: str) -> Told:
    """One run in full: what it was, what its publish steps did, what its log says, whose commit it ran."""
    ended = f" ({run.conclusion})" if run.conclusion else ""
    ran = (
        ("Workflow", run.workflow),
        ("Called", ", ".join(run.called[:3])),
        ("Event", run.event),
        ("Ref", run.head_branch or ""),
        ("Commit", run.head_sha),
        ("On", run.title),
        ("Started by", _people(run)),
        ("Attempt", str(run.key.attempt)),
        ("State", f"{run.status.replace('_', ' ')}{ended}"),
    )
    vetting = vetted(run.vetting) if run.vetting is not None else iter((("source", "not asked about yet"),))
    names = {"commit": "Its commit", "workflow": "Its workflow file", "problem": "Not answered", "source": "Its source"}
    names["approval"] = "Environment"
    items = (
        *facts(ran, ("Workflow", "Commit", "Ref")),
        Item("Began", at=run.started_at),
        Item("Ended" if run.completed else "Last heard of", at=run.updated_at),
        *facts((names.get(name, name), value) for name, value in vetting),
    )
    url = link(run.url)
    return Told(
        anchor(run.key),
        f"Run {run.key}",
        role,
        url,
        items,
        tuple(_step(step, url) for step in run.steps[:STEPS]),
        "" if run.steps else _JOBS[run.jobs],
        tuple(_line(claim) for claim in run.claims[:CLAIMS]),
        "" if run.claims else f"Its log: {LOGS[run.log]}.",
        max(len(run.steps) - STEPS, 0),
        max(len(run.claims) - CLAIMS, 0),
    )


def _line(claim: LogClaim) -> str:
    """What the log says, and who printed it when."""
    by = (
        (" by", claim.tool),
        (" in step", claim.step and f"“{claim.step}”"),
        (" to", claim.registry),
        (" at", claim.at and f"{moment(claim.at)} UTC"),
    )
    printed = "".join(f"{word} {shown(what, 120)}" for word, what in by if what)
    return shown(claimed(claim), 800) + (f" (printed{printed})" if printed else "")


def _people(run: Run) -> str:
    again = run.triggering_actor if run.triggering_actor != run.actor else ""
    return f"{run.actor}, this attempt by {again}" if again and run.actor else run.actor or again


def _step(step: PublishStep, url: str) -> Step:
    took = step.completed_at - step.started_at if step.completed_at and step.started_at else None
    style = {"success": "compliant", "failure": "non-compliant", "skipped": "non-compliant"}.get(step.conclusion, "")
    at_job = f"{url.split('/attempts/')[0]}/job/{step.job_id}" if url and step.job_id else ""
    return Step(
        shown(step.job, 80),
        shown(step.name, 120),
        shown(step.conclusion, 20) or "going on",
        style or "pending",
        step.started_at,
        f"{max(int(took.total_seconds()), 0):,} s" if took is not None else "",
        at_job,
    )


def one_line(run: Run) -> str:
    """One run in a line, for a list of those around a publication."""
    how = run.conclusion or run.status.replace("_", " ")
    published = ", ".join(f"“{step.name}” {step.conclusion or 'going on'}" for step in run.steps[:2])
    step = f"; publish step {published}" if published else ""
    return shown(
        f"{run.workflow} on {run.head_branch or '?'} ({run.event}), {how}, {moment(run.started_at)} UTC{step}", 400
    )


def publishes(run: Run, publishers: Iterable[Publisher]) -> bool:
    """It is of a workflow that may publish."""
    return any(
        p.repository_id == run.key.repository_id and not run.workflows.isdisjoint(p.workflows) for p in publishers
    )


def held(file: File) -> Held:
    """One file with its full digests."""
    marks = (
        (file.yanked, "yanked"),
        (file.removed, "removed"),
    )
    return Held(
        shown(file.name, 200) or "(no name)",
        tuple(shown(digest, 140) for digest in file.digests[:4]),
        file.published_at,
        file.attested,
        tuple(word for holds, word in marks if holds),
        tuple((shown(part.platform, 60), shown(part.digest, 140)) for part in file.parts[:PARTS]),
        max(len(file.parts) - PARTS, 0),
    )
