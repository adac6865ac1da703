"""What ties one file of a version to one run, and how strongly."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.model import AccountKind, Case, Evidence, File, Run, Span, Standing, Version, named_runs
from verifier.verdict.approval import approved
from verifier.verdict.logged import Logged, logged
from verifier.verdict.naming import tag_names, title_names
from verifier.verdict.signed import about, binds, signs
from verifier.verdict.window import Window, windows


@dataclass(frozen=True)
class Claim:
    """What ties one file of a version to one run."""

    run: Run
    window: Window
    signed: Standing | None
    """How far the provenance carries that names this run for these bytes; None: none does."""
    trusted: bool
    log: Logged
    named_by_ref: bool
    named_by_commit: bool
    staged: bool

    @property
    def named(self) -> bool:
        """Something of the run says this version's number."""
        return self.log.named or self.named_by_ref or self.named_by_commit

    @property
    def strength(self) -> int:
        """Orders rival claims on one run; 0 is a time window alone, which never explains."""
        if self.signed is not None:
            return 16
        same = self.log.same is True
        return 8 * same + 4 * self.trusted + 2 * self.log.named + (self.named_by_ref or self.named_by_commit)

    @property
    def explains(self) -> bool:
        """Strong enough to account for a version. A run that found it there and skipped it did not publish it.

        A staged version is approved by a person at any later time, so nothing but its bytes ties it to a run. A step
        that failed explains only what its provenance or its log says it published before.
        """
        if self.log.same is False or (self.log.others and self.signed is None):
            return False
        if self.log.skipped and self.signed is None and not self.log.same and not self.trusted:
            return False
        if self.staged:
            return self.signed is not None or self.log.same is True
        return (self.signed is not None or self.log.named) if self.window.failed else self.strength > 0


def own_claims(case: Case, file: File) -> tuple[Claim, ...]:
    """`claims` of a file of the version under judgement, by the evidence about it: found once: several rules ask."""
    if (own_claims, file) not in case.found:
        case.found[own_claims, file] = tuple(claims(case, case.version, file, about(case, file)))
    found: tuple[Claim, ...] = case.found[own_claims, file]
    return found


def claims(case: Case, version: Version, file: File, evidence: tuple[Evidence, ...] | None) -> list[Claim]:
    """What could tie one file of a version of this artifact to each approved run of the case.

    Where proven attestations name a run, no other run comes into question.
    """
    found = []
    named = named_runs(evidence or ())
    span = version.span_of(file)
    trusted = version.account is not None and version.account.kind is AccountKind.TRUSTED_PUBLISHER
    staged = version.account is not None and version.account.approver is not None
    for run in case.runs:
        if named and run.key not in named:
            continue
        fitting = [
            window
            for window in windows(version.artifact, run)
            if (_staged_in(case, window, span) if staged else window.holds(span, case.policy.skew))
        ]
        for window in fitting if fitting and approved(case, run) else ():
            found.append(
                Claim(
                    run=run,
                    window=window,
                    signed=signed_for(run, file, evidence or ()),
                    trusted=trusted,
                    log=logged(version, file, run),
                    named_by_ref=tag_names(run.head_branch or "", version.artifact, version.number),
                    named_by_commit=title_names(run.title, version.artifact, version.number),
                    staged=staged,
                )
            )
    return found


def _staged_in(case: Case, window: Window, span: Span) -> bool:
    """A staged version appears after its step began, whenever somebody approves it."""
    return window.start - case.policy.skew <= span.until


def signed_for(run: Run, file: File, evidence: tuple[Evidence, ...]) -> Standing | None:
    """How far the provenance carries that names this run for these bytes; None where none does."""
    ours = [e for e in evidence if e.run == run.key and e.proven]
    whole = [e.standing for e in ours if binds(e, file)]
    if whole:
        return min(whole, key=list(Standing).index)
    # Of an index whose every platform is signed for by itself, the weakest counts.
    return max((e.standing for e in ours), key=list(Standing).index) if signs(ours, file) else None


def files_of(version: Version) -> tuple[File, ...]:
    """Its files; one without a name or digest where none was ever seen."""
    return version.files or (File(""),)
