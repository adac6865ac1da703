"""Contradictions: positive proof, in the version's own evidence and the run that it names, against it.

A disqualified run that nothing names is no contradiction: a publish workflow that skipped its publish step because
there was nothing to release is everyday life.
"""

from __future__ import annotations

from dataclasses import replace

from verifier.model import Case, Confidence, Evidence, File, Finding, JobsState, Run, Standing, Weight
from verifier.verdict import vetted
from verifier.verdict.approval import allows_event, allows_ref, allows_workflow, publishers_of, ref_of
from verifier.verdict.claim import own_claims
from verifier.verdict.habit import habit
from verifier.verdict.signed import about, binds, by_identity, elsewhere, run_of
from verifier.verdict.window import publish_steps, windows

MISREAD = 2
"""How many versions of the history must have skipped a step for it to be another step than we take it for."""


def contradictions(case: Case) -> tuple[Finding, ...]:
    """Every contradiction between the version, its evidence, the run it names and what its publishers allow."""
    found: list[Finding] = []
    for evidence in case.evidence or ():
        if not evidence.published:
            continue  # words that nobody vouches for accuse nobody, and a build that GitHub attests is no publication
        found += _against_bytes(case, evidence)
        found += _against_signer(case, evidence)
        run = run_of(case, evidence)
        if run is not None and publishers_of(case, run):
            found += _against_run(case, evidence, run)
    for file in case.version.files:
        found += _against_log(case, file)
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


def _against_log(case: Case, file: File) -> list[Finding]:
    """An approved run's publish step logged this very version with other bytes, and nobody proves to have signed these.

    A file that was there already and is skipped by the upload is no claim, so a rebuilt one does not come here. An
    image's tag is pushed again and again, by runs we may not have heard of: other bytes are an absence, and wait.
    """
    if case.version.artifact.is_image:
        return []
    other = [c for c in own_claims(case, file) if c.log.same is False and c.window.step]
    if not other or any(binds(evidence, file) for evidence in about(case, file)):
        return []
    run = min((c.run for c in other), key=lambda run: run.key)
    sentence = f"The log of run {run.key} of {run.workflow} shows another digest for this version."
    links = (run.url,) if run.url else ()
    return [Finding("log-digest-mismatch", Weight.CONTRADICTS, Confidence.HIGH, sentence, run.key, links)]


def _against_signer(case: Case, evidence: Evidence) -> list[Finding]:
    """Another signer than the one configured; or another repository. Ids only: a renamed one keeps its id (F14)."""
    if elsewhere(case):
        if any(by_identity(publisher, evidence) for publisher in elsewhere(case)):
            return []
        who = evidence.identity or evidence.repository
        sentence = f"The {evidence.source} is signed by {who}, and the configuration names another signer."
        return [_contradiction("signed-by-other", evidence, sentence)]
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
    if vetted.never_stood(case, run):
        sentence = f"{named} used a workflow file that never stood on the default branch."
        return [_contradiction("workflow-never-stood", evidence, sentence, run)]
    if vetted.off_branch(case, run):
        sentence = f"{named} ran on a commit that is on no branch, unlike every release of this line before."
        return [_contradiction("commit-off-branch", evidence, sentence, run)]
    if all(vetted.refused(case, run, p.environment) for p in allowing):
        sentence = f"{named} was refused the environment it needs."
        return [_contradiction("environment-refused", evidence, sentence, run)]
    return _against_steps(case, evidence, run, named)


def _against_event(case: Case, evidence: Evidence, run: Run, named: str) -> list[Finding]:
    if run.event.startswith("pull_request"):
        if habit(case).pull_requests or case.version.at < case.first_contact:
            return []  # how a project published before anyone watched is its habit
        return [_contradiction("run-of-pull-request", evidence, f"{named} was started by a pull request.", run)]
    sentence = f"{named} was started by “{run.event}”, which may not publish."
    return [_contradiction("run-on-other-ref", evidence, sentence, run)]


def _misread(case: Case) -> bool:
    """The line's history skipped that step as well, so it is not the one that publishes here."""
    line = case.siblings.before(case.first_contact, case.version.line)
    skipped = [j for j in line if j.verdict is not None and any(f.reason == "step-skipped" for f in j.verdict.findings)]
    return len(skipped) >= MISREAD


def _against_steps(case: Case, evidence: Evidence, run: Run, named: str) -> list[Finding]:
    """Its publish steps were found and none of them can have published this."""
    steps = publish_steps(case.version.artifact, run)
    if run.jobs is not JobsState.READ or not steps:
        return []
    if any(step.conclusion == "success" for step in steps):
        return []
    if any(window.holds(case.version.spans[0], case.policy.skew) for window in windows(case.version.artifact, run)):
        return []  # a release that failed half-way published part of it (trap F7)
    names = ", ".join(sorted({f"“{step.name}”" for step in steps}))
    if all(step.conclusion == "skipped" for step in steps):
        if _misread(case):
            return []
        found = _contradiction("step-skipped", evidence, f"{named} skipped its publish step {names}.", run)
        by_file = all(step.by_file for step in steps)
        return [found if by_file else replace(found, confidence=Confidence.MEDIUM)]
    if not run.completed:
        return []
    return [_contradiction("step-failed", evidence, f"{named} did not finish its publish step {names}.", run)]
