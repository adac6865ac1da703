"""Lets the monitor's own ledger and rules live through a story, and notes what was said when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.jobs.examine import conclude
from sandbox.synthetic.story import Story, Truth
from verifier.ledger import memory_ledger
from verifier.ledger.cases import Cases
from verifier.ledger.protocol import Book, Task
from verifier.model import (
    Artifact,
    Case,
    EvidenceRead,
    JobsState,
    Need,
    Outcome,
    Policy,
    RunRead,
    RunsListed,
    Verdict,
)
from verifier.verdict import decide

AFTER = timedelta(days=3)
"""A story goes on so long after its last fact: every recheck falls due by then."""
_LEASE = timedelta(minutes=5)
_NEEDS = 4
"""More questions in a row than there are kinds of them means that one was not answered."""


@dataclass(frozen=True)
class Heard:
    """What was said about one version: the loudest meanwhile, and what stood at the end."""

    truth: Truth
    accused: bool
    asked: bool
    outcome: Outcome | None
    reason: str


def judge(story: Story) -> list[Heard]:
    """Everything that was said about the versions of a story."""
    ledger, policy = memory_ledger(), Policy()
    facts = sorted(story.facts, key=lambda pair: pair[0])
    said: dict[tuple[Artifact, str], list[Verdict]] = {}
    with ledger.writing() as book:
        for at, fact in facts:
            _examine_until(book, policy, story, said, at)
            book.record(fact, at)
        _examine_until(book, policy, story, said, facts[-1][0] + AFTER)
    return [_heard(truth, said.get((truth.artifact, truth.number), [])) for truth in story.truths]


def _examine_until(
    book: Book, policy: Policy, story: Story, said: dict[tuple[Artifact, str], list[Verdict]], until: datetime
) -> None:
    while (due := book.work.next_due("examine")) is not None and due < until:
        for task in book.work.claim("examine", 100, due, _LEASE):
            _examine(book, policy, story, said, task, due)


def _examine(
    book: Book,
    policy: Policy,
    story: Story,
    said: dict[tuple[Artifact, str], list[Verdict]],
    task: Task,
    now: datetime,
) -> None:
    purl, _, number = task.key.partition(" ")
    artifact = Artifact(purl)
    watch, dossier = book.versions.watch(artifact), book.versions.get(artifact, number)
    if watch is None or dossier is None:
        book.work.done(task)
        return
    case = Cases(book, policy).case(dossier, watch)
    verdict = decide(case, now)
    for _ in range(_NEEDS):
        if not verdict.needs:
            break
        _answer(book, story, case, verdict, now)
        case = Cases(book, policy).case(book.versions.get(artifact, number) or dossier, watch)
        verdict = decide(case, now)
    said.setdefault((artifact, number), []).append(verdict)
    conclude(book, case.version, verdict, now)
    book.work.done(task, verdict.recheck_at)


def _answer(book: Book, story: Story, case: Case, verdict: Verdict, now: datetime) -> None:
    """What GitHub would answer to the questions that the verdict waits for."""
    if Need.RUN_LIST in verdict.needs:
        for publisher in case.publishers[:1]:
            since = case.version.spans[0].since - timedelta(days=1)
            for told in [pair for pair in story.unheard if pair[0] <= now]:
                story.unheard.remove(told)
                book.record(told[1], now)
            book.record(RunsListed(publisher.repository_id, since, now), now)
    if Need.NAMED_RUN in verdict.needs:
        known = {run.key for run in case.runs}
        for told in [pair for pair in story.unheard if pair[0] <= now]:
            story.unheard.remove(told)
            book.record(told[1], now)
        for evidence in case.evidence or ():
            if evidence.run is not None and evidence.run not in known and book.runs.get(evidence.run) is None:
                book.record(RunRead(evidence.run, JobsState.GONE, (), now), now)
    if Need.GITHUB_ATTESTATIONS in verdict.needs:
        version = case.version
        read = EvidenceRead(version.artifact, version.number, version.fingerprint, case.evidence or (), github=True)
        book.record(read, now)


def _heard(truth: Truth, verdicts: list[Verdict]) -> Heard:
    last = verdicts[-1] if verdicts else None
    reasons = last.reasons if last else ()
    return Heard(
        truth,
        accused=any(verdict.outcome is Outcome.NON_COMPLIANT for verdict in verdicts),
        asked=any(verdict.suspect for verdict in verdicts),
        outcome=last.outcome if last else None,
        reason=reasons[0].reason if reasons else "",
    )
