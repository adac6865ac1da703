"""Explanations: an approved run of the ledger that accounts for every file of the version. One claim per run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from verifier.model import (
    AccountKind,
    Case,
    Confidence,
    Evidence,
    File,
    Finding,
    Run,
    Version,
    Weight,
    named_runs,
)
from verifier.verdict.approval import Window, approved, windows
from verifier.verdict.habit import Habit, by_registry, teaches
from verifier.verdict.naming import tag_names, title_names


@dataclass(frozen=True)
class Claim:
    """What ties one version to one run. Strength: the registry names the run, the publisher, a ref, a commit."""

    run: Run
    window: Window
    names_run: bool
    trusted: bool
    named_by_ref: bool
    named_by_commit: bool

    @property
    def named(self) -> bool:
        """Something of the run says this version's number."""
        return self.named_by_ref or self.named_by_commit

    @property
    def strength(self) -> int:
        """Orders rival claims on one run; 0 is a time window alone, which never explains."""
        if self.names_run:
            return 4
        return 2 * self.trusted + self.named

    @property
    def explains(self) -> bool:
        """Strong enough to account for a version. A failed step only where the registry names its very run."""
        return self.names_run if self.window.failed else self.strength > 0


def claims(case: Case, version: Version, evidence: tuple[Evidence, ...] | None, at: datetime) -> list[Claim]:
    """What could tie a version of this artifact, published at that time, to each approved run of the case.

    Where attestations name a run, no other run comes into question.
    """
    found = []
    named = named_runs(evidence or ())
    trusted = version.account is not None and version.account.kind is AccountKind.TRUSTED_PUBLISHER
    for run in case.runs:
        if (named and run.key not in named) or not approved(case, run):
            continue
        for window in windows(version.artifact, run):
            if window.holds(at, case.policy.skew):
                found.append(
                    Claim(
                        run=run,
                        window=window,
                        names_run=run.key in named,
                        trusted=trusted,
                        named_by_ref=tag_names(run.head_branch or "", version.artifact, version.number),
                        named_by_commit=title_names(run.title, version.artifact, version.number),
                    )
                )
    return found


def explanations(case: Case, habit: Habit) -> tuple[Finding, ...]:
    """One finding per file that a run accounts for; empty unless every file is accounted for."""
    files = case.version.files or (File(""),)
    found = [_best(case, habit, file) for file in files]
    return () if any(finding is None for finding in found) else tuple(dict.fromkeys(f for f in found if f))


def tied(case: Case) -> bool:
    """A run could account for it, but another version claims the same run and nothing says which is right."""
    mine = [c for c in claims(case, case.version, case.evidence, case.version.at) if c.explains]
    return bool(mine) and not any(_wins(case, claim) for claim in mine)


def _best(case: Case, habit: Habit, file: File) -> Finding | None:
    version = case.version
    about = tuple(evidence for evidence in case.evidence or () if is_about(evidence, file))
    found = claims(case, version, about, file.published_at or version.at)
    mine = [c for c in found if c.explains and _wins(case, c)]
    if any(f.attested for f in version.files) and not file.attested:
        mine = [c for c in mine if c.names_run]  # CI attests all files of a release: the odd one out is not CI's
    plain = habit.attested and not by_registry(version)
    if plain:
        mine = [c for c in mine if c.names_run or c.trusted or c.named_by_ref]  # anybody's pull request names a commit
    if not mine:
        return None
    finding = _finding(case, max(mine, key=lambda c: (c.strength, c.run.key)))
    return replace(finding, confidence=Confidence.LOW) if plain else finding


def unnamed(case: Case, habit: Habit) -> bool:
    """An approved run's publish step succeeded just then, and nothing says which version it published.

    Only where plain tokens are usual, and where no other version claims that run: then a dispatch on the default
    branch is as likely as a thief.
    """
    version, account = case.version, case.version.account
    if habit.attested or any(p.manual is False for p in case.publishers):
        return False
    before = {j.version.account for j in case.siblings if j.version.at < version.at and teaches(j)}
    if account is not None and account not in before:
        return False
    newest = max((file.published_at or version.at for file in version.files), default=version.at)
    found = [c for c in claims(case, version, case.evidence, newest) if c.window.step and not c.window.failed]
    return any(_unclaimed(case, claim) for claim in found)


def _unclaimed(case: Case, claim: Claim) -> bool:
    return not any(
        theirs.run.key == claim.run.key
        for rival in case.siblings
        if not rival.version.placeholder
        for theirs in claims(case, rival.version, rival.evidence, rival.version.at)
    )


def is_about(evidence: Evidence, file: File) -> bool:
    """Its subjects are this file, or nothing says of which file it is: one file's provenance explains no other."""
    shared = {d.split(":")[0] for d in evidence.digests} & {d.split(":")[0] for d in file.digests}
    return not shared or bool(set(evidence.digests) & set(file.digests))


def _wins(case: Case, claim: Claim) -> bool:
    """No other version has a better claim on the same run. One that attestations or names tie to both serves both."""
    if claim.names_run:
        return True
    for rival in case.siblings:
        if rival.version.placeholder or rival.version.fingerprint == case.version.fingerprint:
            continue
        theirs = [
            c
            for c in claims(case, rival.version, rival.evidence, rival.version.at)
            if c.run.key == claim.run.key and c.explains
        ]
        best = max((c.strength for c in theirs), default=0)
        if best > claim.strength or (best == claim.strength and not claim.named):
            return False
    return True


def _finding(case: Case, claim: Claim) -> Finding:
    run, step = claim.run, claim.window.step
    where = f"step “{step}” of" if step else "the time of (no publish step was found in)"
    tail = f"{where} run {run.key} of {run.workflow}"
    if claim.names_run:
        reason, sentence = "registry-names-run", f"The registry's attestation names {tail}, which published then."
        confidence = Confidence.MEDIUM
    elif claim.trusted:
        reason, sentence = "registry-names-publisher", f"A trusted publisher published it during {tail}."
        confidence = Confidence.MEDIUM
    elif claim.named_by_ref:
        reason, sentence = "ref-names-version", f"It was published during {tail}, on tag {run.head_branch}."
        confidence = Confidence.MEDIUM
    else:
        reason, sentence = "commit-names-version", f"It was published during {tail}, on “{run.title[:120]}”."
        confidence = Confidence.LOW
    if not step or claim.window.failed:
        confidence = Confidence.LOW
    return Finding(reason, Weight.EXPLAINS, confidence, sentence, run.key, (run.url,) if run.url else ())
