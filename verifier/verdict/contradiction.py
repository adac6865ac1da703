"""Contradictions: positive proof, in the version's own evidence and the run that it names, against it.

A disqualified run that nothing names is no contradiction: a publish workflow that skipped its publish step because
there was nothing to release is everyday life.
"""

from __future__ import annotations

from verifier.model import Case, Confidence, Evidence, Finding, JobsState, Run, Standing, Weight
from verifier.verdict.approval import (
    allows_event,
    allows_ref,
    allows_workflow,
    publish_steps,
    publishers_of,
    ref_of,
    windows,
)
from verifier.verdict.habit import habit


def contradictions(case: Case) -> tuple[Finding, ...]:
    """Every contradiction between the version, its evidence, the run it names and what its publishers allow."""
    found: list[Finding] = []
    for evidence in case.evidence or ():
        if evidence.standing is Standing.UNREADABLE:
            continue
        found += _against_bytes(case, evidence)
        found += _against_repository(case, evidence)
        run = next((r for r in case.runs if r.key == evidence.run), None)
        if run is not None and publishers_of(case, run):
            found += _against_run(case, evidence, run)
    return tuple(dict.fromkeys(found))


def _contradiction(reason: str, evidence: Evidence, sentence: str, run: Run | None = None) -> Finding:
    sure = Confidence.HIGH if evidence.standing is Standing.VERIFIED else Confidence.MEDIUM
    links = (run.url,) if run is not None and run.url else ()
    return Finding(reason, Weight.CONTRADICTS, sure, sentence, evidence.run, links)


def _against_bytes(case: Case, evidence: Evidence) -> list[Finding]:
    """The subjects' digests and the registry's share an algorithm, and no file has any of them."""
    served = {digest for file in case.version.files for digest in file.digests}
    shared = {d.split(":")[0] for d in served} & {d.split(":")[0] for d in evidence.digests} - {"sha1", "md5"}
    claimed = {digest for digest in evidence.digests if digest.split(":")[0] in shared}
    if not claimed or claimed & served:
        return []
    return [
        _contradiction(
            "digest-mismatch",
            evidence,
            f"The {evidence.source} is for {min(claimed)[:32]}…, which is none of the files the registry serves.",
        )
    ]


def _against_repository(case: Case, evidence: Evidence) -> list[Finding]:
    """Numeric ids only: a renamed or transferred repository keeps its id (trap F14)."""
    ours = {publisher.repository_id for publisher in case.publishers}
    if not ours or evidence.repository_id is None or evidence.repository_id in ours:
        return []
    return [
        _contradiction(
            "run-of-other-repository",
            evidence,
            f"The {evidence.source} names repository {evidence.repository or '?'} (id {evidence.repository_id}), "
            "which does not publish this artifact.",
        )
    ]


def _against_run(case: Case, evidence: Evidence, run: Run) -> list[Finding]:
    """The first disqualification of the named run; each implies that the run was no publication of ours."""
    publishers = publishers_of(case, run)
    named = f"Run {run.key} of {run.workflow}, which the {evidence.source} names,"
    allowing = [p for p in publishers if allows_workflow(p, run)]
    if run.head_repository_id is not None and run.head_repository_id != run.key.repository_id:
        return [_contradiction("run-of-fork", evidence, f"{named} ran code of a fork.", run)]
    if not allowing:
        sentence = f"{named} is of a workflow that may not publish it."
        return [_contradiction("run-of-other-workflow", evidence, sentence, run)]
    if not any(allows_event(case, p, run) for p in allowing):
        return _against_event(case, evidence, run, named)
    if not any(allows_event(case, p, run) and allows_ref(case, p, run) for p in allowing):
        sentence = f"{named} ran on {ref_of(case, run)}, which may not publish."
        return [_contradiction("run-on-other-ref", evidence, sentence, run)]
    return _against_steps(case, evidence, run, named)


def _against_event(case: Case, evidence: Evidence, run: Run, named: str) -> list[Finding]:
    if run.event.startswith("pull_request"):
        if habit(case).pull_requests:
            return []
        return [_contradiction("run-of-pull-request", evidence, f"{named} was started by a pull request.", run)]
    sentence = f"{named} was started by “{run.event}”, which may not publish."
    return [_contradiction("run-on-other-ref", evidence, sentence, run)]


def _against_steps(case: Case, evidence: Evidence, run: Run, named: str) -> list[Finding]:
    """Its publish steps were found and none of them can have published this."""
    steps = publish_steps(case.version.artifact, run)
    if run.jobs is not JobsState.READ or not steps:
        return []
    if any(step.conclusion == "success" for step in steps):
        return []
    if any(window.holds(case.version.at, case.policy.skew) for window in windows(case.version.artifact, run)):
        return []  # a release that failed half-way published part of it (trap F7)
    names = ", ".join(sorted({f"“{step.name}”" for step in steps}))
    if all(step.conclusion == "skipped" for step in steps):
        return [_contradiction("step-skipped", evidence, f"{named} skipped its publish step {names}.", run)]
    if not run.completed:
        return []
    return [_contradiction("step-failed", evidence, f"{named} did not finish its publish step {names}.", run)]
