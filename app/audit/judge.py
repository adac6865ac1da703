"""Judges every version of an artifact in the order of publication, as if each had been watched from the first on."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from verifier.ledger.cases import Cases
from verifier.ledger.protocol import Book, Dossier, Watch
from verifier.model import Artifact, Case, Outcome, Policy, Verdict, VerdictReached
from verifier.verdict import decide
from verifier.verdict.incident import NEAR_INCIDENT

PASSES = 3
"""How often versions beside an incident are looked at again at most; each pass makes fewer of them."""


Temper = Callable[[Case, Verdict], Verdict]


def judge_all(
    book: Book,
    artifact: Artifact,
    policy: Policy,
    now: datetime,
    numbers: Collection[str] | None = None,
    temper: Temper = lambda case, verdict: verdict,
) -> None:
    """Decide about every version, the oldest first, so that each is held to the habit of those before it, and keep it.

    A verdict may also be a reason to doubt a version that was published before: those near one that is non-compliant
    are judged again. `numbers`: only these are judged, and the others stand beside them as their registry shows them.
    `temper` has the last word on each verdict.
    """
    watch = book.versions.watch(artifact)
    if watch is None:
        return
    judging = _Judging(book, Cases(book, policy), watch, now, temper)
    every = [d for d in book.versions.of(artifact) if numbers is None or d.version.number in numbers]
    for dossier in every:
        judging.judge(dossier)
    for _ in range(PASSES):
        again = _beside_incidents([d for one in every if (d := book.versions.get(artifact, one.version.number))])
        if sum(map(judging.judge, again)) == 0:
            return


@dataclass(frozen=True)
class _Judging:
    book: Book
    cases: Cases
    watch: Watch
    now: datetime
    temper: Temper

    def judge(self, dossier: Dossier) -> bool:
        """Decide and keep it; whether the verdict is another one than before."""
        case = self.cases.case(dossier, self.watch)
        verdict, version = self.temper(case, decide(case, self.now)), dossier.version
        if dossier.verdict == verdict:
            return False
        reached = VerdictReached(version.artifact, version.number, version.fingerprint, verdict, self.now)
        self.book.record(reached, self.now)
        kept = self.book.versions.get(version.artifact, version.number)
        if kept is not None:
            self.cases.judged(kept)
        return True


def _beside_incidents(every: list[Dossier]) -> list[Dossier]:
    """The open versions near a non-compliant one, oldest first. `every` is in the order of publication."""
    bad = [d.version.at for d in every if _is(d.verdict, Outcome.NON_COMPLIANT)]
    found, first = [], 0
    for dossier in every:
        at = dossier.version.at
        while first < len(bad) and bad[first] < at - NEAR_INCIDENT:
            first += 1
        near = first < len(bad) and bad[first] <= at + NEAR_INCIDENT
        if near and _is(dossier.verdict, Outcome.UNVERIFIABLE):
            found.append(dossier)
    return found


def _is(verdict: Verdict | None, outcome: Outcome) -> bool:
    return verdict is not None and verdict.outcome is outcome
