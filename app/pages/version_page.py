"""The page of one version as data, from what the ledger holds. Pure; every list is bounded and says what is left."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup

from app.explain.case_words import NEEDS, compared
from app.pages import evidence, telling
from app.pages.decided import Decided, decided, in_force
from app.pages.evidence import Certificate, Held, Item, facts
from app.pages.findings import Group, groups
from app.pages.history import Before, Judgement, before, judgement
from app.pages.now import Steps, steps
from app.pages.telling import Link
from app.pages.version_row import marks, pointing, sure, why
from app.pages.words import BADGES, Badge, link, shown
from verifier.ledger.protocol import Posted, Watch
from verifier.ledger.rows import Dossier
from verifier.model import (
    Artifact,
    Conduct,
    Incident,
    Mute,
    Notice,
    Outcome,
    Publisher,
    Repository,
    Run,
    RunKey,
    Verdict,
    Version,
    Waiver,
    Weight,
    named_runs,
)
from verifier.model.standing import Standing, standing_of

HISTORY = 20
"""The most verdicts, and the most earlier holdings of a tag, that are shown."""
AROUND = 10

CHANGES = {
    Outcome.COMPLIANT: "Proof against it: provenance that names another run, other bytes in the log, a publish step "
    "that did not run after all.",
    Outcome.NON_COMPLIANT: "A run of a workflow that may publish which accounts for it, heard of or read later. A "
    "waiver closes the alert and leaves the verdict as it is.",
    Outcome.PENDING: "What stands under “Not seen yet”: as soon as it is seen, it is decided.",
    Outcome.UNVERIFIABLE: "Evidence that ties it to a run: provenance, its digest in the log of a publish step, or its "
    "name in the run of a workflow that may publish.",
}
PROVEN = (
    "What speaks against it is proof; more runs do not outweigh it. It falls only where the configuration was wrong "
    "and is put right. A waiver closes the alert and leaves the verdict as it is."
)
FIRST = "It is not judged yet: its first examination decides."


@dataclass(frozen=True)
class Asking:
    """When it is looked at next, and why the last look did not work."""

    due_at: datetime
    problem: str


@dataclass(frozen=True)
class Seen:
    """What is read from the ledger for this page. `around`: every run of its repositories near the publication."""

    dossier: Dossier
    watch: Watch
    publishers: tuple[Publisher, ...] = ()
    runs: tuple[Run, ...] = ()
    around: tuple[Run, ...] = ()
    history: tuple[tuple[datetime, str, Verdict], ...] = ()
    earlier: tuple[Dossier, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    mutes: tuple[Mute, ...] = ()
    incident: Incident | None = None
    posted: tuple[Posted, ...] = ()
    notices: tuple[Notice, ...] = ()
    repository: Repository | None = None
    asking: Asking | None = None
    conduct: Conduct = field(default_factory=Conduct)
    good: Mapping[Artifact, str] = field(default_factory=dict)
    """The versions that the incident's packages can go back to."""


@dataclass(frozen=True)
class InIncident:
    """The incident it belongs to."""

    id: str
    title: str
    opened_at: datetime
    state: str
    posts: tuple[Link, ...]


@dataclass(frozen=True)
class Near:
    """A run near the publication that nothing ties to it."""

    label: str
    url: str
    line: str


@dataclass(frozen=True)
class Shown:
    """The whole page as data. Everything in it may be shown; what is Markup is our own Markdown with text escaped."""

    purl: str
    artifact: str
    number: str
    name: str
    type: str
    badge: Badge
    beneath: Badge | None
    """What is waived: the verdict stays. None: nothing is."""
    sure: str
    meaning: str
    why: str
    odd: bool
    stale: bool
    marks: tuple[str, ...]
    tags: tuple[str, ...]
    incident: InIncident | None
    held: tuple[str, ...]
    now: Markup
    acts: tuple[Markup, ...]
    silence: tuple[Markup, ...]
    groups: tuple[Group, ...]
    changes: tuple[str, ...]
    needs: tuple[str, ...]
    recheck_at: datetime | None
    trouble: str
    certificates: tuple[Certificate, ...]
    more_certificates: int
    unread: bool
    nothing: bool
    """Its registry says that it holds provenance, and nothing was found there that could be read."""
    runs: tuple[evidence.Told, ...]
    more_runs: int
    around: tuple[Near, ...]
    more_around: int
    facts: tuple[Item, ...]
    files: tuple[Held, ...]
    more_files: int
    source: str
    paths: tuple[Item, ...]
    earlier: tuple[Before, ...]
    more_earlier: int
    history: tuple[Judgement, ...]
    more_history: int
    waivers: tuple[Decided, ...]
    more_waivers: int
    command: str
    at: datetime


def roll_up(seen: Seen, now: datetime) -> Shown:
    """The page from what the ledger holds."""
    dossier, version, verdict = seen.dossier, seen.dossier.version, seen.dossier.verdict
    runs = {run.key: run for run in seen.runs[: evidence.RUNS]}
    todo = _todo(seen)
    near = [run for run in seen.around if evidence.publishes(run, seen.publishers) and run.key not in runs]
    given = decided(version, seen.waivers, seen.mutes, now)
    sentence, paths = compared(dossier.source)
    attested = any(file.attested for file in version.files)
    found = dossier.evidence or ()
    return Shown(
        version.artifact.purl,
        shown(version.artifact.label, 120),
        shown(version.number, 80),
        shown(str(version), 500),
        version.artifact.type,
        BADGES[dossier.standing],
        BADGES[standing_of(verdict)] if dossier.standing is Standing.WAIVED else None,
        *sure(verdict),
        why(dossier),
        dossier.odd,
        verdict is not None and dossier.judged not in ("", version.fingerprint),
        marks(version),
        pointing(seen.watch, ()).get(version.number, ())[:10],
        _incident(seen),
        in_force(version, seen.waivers, seen.mutes, now),
        todo.now,
        todo.acts,
        todo.silence,
        groups(verdict, runs) if verdict is not None else (),
        changes(verdict),
        tuple(NEEDS[need] for need in sorted(verdict.needs)) if verdict is not None else (),
        _recheck(verdict, seen.asking),
        shown(seen.asking.problem, 400) if seen.asking is not None else "",
        tuple(evidence.certificate(one, version) for one in found[: evidence.CERTIFICATES]),
        max(len(found) - evidence.CERTIFICATES, 0),
        dossier.evidence is None and attested,
        dossier.evidence == () and attested,
        tuple(evidence.told(run, role(run.key, dossier)) for run in runs.values()),
        max(len(seen.runs) - evidence.RUNS, 0),
        tuple(Near(f"run {run.key}", link(run.url), evidence.one_line(run)) for run in near[:AROUND]),
        max(len(near) - AROUND, 0),
        _facts(version),
        tuple(evidence.held(file) for file in version.files[: evidence.FILES]),
        max(len(version.files) - evidence.FILES, 0),
        sentence,
        facts(paths),
        tuple(before(one) for one in reversed(seen.earlier[-HISTORY:])),
        max(len(seen.earlier) - HISTORY, 0),
        tuple(judgement(one, version) for one in reversed(seen.history[-HISTORY:])),
        max(len(seen.history) - HISTORY, 0),
        given[:HISTORY],
        max(len(given) - HISTORY, 0),
        command(version),
        now,
    )


def role(key: RunKey, dossier: Dossier) -> str:
    """What a run has to do with a version, in a few words."""
    findings = [f for f in dossier.verdict.findings if f.run == key] if dossier.verdict is not None else []
    weights = {finding.weight for finding in findings}
    if Weight.EXPLAINS in weights:
        return "accounts for this version"
    if weights & {Weight.CONTRADICTS, Weight.ABSENT}:
        return "is named by what speaks against it"
    if key in named_runs(dossier.evidence or ()):
        return "is named by its signed evidence"
    return "is named by a finding" if findings else "is named by evidence that counts for nothing here"


def changes(verdict: Verdict | None) -> tuple[str, ...]:
    """What would change the verdict, in words."""
    if verdict is None:
        return (FIRST,)
    proven = any(finding.weight is Weight.CONTRADICTS for finding in verdict.findings)
    return (PROVEN if proven else CHANGES[verdict.outcome],)


def command(version: Version) -> str:
    """What to type for the whole case; '' where the number holds what no terminal shows as it is."""
    typed = shlex.join(["artifact-monitor", "explain", version.artifact.purl, version.number])
    return typed if shown(typed, 800) == typed and not version.number.startswith("-") else ""


def _todo(seen: Seen) -> Steps:
    return steps(seen.dossier, seen.incident, seen.repository, seen.notices, seen.good)


def _recheck(verdict: Verdict | None, asking: Asking | None) -> datetime | None:
    times = [asking.due_at] if asking is not None else []
    times += [verdict.recheck_at] if verdict is not None and verdict.recheck_at is not None else []
    return min(times, default=None)


def _incident(seen: Seen) -> InIncident | None:
    incident = seen.incident
    if incident is None:
        return None
    return InIncident(
        incident.id,
        telling.title(incident),
        incident.opened_at,
        telling.state(incident),
        telling.links(seen.posted),
    )


def _facts(version: Version) -> tuple[Item, ...]:
    account = version.account
    at = version.published_at
    found = [Item("Published", at=at) if at is not None else Item("Published", _undated(version))]
    found.append(Item("First seen", at=version.first_seen_at))
    if version.removed_at is not None:
        found.append(Item("Seen gone", at=version.removed_at))
    if account is not None:
        found.append(Item("Account", f"{shown(account.name, 80)} ({account.kind.value.replace('_', ' ')})"))
        if account.approver:
            found.append(Item("Approved by", shown(account.approver, 80)))
    found.append(Item("Release line", shown(str(version.line), 60)))
    if version.artifact.is_image:
        found.append(Item("Kind of tag", "made to move" if version.moving else "a name of its own"))
    if version.install_scripts:
        found.append(Item("Installation", "it runs a script when it is installed"))
    return tuple(found)


def _undated(version: Version) -> str:
    if version.unseen_at is None:
        return "its registry gives no time, and it was there at the first look"
    return f"after {version.unseen_at:%Y-%m-%d %H:%M:%S} UTC, the last look that did not show it so"
