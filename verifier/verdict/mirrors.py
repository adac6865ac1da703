"""Registries that carry the same releases of an image: what they always had in common, and where one differs now.

Some registries honestly differ for ever (every push builds anew, one has fewer platforms), so nothing is said where the
line did not always agree. While a release goes on they differ for minutes, so nothing is said before they were looked
at again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from verifier.model import Case, Confidence, Finding, Judged, Mirror, Version, Weight
from verifier.verdict.habit import LAST, is_compliant, teaches
from verifier.verdict.image import digest_of, is_fixed

TOGETHER = timedelta(hours=1)
"""Within this time one release reaches all its registries."""

AGAIN = timedelta(minutes=5)
"""How soon another registry is asked about again that was not looked at yet."""
PROOFS = ("digest-in-log", "provenance-verified", "verified-identity")
"""The reasons that are about bytes, not about a name and a time."""


def differing(case: Case) -> tuple[Finding, ...]:
    """What the other registries have under this number, where they always had the same and have not now."""
    if not is_fixed(case) or case.version.removed_at is not None:
        return ()
    found = []
    for mirror in case.mirrors:
        other = _held(mirror, case.version.number)
        if other is None or other.at > case.version.at + TOGETHER:
            continue  # what was put there long after this is for that registry to account for
        if _agreed(case, mirror) and digest_of(other) != digest_of(case.version):
            where = f"{mirror.artifact.image}:{case.version.number} holds {digest_of(other)}"
            sentence = f"{where}; the last {LAST} releases of line {case.version.line} were the same bytes in both."
            found.append(Finding("registries-disagree", Weight.ABSENT, Confidence.HIGH, sentence))
    return tuple(found)


def contested(case: Case) -> bool:
    """Another registry holds other bytes of this release since about the same time, and a log or signature proves them.

    A rebuild that reached one registry first, and a thief who was quicker at another, accuse nobody here.
    """
    if not case.mirrors or not is_fixed(case):
        return False
    for mirror in case.mirrors:
        for judged in mirror.versions:
            same = judged.version.number == case.version.number and judged.version.removed_at is None
            together = abs(judged.version.at - case.version.at) <= TOGETHER
            other = digest_of(judged.version) not in ("", digest_of(case.version))
            if same and together and other and _agreed(case, mirror) and _is_proven(judged):
                return True
    return False


def _is_proven(judged: Judged) -> bool:
    """A run's log or a signature shows these very bytes."""
    verdict = judged.verdict
    return is_compliant(judged) and verdict is not None and any(f.reason in PROOFS for f in verdict.reasons)


def missing(case: Case) -> tuple[str, ...]:
    """The other registries that had every release of this line, were looked at since, and do not have this one."""
    if not is_fixed(case) or case.version.removed_at is not None:
        return ()
    due = case.version.last_at + case.policy.grace
    return tuple(
        mirror.artifact.image
        for mirror in case.mirrors
        if mirror.polled_at is not None
        and mirror.polled_at >= due
        and not any(j.version.number == case.version.number for j in mirror.versions)
        and _had_all(case, mirror)
    )


def to_be_looked_at(case: Case, now: datetime) -> datetime | None:
    """When to ask again what the others have; None: all were looked at since, or it is too long ago to matter."""
    due = case.version.last_at + case.policy.grace
    waiting = [m for m in case.mirrors if m.polled_at is None or m.polled_at < due]
    return now + AGAIN if waiting and is_fixed(case) and now < case.version.last_at + TOGETHER else None


def alone(case: Case) -> tuple[Finding, ...]:
    """The same as one reason beside an absence."""
    without = missing(case)
    if not without:
        return ()
    sentence = f"Of the registries that had every release of line {case.version.line}, {_listed(without)} not have it."
    return (Finding("registry-alone", Weight.ABSENT, Confidence.MEDIUM, sentence),)


def _listed(images: tuple[str, ...]) -> str:
    return f"{', '.join(images)} {'does' if len(images) == 1 else 'do'}"


def _held(mirror: Mirror, number: str) -> Version | None:
    """What it has under this number now, if that was read."""
    for judged in mirror.versions:
        if judged.version.number == number and judged.version.removed_at is None and digest_of(judged.version):
            return judged.version
    return None


def _before(case: Case) -> list[Version]:
    """The last releases of this line before this one, oldest first."""
    honest = (j.version for j in case.siblings if teaches(j) and not j.version.moving)
    line = [version for version in honest if version.line == case.version.line]
    older = sorted((v for v in line if v.rank < case.version.rank and v.removed_at is None), key=lambda v: v.rank)
    return older[-LAST:]


def _agreed(case: Case, mirror: Mirror) -> bool:
    """The last releases were there, and the same bytes."""
    pairs = [(digest_of(version), _held(mirror, version.number)) for version in _before(case)]
    return len(pairs) == LAST and all(mine and other and digest_of(other) == mine for mine, other in pairs)


def _had_all(case: Case, mirror: Mirror) -> bool:
    numbers = {j.version.number for j in mirror.versions}
    line = _before(case)
    return len(line) == LAST and all(version.number in numbers for version in line)
