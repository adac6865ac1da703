"""How sure an explanation must be: what the publisher whose run it names asks for."""

from __future__ import annotations

from verifier.model import Case, Confidence, Finding, Weight
from verifier.verdict.approval import allows_workflow, publishers_of


def enough(case: Case, explained: tuple[Finding, ...]) -> bool:
    """There is an explanation, and every part of it is as sure as is required."""
    return bool(explained) and all(finding.confidence >= required(case, finding) for finding in explained)


def required(case: Case, finding: Finding) -> Confidence:
    """What this explanation must reach: of several publishers that have the run's workflow, the least of theirs.

    What names no run of ours (another signer, the same bytes elsewhere) is held to the least of all publishers'.
    """
    runs = [run for run in case.runs if run.key == finding.run]
    theirs = [p.confidence for run in runs for p in publishers_of(case, run) if allows_workflow(p, run)]
    return min(theirs or [publisher.confidence for publisher in case.publishers], default=Confidence.LOW)


def too_weak(case: Case, explained: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What would explain the version and is not sure enough, so that nobody wonders where it went.

    The honest release that looks the same: one whose publishing always leaves little behind. Its line's versions are
    not settled either, so no habit of CI forms from them, and they are unverifiable, not absent, unless the
    configuration says that an absence always counts.
    """
    return tuple(
        Finding(
            "explanation-too-weak",
            Weight.NOTES,
            finding.confidence,
            f"{finding.sentence} That is {finding.confidence.word} confidence, and the configuration asks for "
            f"{required(case, finding).word}.",
            finding.run,
            finding.links,
        )
        for finding in explained
        if finding.confidence < required(case, finding)
    )
