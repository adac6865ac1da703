"""Looks once, with the readers, the ledger and the rules of the monitor, in memory; nobody is told anything.

1. The registry is read, as a poll does. 2. The newest versions are chosen, and a few before them, from which the
habits are learned. 3. What attests them is read and verified. 4. The repository is named, and what publishes there is
found. 5. GitHub's list of its runs is read, and of those that may have published one of them the jobs and logs.
6. All of them are judged, the oldest first. 7. What a verdict waits for is asked, and it is judged once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.audit.client import NO_LOGS, Onlooker
from app.audit.hindsight import tempered
from app.audit.judge import judge_all
from app.audit.plan import Chosen, choose, estimate
from app.audit.result import Audited, Row
from app.audit.source import Source, repository_named, source_of, tags_of
from app.deps import Deps
from app.jobs import poll
from app.jobs.evidence import ask_github, read_evidence
from app.jobs.examine import fetch_named_runs
from app.jobs.runs import read_run
from app.jobs.vet import vet
from checks.base import Permanent, Temporary
from verifier.ledger.cases import Cases
from verifier.ledger.protocol import Book, Watch
from verifier.model import (
    Artifact,
    Case,
    JobsState,
    Need,
    Repository,
    RepositorySeen,
    RunKey,
    RunSeen,
    RunsListed,
    Version,
    Weight,
)
from verifier.verdict.window import may_concern

ROUNDS = 3
"""How often what verdicts wait for is asked."""
STAGED = timedelta(days=31)


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to know. `limit` 0: as many as is usual."""

    artifact: Artifact
    repository: str = ""
    workflows: tuple[str, ...] = ()
    since: datetime | None = None
    limit: int = 0


@dataclass
class Progress:
    """Who hears how it goes on: `said` a sentence about what is to come, `steps` one version's turn, of so many."""

    said: Callable[[str], object] = lambda sentence: None
    steps: Callable[[str, int, int], object] = lambda what, done, of: None


@dataclass
class _Look:
    """One look, and what it could not see."""

    deps: Deps
    github: Onlooker
    wanted: Wanted
    progress: Progress
    unseen: dict[str, None] = field(default_factory=dict)

    def could_not(self, what: str, error: Temporary | Permanent) -> None:
        """Something was not answered; it stands in the result, once."""
        self.unseen[f"{what}: {error}"] = None


def look(deps: Deps, github: Onlooker, wanted: Wanted, progress: Progress) -> Audited:
    """Everything, to its end. Raises Temporary or Permanent where not even the versions or the repository are seen."""
    self, artifact = _Look(deps, github, wanted, progress), wanted.artifact
    every = _versions(deps, artifact)
    rate = github.rate()
    chosen = choose(every, wanted.since, wanted.limit, deps.now(), rate, stranger=github.stranger)
    progress.said(estimate(chosen, rate))
    repository = repository_named(deps, github, artifact, wanted.repository)
    _watch(deps, artifact, chosen)
    _read_evidence(self, chosen)
    with deps.ledger.reading() as book:
        evidence = [e for v in chosen.all if (d := book.versions.get(artifact, v.number)) for e in d.evidence or ()]
    source = source_of(deps, github, repository, artifact, wanted.workflows, evidence)
    problem = _read_runs(self, source, chosen)
    if github.stranger and source.publisher is not None:
        self.unseen[f"{NO_LOGS} Set GITHUB_TOKEN to have them read."] = None
        self.unseen["Whether the commits of runs are on a branch was not asked; that takes a token, too."] = None
    numbers = {version.number for version in chosen.all}
    for _ in range(ROUNDS):
        with deps.ledger.writing() as book:
            judge_all(book, artifact, deps.settings.policy, deps.now(), numbers, tempered)
        if problem or not _ask(self, repository, chosen):
            break
    return _result(self, source, chosen, every)


def _versions(deps: Deps, artifact: Artifact) -> list[Version]:
    """What the registry shows, kept as the first look of a poll keeps it."""
    now = deps.now()
    with deps.ledger.writing() as book:
        book.versions.put_watch(Watch(artifact, now))
        book.work.want("poll", artifact.purl, now)
    poll.run(deps)
    with deps.ledger.reading() as book:
        watch, found = book.versions.watch(artifact), [d.version for d in book.versions.of(artifact)]
        problems = [p.sentence for p in book.health.problems() if p.subject == f"poll {artifact.purl}"]
    if problems or watch is None or watch.problem:
        raise Permanent("; ".join(problems) or (watch.problem if watch is not None else "nothing was read"))
    if not found:
        raise Permanent(f"The registry shows no version of {artifact.purl}.")
    return found


def _watch(deps: Deps, artifact: Artifact, chosen: Chosen) -> None:
    """It is judged as if it had been watched since the first of the versions that are looked at."""
    with deps.ledger.writing() as book:
        watch = book.versions.watch(artifact)
        if watch is not None:
            book.versions.put_watch(replace(watch, first_contact=chosen.since, preview=False, learned_at=deps.now()))


def _read_evidence(look: _Look, chosen: Chosen) -> None:
    for done, version in enumerate(chosen.all):
        look.progress.steps("attestations", done, len(chosen.all))
        if any(file.attested for file in version.files) or version.artifact.is_image:
            problem = read_evidence(look.deps, version)
            if problem:
                look.unseen[f"The attestations of {version}: {problem}"] = None


def _read_runs(look: _Look, source: Source, chosen: Chosen) -> bool:
    """The list of runs, then what each did that may have published a version. Whether GitHub stopped answering."""
    deps, github, repository = look.deps, look.github, source.repository
    now, publisher = deps.now(), source.publisher
    with deps.ledger.writing() as book:
        book.record(RepositorySeen(repository), now)
    if publisher is None:
        return False
    since = min(version.spans[0].since for version in chosen.all) - timedelta(days=1)
    try:
        tags = tags_of(github, repository, now)
        runs = github.runs(repository, since, now, sorted(publisher.workflows))
    except (Temporary, Permanent) as error:
        look.could_not("The runs of the workflows that publish it", error)
        tags, runs = (), None
    if tags is None:
        look.unseen["It has too many tags to read; whether a version has one is not looked at."] = None
    with deps.ledger.writing() as book:
        for ref in tags or ():
            book.refs.put_tag(ref)
        for run in runs or ():
            book.record(RunSeen(run), now)
        if runs is not None:
            book.record(RunsListed(repository.id, since, now), now)
        # Not as a fact: nobody is to be sent for all of its runs.
        book.repositories.put_publishers(repository.id, "audit", (publisher,))
    return _read_each(look, chosen) or runs is None


def _read_each(look: _Look, chosen: Chosen) -> bool:
    """The newest first, so that what is cut off where GitHub answers no more is the oldest."""
    for done, version in enumerate(chosen.all):
        look.progress.steps("runs", done, len(chosen.all))
        try:
            case = _case(look, version)
            if case is None:
                continue
            fetch_named_runs(look.deps, case)
            for key in _to_read(_case(look, version) or case):
                read_run(look.deps, key)
        except Temporary as error:
            look.could_not(f"From {version} on, newest first", error)
            return True
        except Permanent as error:
            look.could_not(f"The runs around {version}", error)
    return False


def _case(look: _Look, version: Version) -> Case | None:
    with look.deps.ledger.reading() as book:
        return _gather(book, version, look.deps)


def _gather(book: Book, version: Version, deps: Deps) -> Case | None:
    watch = book.versions.watch(version.artifact)
    dossier = book.versions.get(version.artifact, version.number)
    return Cases(book, deps.settings.policy).case(dossier, watch) if watch is not None and dossier is not None else None


def _to_read(case: Case) -> Iterable[RunKey]:
    """The finished runs that may have published it, and that nobody has read."""
    version = case.version
    staged = version.account is not None and version.account.approver is not None
    for run in case.runs:
        concerns = any(may_concern(case, run, span) for span in version.spans)
        unread = run.completed and run.jobs is JobsState.UNREAD
        if unread and (concerns or (staged and run.started_at < version.at)):
            yield run.key


def _ask(look: _Look, repository: Repository, chosen: Chosen) -> bool:
    """Ask GitHub for what verdicts wait for, and about the commits of the runs that they rest on; whether anything
    was asked."""
    try:
        asked = not look.github.stranger and _vet(look, repository, chosen)
    except (Temporary, Permanent) as error:
        look.could_not("Whether the commits of runs are on a branch", error)
        return False
    for version in chosen.all:
        with look.deps.ledger.reading() as book:
            dossier = book.versions.get(version.artifact, version.number)
            case = _gather(book, version, look.deps)
        needs = dossier.verdict.needs if dossier is not None and dossier.verdict is not None else frozenset()
        if case is None or Need.GITHUB_ATTESTATIONS not in needs:
            continue
        try:
            ask_github(look.deps, case)
            if (fresh := _case(look, version)) is not None:
                fetch_named_runs(look.deps, fresh)
            asked = True
        except (Temporary, Permanent) as error:
            look.could_not(f"What GitHub holds of attestations of {version}", error)
            if isinstance(error, Temporary):
                return asked
    return asked


def _vet(look: _Look, repository: Repository, chosen: Chosen) -> bool:
    """Ask about the commit and the workflow file of each run that accounts for a version; once."""
    with look.deps.ledger.reading() as book:
        dossiers = [book.versions.get(version.artifact, version.number) for version in chosen.all]
        reasons = [f for d in dossiers if d is not None and d.verdict is not None for f in d.verdict.reasons]
        keys = sorted({f.run for f in reasons if f.weight is Weight.EXPLAINS and f.run is not None})
        runs = [run for key in keys if (run := book.runs.get(key)) is not None and run.vetting is None]
    for done, run in enumerate(runs):
        look.progress.steps("commits", done, len(runs))
        vet(look.deps, look.github, repository, run.key)
    return bool(runs)


def _result(look: _Look, source: Source, chosen: Chosen, every: list[Version]) -> Audited:
    artifact, looked = look.wanted.artifact, {version.number for version in chosen.all}
    with look.deps.ledger.reading() as book:
        dossiers = [book.versions.get(artifact, version.number) for version in chosen.judged]
    rows = tuple(Row(d.version, d.verdict) for d in dossiers if d is not None and d.verdict is not None)
    taught = ", ".join(version.number for version in chosen.teaching)
    learned = (f"How it is published was learned from these, which are not judged: {taught}.",) if taught else ()
    rest = sorted((v for v in every if v.number not in looked), key=lambda v: (v.at, v.rank), reverse=True)
    return Audited(
        artifact,
        source.repository.full_name,
        source.publisher.workflows if source.publisher is not None else (),
        look.deps.now(),
        rows,
        tuple(version.number for version in rest),
        (*chosen.unseen, *look.unseen),
        (*learned, *source.told),
        look.github.asked,
    )
