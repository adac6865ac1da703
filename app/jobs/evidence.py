"""Evidence: what attestations say about a version, read from its registry and from GitHub, verified, and kept."""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from app.deps import Deps
from app.github.attestations import Held, held_for
from app.jobs.installed import github_of, repository_of
from app.jobs.server import is_older
from app.network.converse import converse
from app.network.places import place_of
from checks.base import Permanent, Temporary
from verifier.model import Attestation, Case, Evidence, EvidenceRead, Standing, Version
from verifier.registries import registry_of
from verifier.registries.base import Unreadable

NOTHING = "It is announced, but nothing is served that names a run."
MOST_FILES = 500
"""The most files of one version that GitHub is asked about, one by one."""

log = structlog.get_logger()


def read_evidence(deps: Deps, version: Version) -> str:
    """Read and verify the attestations the registry holds; returns why it could not be done, '' when it was."""
    registry = registry_of(version.artifact)
    if registry is None:
        return f"no registry is known for {version.artifact.purl}"
    place = place_of(deps.settings, version.artifact)
    gathered = converse(deps, registry.gather(version, place, deps.now())).result
    if isinstance(gathered, Unreadable):
        return gathered.problem
    try:
        found = verified(deps, gathered)
        if not found and version.attested and not version.artifact.is_image:
            found = (Evidence(Standing.UNREADABLE, registry.SOURCE, problem=NOTHING),)
    except Permanent as error:  # the trust root cannot be used: nothing is known, for or against
        return str(error)
    _keep(deps, version, found)
    return ""


def ask_github(deps: Deps, case: Case) -> None:
    """Ask GitHub for attestations about the version's files in its publishers' repositories, and keep what counts.

    Anyone who may write to a repository can put attestations there, so only those count that verify, are about this
    file and were signed by a run of that repository; a stranger's is no word against the version. Files without a
    SHA-256 digest (npm's) are not indexed there. Raises Temporary or Permanent where that could not be settled.
    """
    if case.evidence is None:
        return
    digests = sorted({d for file in case.version.files for d in file.digests if d.startswith("sha256:")})
    if len(digests) > MOST_FILES:
        raise Permanent(f"{case.version} has {len(digests)} files; GitHub is asked about {MOST_FILES} at most.")
    found = list[Evidence]()
    for repository_id in sorted({publisher.repository_id for publisher in case.publishers}) if digests else ():
        repository = repository_of(deps, repository_id)
        github = github_of(deps, repository)
        if is_older(deps, github):
            break
        for digest in digests:
            found += _of_file(deps, held_for(github, deps.fetch, repository, digest), repository_id, digest)
    _keep(deps, case.version, [*case.evidence, *(e for e in found if e not in case.evidence)], github=True)


def verified(deps: Deps, attestations: Iterable[Attestation]) -> tuple[Evidence, ...]:
    """What is evidence of a build among these attestations. Raises Permanent where the trust root cannot be used."""
    attestations = tuple(attestations)
    if not attestations:
        return ()
    from verifier.evidence import verify  # half a second and 50 MB of sigstore, for workers that never see any

    trust = deps.trust()
    return tuple(evidence for attestation in attestations if (evidence := verify(attestation, trust)) is not None)


def _of_file(deps: Deps, held: Held, repository_id: int, digest: str) -> tuple[Evidence, ...]:
    read = verified(deps, held.attestations)
    counted = tuple(e for e in read if e.proven and digest in e.digests and e.repository_id == repository_id)
    if held.unread and not counted:
        raise Temporary(f"GitHub holds attestations about {digest} that could not be fetched: {held.unread[0]}")
    if len(counted) < len(held.attestations):
        others = [e.problem or "signed elsewhere, or about another file" for e in read if e not in counted]
        log.info("attestations on GitHub that count for nothing", digest=digest, why=others)
    return counted


def _keep(deps: Deps, version: Version, found: Iterable[Evidence], github: bool = False) -> None:
    read = EvidenceRead(version.artifact, version.number, version.fingerprint, tuple(found), github)
    with deps.ledger.writing() as book:
        book.record(read, deps.now())
