"""Examine: gather the case, decide, fetch what the verdict waits for, decide again, keep what changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.deps import Deps
from app.github.installation import Renamed
from app.github.refusals import SlowDown
from app.jobs.batch import ask_about, each, later, put_off
from app.jobs.evidence import ask_github, read_evidence
from app.jobs.installed import github_of, repository_of
from app.jobs.runs import list_runs, read_run
from app.jobs.telling import speak
from checks.base import NotInstalled, Permanent, Temporary
from handlers.record import record
from verifier.ledger.apply import version_task
from verifier.ledger.cases import Cases
from verifier.ledger.protocol import Book, Dossier, Task
from verifier.model import (
    Artifact,
    Case,
    JobsState,
    Need,
    Outcome,
    RepositorySeen,
    RunRead,
    RunSeen,
    Verdict,
    VerdictReached,
    Version,
)
from verifier.verdict import decide
from verifier.verdict.absence import unchecked
from verifier.verdict.blindness import LOOK_BACK
from verifier.verdict.incident import NEAR_INCIDENT

NEWEST = 5
"""Of how many of the newest versions attestations are read, however old they are."""


def run(deps: Deps) -> int:
    """Examine the versions that are due."""
    return each(deps, "examine", _examine)


def _examine(deps: Deps, task: Task) -> datetime | None:
    purl, _, number = task.key.partition(" ")
    artifact, now = Artifact(purl), deps.now()
    case = _gather(deps, artifact, number)
    if case is None:
        return None
    unread, silence = "", _Silence("")
    if _to_read(case, now):
        unread = read_evidence(deps, case.version)
        case = _gather(deps, artifact, number) or case
    verdict = decide(case, now)
    asked = set[Need]()
    while not silence.problem and (needs := verdict.needs - asked):
        # What GitHub answers may leave something else to be asked: nobody waits a round for that.
        asked |= needs
        silence = _fetch_needs(deps, case, needs)
        case = _gather(deps, artifact, number, silence.problem) or case
        verdict = decide(case, now)
    problem = "; ".join(filter(None, (unread, silence.problem)))
    subject = f"look {version_task(artifact, number)}"
    with deps.ledger.writing() as book:
        if problem and not (silence.quiet and not unread):
            book.health.report(subject, f"Could not look at {case.version}: {problem}", now)
        else:
            book.health.solve(subject)
        conclude(book, case.version, verdict, now)
        turns = speak.turns(book, artifact, number, now)
    deps.wake.wake("tell")
    deps.wake.wake("report")
    if silence.shut and verdict.outcome is Outcome.PENDING:
        again_at = None  # wanted again with the installation (`app.jobs.installation`)
    elif problem:
        soonest = max(now + patience(case.version, now), later(now, 0, silence.retry_after or 0))
        again_at = _after_silence(case, verdict, soonest, now)
    else:
        again_at = verdict.recheck_at
    return min([*turns, *([again_at] if again_at is not None else [])], default=None)


def _after_silence(case: Case, verdict: Verdict, soonest: datetime, now: datetime) -> datetime | None:
    """When to ask again who did not answer. What may stand without the answer is asked about for a day only."""
    if verdict.outcome is Outcome.PENDING:
        return max(verdict.recheck_at or soonest, soonest)
    if verdict.needs and now - case.version.at < case.policy.blind_limit:
        return soonest
    return verdict.recheck_at


def patience(version: Version, now: datetime) -> timedelta:
    """How long to leave alone who did not answer: a tenth of the version's age, from a minute to five."""
    return max(timedelta(minutes=1), min((now - version.at) / 10, timedelta(minutes=5)))


def _to_read(case: Case, now: datetime) -> bool:
    """Its attestations were never read, or could not be checked then: the trust root may be newer by now.

    Those of the newest versions are read whatever their age: they show from which branch and by which event a project
    publishes that releases twice a year.
    """
    if case.evidence is None:
        return case.siblings.newer(case.version.at) < NEWEST or case.version.at >= case.first_contact - LOOK_BACK
    return unchecked(case) and now - case.version.at < case.policy.blind_limit


def _gather(deps: Deps, artifact: Artifact, number: str, github_problem: str = "") -> Case | None:
    with deps.ledger.reading() as book:
        watch, dossier = book.versions.watch(artifact), book.versions.get(artifact, number)
        if watch is None or dossier is None:
            return None
        return Cases(book, deps.settings.policy).case(dossier, watch, github_problem)


@dataclass(frozen=True)
class _Silence:
    """Why GitHub did not answer ('': it did), and for how many seconds it wants to be left alone, if it said so.

    `quiet`: that is no trouble of ours. `shut`: the App may not read the repository; nothing is asked until it may.
    """

    problem: str
    retry_after: float | None = None
    quiet: bool = False
    shut: bool = False


def _fetch_needs(deps: Deps, case: Case, needs: Collection[Need]) -> _Silence:
    """Ask GitHub what the verdict waits for."""
    try:
        if Need.NAMED_RUN in needs:
            fetch_named_runs(deps, case)
        if Need.RUN_LIST in needs:
            for repository_id in {publisher.repository_id for publisher in case.publishers}:
                list_runs(deps, repository_id, case.version.spans[0].since - timedelta(days=1))
        if Need.GITHUB_ATTESTATIONS in needs:
            ask_github(deps, _asked_once_more(deps, case))
    except Renamed as error:
        with deps.ledger.writing() as book:
            record([RepositorySeen(error.seen)], book, deps.now())
        return _Silence(str(error), error.retry_after, quiet=True)
    except SlowDown as error:
        put_off(deps, error)
        return _Silence(str(error), error.retry_after, quiet=True)
    except NotInstalled as error:
        with deps.ledger.writing() as book:
            ask_about(book, error, deps.now())
        return _Silence(str(error), quiet=True, shut=True)
    except Temporary as error:
        return _Silence(str(error), error.retry_after)
    except Permanent as error:
        return _Silence(str(error))
    return _Silence("")


def _asked_once_more(deps: Deps, case: Case) -> Case:
    """Attestations are pushed after the image: before their absence counts, its registry is asked for them again.

    Raises Temporary where it does not answer; a registry that never does is given up after a while.
    """
    version = case.version
    if not version.artifact.is_image:
        return case
    problem = read_evidence(deps, version)
    if problem and deps.now() - version.last_at < case.policy.blind_limit:
        raise Temporary(problem)
    return _gather(deps, version.artifact, version.number) or case


def fetch_named_runs(deps: Deps, case: Case) -> None:
    """Read the runs of ours that its evidence names. Raises Temporary or Permanent where GitHub did not answer."""
    ours = {publisher.repository_id for publisher in case.publishers}
    known = {run.key: run for run in case.runs}
    for key in {e.run for e in case.evidence or () if e.run is not None and e.run.repository_id in ours}:
        run = known.get(key)
        if run is not None and run.completed and run.jobs is not JobsState.UNREAD:
            continue
        repository = repository_of(deps, key.repository_id)
        found = github_of(deps, repository).run(repository, key.run_id, key.attempt)
        with deps.ledger.writing() as book:
            if found is None:
                book.record(RunRead(key, JobsState.GONE, (), deps.now()), deps.now())
                continue
            book.record(RunSeen(found), deps.now())
        if found.completed:
            read_run(deps, key)


def conclude(book: Book, version: Version, verdict: Verdict, now: datetime) -> None:
    """Keep a verdict that changed, and say what is worth saying, in one transaction."""
    dossier = book.versions.get(version.artifact, version.number)
    if dossier is None or dossier.version.fingerprint != version.fingerprint:
        return  # new files arrived meanwhile; they are due for their own examination
    before = dossier.verdict
    if before is None or _differs(before, verdict) or dossier.judged != version.fingerprint:
        book.record(VerdictReached(version.artifact, version.number, version.fingerprint, verdict, now), now)
        if before is None or before.outcome is not verdict.outcome or before.suspect != verdict.suspect:
            _look_at_kin(book, version, now)
        if before is not None and _is_sound(before) and not _is_sound(verdict):
            speak.no_longer_good(book, version, now)
    _want_source(book, version, verdict, now)
    speak.about(book, book.versions.get(version.artifact, version.number) or dossier, now)


def _want_source(book: Book, version: Version, verdict: Verdict, now: datetime) -> None:
    """A run that published may have published something else than its source: compare, once there is a commit.

    The version before it on its line is compared too: what a project's own build changes is known by that.
    """
    watch = book.versions.watch(version.artifact)
    if version.artifact.is_image:
        return  # what is in an image is built, and nothing of it stands in the source
    if watch is None or version.at < watch.since(version) or verdict.outcome is not Outcome.COMPLIANT:
        return
    line = [d for d in book.versions.of(version.artifact) if d.version.line == version.line]
    before = [d for d in line if d.version.at < version.at and d.version.removed_at is None]
    for dossier in (*before[-1:], *(d for d in line if d.version.number == version.number)):
        if dossier.source is None:
            book.work.want("inspect", f"source/{version_task(version.artifact, dossier.version.number)}", now)


def _is_sound(verdict: Verdict) -> bool:
    """It can be named as a version to go back to (`verifier.ledger.good`)."""
    return verdict.outcome is Outcome.COMPLIANT and not verdict.anomalies


def _differs(before: Verdict, after: Verdict) -> bool:
    """Anything a reader would see is different."""
    return replace(before, recheck_at=None, needs=frozenset()) != replace(after, recheck_at=None, needs=frozenset())


def _look_at_kin(book: Book, version: Version, now: datetime) -> None:
    """A verdict is part of its kin's habit and of their suspicion: look again at those still open around it."""
    watch = book.versions.watch(version.artifact)
    if version.artifact.is_image and watch is not None and version.at < watch.since(version):
        return  # an image has a thousand tags of before first contact, and they say nothing about what is open now
    artifacts = {version.artifact}
    for publisher in book.repositories.publishers_of(version.artifact):
        artifacts |= {p.artifact for p in book.repositories.publishers(publisher.repository_id)}
    for artifact in sorted(artifacts):
        watch = book.versions.watch(artifact)
        for other in book.versions.of(artifact):
            itself = artifact == version.artifact and other.version.number == version.number
            near = abs(other.version.at - version.at) <= NEAR_INCIDENT and not itself
            if (
                near
                and _may_follow(other, version)
                and watch is not None
                and other.version.at >= watch.since(other.version)
            ):
                book.work.want("examine", version_task(artifact, other.version.number), now)


def _may_follow(other: Dossier, version: Version) -> bool:
    """It is still open; or it is a tag that holds the same bytes, which may be accounted for by now."""
    if other.verdict is None or other.verdict.outcome is Outcome.COMPLIANT:
        return False
    same = version.artifact.is_image and other.version.fingerprint == version.fingerprint
    return same or other.verdict.outcome in (Outcome.PENDING, Outcome.UNVERIFIABLE)
