"""Versions as they are judged in the demo, folded: those that one moment gave the same answer share a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.explain.case_words import shown
from app.explain.version import SIGNS
from app.pages.words import short
from verifier.ledger.protocol import Dossier
from verifier.model import Outcome, Verdict

NAMED = 4
"""Of more things than this, one fewer are named and the others are counted."""
SENTENCES = 3
"""The most sentences that are shown for one answer."""
Reasons = tuple[Outcome, bool, tuple[str, ...]]


@dataclass(frozen=True)
class Judged:
    """A version with the verdict that is new about it. `since`: it is pending since then."""

    dossier: Dossier
    verdict: Verdict
    since: datetime | None = None

    @property
    def name(self) -> str:
        """The version as people write it, harmless for a terminal."""
        return shown(str(self.dossier.version))

    @property
    def sentences(self) -> tuple[str, ...]:
        """Why, strongest first."""
        findings = (self.verdict.reasons + self.verdict.anomalies)[:SENTENCES]
        return tuple(shown(short(finding.sentence), 300) for finding in findings)

    @property
    def reasons(self) -> Reasons:
        """What it has in common with other versions of the same answer for the same reasons."""
        findings = (self.verdict.reasons + self.verdict.anomalies)[:SENTENCES]
        return self.verdict.outcome, self.verdict.suspect, tuple(finding.reason for finding in findings)


def folded(judged: Iterable[Judged]) -> list[list[Judged]]:
    """Those of one answer, confidence and reasons together; what is surest against a version comes first."""
    together: dict[tuple[Reasons, str], list[Judged]] = {}
    for one in sorted(judged, key=_urgency):
        together.setdefault((one.reasons, one.verdict.confidence.word), []).append(one)
    return list(together.values())


def line(alike: Sequence[Judged]) -> str:
    """`✘ axios@1.14.1  non-compliant (high)`, or how many versions and the first of their names."""
    first = alike[0]
    sign, verdict = SIGNS[first.verdict.outcome], first.verdict
    answer = f"{words(verdict.outcome.value, verdict.suspect)} ({verdict.confidence.word})"
    since = min((one.since for one in alike if one.since is not None), default=None)
    answer += f" since {since:%H:%M:%S}" if since is not None else ""
    if len(alike) == 1:
        return f"{sign} {first.name}  {answer}"
    return f"{sign} {len(alike)} versions  {answer}: {few([one.name for one in alike])}"


def why(alike: Sequence[Judged]) -> list[str]:
    """The sentences of the first of them, and that those of the others differ in what they name."""
    first, *others = alike
    return [
        sentence if all(sentence in one.sentences for one in others) else f"{sentence} (The others alike.)"
        for sentence in first.sentences
    ]


def few(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    if len(names) <= NAMED:
        return ", ".join(names)
    return f"{', '.join(names[: NAMED - 1])} and {len(names) - NAMED + 1} more"


def words(outcome: str, suspect: bool) -> str:
    """An outcome as people read it."""
    return outcome.replace("_", "-") + (", suspect" if suspect else "")


def _urgency(judged: Judged) -> tuple[bool, bool, bool]:
    """What is surest against a version comes first, a release's own tag before those that move."""
    verdict = judged.verdict
    return verdict.outcome is not Outcome.NON_COMPLIANT, not verdict.suspect, judged.dossier.version.moving
