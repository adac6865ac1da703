"""What proven evidence says by itself, before the run that it names is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from verifier.model import Case, Evidence, File, JobsState, Publisher, Run

GITHUB_ACTIONS = "https://token.actions.githubusercontent.com"


def is_about(evidence: Evidence, file: File) -> bool:
    """Its subjects are this file, or nothing says of which file it is: one file's provenance explains no other."""
    shared = {d.split(":")[0] for d in evidence.digests} & {d.split(":")[0] for d in file.digests}
    parts = {part.digest for part in file.parts}
    return not shared or not parts.isdisjoint(evidence.digests) or bool(set(evidence.digests) & set(file.digests))


def about(case: Case, file: File) -> tuple[Evidence, ...]:
    """The evidence about this file."""
    return tuple(evidence for evidence in case.evidence or () if is_about(evidence, file))


def binds(evidence: Evidence, file: File) -> bool:
    """It is proven, and signed for exactly these bytes."""
    return evidence.proven and bool(set(evidence.digests) & set(file.digests))


def signs(evidence: Iterable[Evidence], file: File) -> bool:
    """These are signed for exactly these bytes: for the file, or for every platform of an image's index."""
    signed = {digest for e in evidence if e.proven for digest in e.digests}
    return not signed.isdisjoint(file.digests) or (
        bool(file.parts) and all(part.digest in signed for part in file.parts)
    )


def elsewhere(case: Case) -> tuple[Publisher, ...]:
    """The publishers that sign outside GitHub Actions, by the identity somebody configured."""
    return tuple(p for p in case.publishers if p.issuer)


def by_identity(publisher: Publisher, evidence: Evidence) -> bool:
    """Issuer and identity are exactly the publisher's; only a ref behind the last `@` may be a glob."""
    who, at, ref = publisher.identity.rpartition("@")
    theirs, _, their_ref = evidence.identity.rpartition("@")
    same = evidence.identity == publisher.identity
    tag = bool(at) and ref.startswith("refs/") and theirs == who and fnmatchcase(their_ref, ref)
    return evidence.issuer == publisher.issuer and (same or tag)


def run_of(case: Case, evidence: Evidence) -> Run | None:
    """The run that proven evidence names: the ledger's, else what the certificate itself says of it (jobs unread)."""
    if evidence.run is None or not evidence.proven:
        return None
    known = next((run for run in case.runs if run.key == evidence.run), None)
    if known is not None or evidence.signed_at is None or not (evidence.workflow and evidence.ref):
        return known
    return Run(
        key=evidence.run,
        workflow=evidence.workflow,
        event=evidence.event,
        head_sha=evidence.commit,
        started_at=evidence.signed_at,
        updated_at=evidence.signed_at,
        status="in_progress",
        head_branch=evidence.ref,
        head_repository_id=evidence.run.repository_id,
        url=f"https://github.com/{evidence.repository}/actions/runs/{evidence.run.run_id}",
        called=(evidence.called,) if evidence.called else (),
        jobs=JobsState.UNREAD,
    )
