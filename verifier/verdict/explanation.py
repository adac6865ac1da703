"""Explanations: an approved run of the ledger that accounts for every file of the version. One claim per run.

Strongest first: provenance whose certificate names the run and whose subject is the file; the file's digest in the log
of the run's publish step; a trusted publisher, by the registry's word; the version's number in that log; the number in
the ref or the commit that the run ran on. A time window alone never explains.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from verifier.model import (
    Case,
    Confidence,
    File,
    Finding,
    JobsState,
    Outcome,
    Run,
    Standing,
    Version,
    Weight,
    named_runs,
)
from verifier.tag_names import core
from verifier.verdict import vetted
from verifier.verdict.approval import approved
from verifier.verdict.claim import Claim, claims, files_of, own_claims, signed_for
from verifier.verdict.habit import Habit, lately, plain
from verifier.verdict.image import known_bytes
from verifier.verdict.logged import logged
from verifier.verdict.mirrors import contested
from verifier.verdict.naming import other_release
from verifier.verdict.signed import about, binds, by_identity, elsewhere
from verifier.verdict.window import may_concern, windows

RETENTION = timedelta(days=90)
"""How long GitHub keeps runs and their jobs by default."""


def explanations(case: Case, habit: Habit) -> tuple[Finding, ...]:
    """One finding per file that something accounts for; empty unless every file is accounted for."""
    found = [_of_file(case, habit, file) for file in files_of(case.version)]
    return () if any(finding is None for finding in found) else tuple(dict.fromkeys(f for f in found if f))


def _of_file(case: Case, habit: Habit, file: File) -> Finding | None:
    if elsewhere(case):
        return _by_identity(case, file)
    return _best(case, habit, file) or _by_gone_run(case, file) or known_bytes(case, file)


def explaining_runs(case: Case) -> tuple[Run, ...]:
    """The approved runs that something ties to the version, whatever the decision makes of it."""
    named = named_runs(case.evidence or ())
    found = {run.key: run for run in case.runs if run.key in named}
    for file in files_of(case.version):
        for claim in own_claims(case, file):
            if claim.explains:
                found[claim.run.key] = claim.run
    return tuple(found[key] for key in sorted(found))


def tied(case: Case) -> bool:
    """A run could account for it, but another version claims the same run and nothing says which is right."""
    mine = [c for file in files_of(case.version) for c in claims(case, case.version, file, case.evidence) if c.explains]
    return bool(mine) and not any(_wins(case, claim) for claim in mine)


def _best(case: Case, habit: Habit, file: File) -> Finding | None:
    version = case.version
    found = [c for c in own_claims(case, file) if c.explains and _wins(case, c)]
    mine = [c for c in found if not vetted.unclear(case, c.run) and not _is_another_runs(case, file, c)]
    if any(f.attested for f in version.files) and not file.attested:
        mine = [c for c in mine if c.signed is not None or c.log.same]  # CI attests all files: the odd one is not CI's
    mine = [c for c in mine if c.signed is not None or c.log.same or not _spent(case, c)]
    token = plain(case, habit)
    if token:
        # Anybody's pull request names a commit.
        mine = [c for c in mine if c.signed is not None or c.trusted or c.log.named or c.named_by_ref]
    if contested(case):
        # Where a run's log or signature shows other bytes in another registry, a name and a time are not enough.
        mine = [c for c in mine if c.signed is not None or c.log.same]
    if not mine:
        return None
    best = max(mine, key=lambda c: (c.strength, c.run.key))
    finding = _finding(best)
    # A log that says so is the run's own word; a tag alone is not enough where CI always attests.
    weak = (token and not best.log.same) or (finding.reason == "ref-names-version" and _is_branchs(version))
    return replace(finding, confidence=Confidence.LOW) if weak else finding


def _by_identity(case: Case, file: File) -> Finding | None:
    """Provenance of another CI system: nobody can show us its runs, so the signature settles it alone."""
    for evidence in about(case, file):
        if binds(evidence, file) and any(by_identity(p, evidence) for p in elsewhere(case)):
            sure = Confidence.HIGH if evidence.standing is Standing.VERIFIED else Confidence.MEDIUM
            sentence = f"Its {evidence.source} is signed by {evidence.identity}, vouched for by {evidence.issuer}."
            return Finding("verified-identity", Weight.EXPLAINS, sure, sentence)
    return None


def _is_branchs(version: Version) -> bool:
    """An image's tag that is called like a branch: nothing says which build of that branch it is."""
    return version.artifact.is_image and core(version.number) is None


def _spent(case: Case, claim: Claim) -> bool:
    """What this tag held before rests on the same run already: a name and a time do not tie other bytes to it, too."""
    mine = case.version.fingerprint
    before = [j.verdict for j in case.earlier if j.verdict is not None and j.version.fingerprint != mine]
    return any(f.run == claim.run.key for v in before if v.outcome is Outcome.COMPLIANT for f in v.reasons)


def _by_gone_run(case: Case, file: File) -> Finding | None:
    """The run that signed it was seen and approved, and GitHub has its jobs no more: whether it published is lost."""
    span = case.version.span_of(file)
    for run in (run for run in case.runs if run.completed and run.jobs is JobsState.GONE and not _deleted(run)):
        signed = signed_for(run, file, about(case, file))
        if signed is None or vetted.unclear(case, run):
            continue
        if approved(case, run) and may_concern(case, run, span):
            sure = Confidence.MEDIUM if signed is Standing.VERIFIED else Confidence.LOW
            sentence = f"Run {run.key} of {run.workflow} signed it; GitHub no longer shows what its steps did."
            return Finding("provenance-verified", Weight.EXPLAINS, sure, sentence, run.key, _links(run))
    return None


def _deleted(run: Run) -> bool:
    """Its jobs were gone before GitHub drops any: somebody took them away."""
    return run.read_at is not None and run.read_at - run.updated_at < RETENTION


def _is_another_runs(case: Case, file: File, claim: Claim) -> bool:
    """A run says more of these bytes than this one does, or signs what it publishes, and did not sign this.

    Only a signature or the digest in its own log is an answer to that; a time and a name are not.
    """
    if claim.signed is not None:
        return False
    signs = next(case.siblings.naming(claim.run.key), None) is not None
    printed = any(logged(case.version, file, run).same for run in case.runs if run.key != claim.run.key)
    return signs or (printed and not claim.log.same)


def unnamed(case: Case, habit: Habit) -> bool:
    """An approved run's publish step succeeded just then, and nothing says which version it published.

    Only where plain tokens are usual, where no other version claims that run, and where its log names no other: then a
    dispatch on the default branch is as likely as a thief.
    """
    version, account = case.version, case.version.account
    if habit.attested or any(p.manual is False for p in case.publishers):
        return False
    if account is not None and not any(j.version.account == account for j in lately(case)):
        return False
    newest = max(files_of(version), key=lambda file: version.span_of(file).until)
    found = [c for c in claims(case, version, newest, case.evidence) if c.window.step and not c.window.failed]
    return any(_unclaimed(case, claim) for claim in found if not claim.log.others and claim.log.same is not False)


def _rivals(case: Case, claim: Claim) -> list[Claim]:
    """What ties other versions of the artifact to the same run."""
    alone, windows_ = replace(case, runs=(claim.run,)), windows(case.version.artifact, claim.run)
    if not windows_:
        return []
    # A rival's file lies in one of them; of what a person approved later, `Siblings.published` gives all.
    since, until = min(w.start for w in windows_), max(w.end for w in windows_)
    return [
        theirs
        for rival in case.siblings.published(since - case.policy.skew, until + case.policy.skew)
        if not rival.version.placeholder and rival.version.fingerprint != case.version.fingerprint
        for file in files_of(rival.version)
        for theirs in claims(alone, rival.version, file, rival.evidence)
    ]


def _unclaimed(case: Case, claim: Claim) -> bool:
    """Nothing else claims the run. One that pushes images and prints none pushes many tags, all of its own release."""
    silent = case.version.artifact.is_image and not claim.run.claims
    if silent and other_release(case.version.number, [claim.run.head_branch or ""]) is None:
        return True
    return not _rivals(case, claim)


def _wins(case: Case, claim: Claim) -> bool:
    """No other version has a better claim on the same run. One that provenance or names tie to both serves both."""
    if claim.signed is not None or claim.log.same:
        return True
    best = max((theirs.strength for theirs in _rivals(case, claim) if theirs.explains), default=0)
    return best < claim.strength or (best == claim.strength and claim.named)


def _finding(claim: Claim) -> Finding:
    run, step = claim.run, claim.window.step
    where = f"step “{step}” of" if step else "the time of (no publish step was found in)"
    tail = f"{where} run {run.key} of {run.workflow}"
    if claim.signed is not None:
        promised = " (the log only promised to take it in)" if claim.signed is Standing.PROMISED else ""
        reason, sentence = "provenance-verified", f"Verified provenance{promised} names {tail}, which published then."
        confidence = Confidence.HIGH if claim.signed is Standing.VERIFIED else Confidence.MEDIUM
    elif claim.log.same:
        reason, sentence = "digest-in-log", f"Its digest stands in the log of {tail}."
        confidence = Confidence.HIGH
    elif claim.trusted:
        reason, sentence = "registry-names-publisher", f"A trusted publisher published it during {tail}."
        confidence = Confidence.HIGH if claim.log.named else Confidence.MEDIUM
    elif claim.log.named:
        reason, sentence = "version-in-log", f"The log of {tail} says that it published this version."
        confidence = Confidence.MEDIUM
    elif claim.named_by_ref:
        reason, sentence = "ref-names-version", f"It was published during {tail}, on tag {run.head_branch}."
        confidence = Confidence.MEDIUM
    else:
        reason, sentence = "commit-names-version", f"It was published during {tail}, on “{run.title[:120]}”."
        confidence = Confidence.LOW
    if not step or claim.window.failed:
        ceiling = Confidence.MEDIUM if claim.signed is Standing.VERIFIED and not claim.window.failed else Confidence.LOW
        confidence = min(confidence, ceiling)
    return Finding(reason, Weight.EXPLAINS, confidence, sentence, run.key, _links(run))


def _links(run: Run) -> tuple[str, ...]:
    return (run.url,) if run.url else ()
