"""What the log of a run's publish step says about one version: its name, its digest, or another version's."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.utils import canonicalize_name

from verifier.image_hosts import MASK
from verifier.model import Artifact, File, LogClaim, LogState, Run, Version
from verifier.model.log import same_bytes
from verifier.verdict.naming import other_release, same_number


@dataclass(frozen=True)
class Logged:
    """One file of a version in one run's log. `same`: True its very bytes, False other bytes, None not comparable.

    `others`: the log names versions of this artifact, and not this one. `skipped`: it was there already.
    """

    named: bool = False
    same: bool | None = None
    others: bool = False
    skipped: bool = False


def logged(version: Version, file: File, run: Run) -> Logged:
    """What the run's log says of this file."""
    about = [c for c in run.claims if is_of(c, version.artifact)]
    ours = [c for c in about if not c.skipped]
    naming = [c for c in ours if names(c, version, file)]
    parts = {part.digest for part in file.parts}
    whole = [c for c in naming if parts.isdisjoint(c.digests)]  # a platform pushed under the tag of its later index
    compared = [found for c in whole if (found := same_bytes(c, file.digests)) is not None]
    same = None if not compared else any(compared)
    if version.artifact.is_image and same is None and _pushed_otherwise(version, file, ours):
        same = True
    others = bool(ours) and not naming and not same and run.log is LogState.READ
    skipped = not naming and any(c.skipped and names(c, version, file) for c in about)
    return Logged(bool(naming), same, others, skipped)


def _pushed_otherwise(version: Version, file: File, ours: list[LogClaim]) -> bool:
    """The run pushed these very bytes and printed no tag (ko), or another that the tag may follow; or every platform.

    Which tags may follow which is the same as where no run is near: see `verifier.verdict.image.known_bytes`.
    """
    same = [c for c in ours if not set(c.digests).isdisjoint(file.digests)]
    if same and (version.moving or other_release(version.number, [c.version for c in same]) is None):
        return True
    pushed = {digest for claim in ours for digest in claim.digests}
    return bool(file.parts) and all(part.digest in pushed for part in file.parts)


def logged_digests(version: Version, run: Run) -> tuple[str, ...]:
    """What the run's log says that this very version is, in the log's order."""
    naming = [c for c in run.claims if is_of(c, version.artifact) and names(c, version, File(""))]
    return tuple(dict.fromkeys(digest for claim in naming for digest in claim.digests))


def is_of(claim: LogClaim, artifact: Artifact) -> bool:
    """The claim is about this artifact, whatever version."""
    if not claim.name:
        return False
    if artifact.is_image:
        return _is_of_image(claim, artifact)
    if claim.type != artifact.type:
        return False
    if artifact.type == "pypi":
        return canonicalize_name(claim.name) == canonicalize_name(artifact.name)
    return claim.name.lower() == artifact.name.lower()


def _is_of_image(claim: LogClaim, artifact: Artifact) -> bool:
    """The image's repository, as tools write it; GitHub may mask the account's number in one of Amazon's hosts."""
    if claim.type == "docker":
        return artifact.type == "docker" and claim.name.lower() in (
            artifact.name,
            artifact.name.removeprefix("library/"),
        )
    host, _, path = claim.name.lower().partition("/")
    own_host, _, own_path = artifact.image.partition("/")
    masked = MASK in host and own_host.endswith(host.rpartition(MASK)[2]) and host.startswith(MASK)
    return claim.type == "oci" and path == own_path and (host == own_host or masked)


def names(claim: LogClaim, version: Version, file: File) -> bool:
    """The claim names this version; where it names a file, this file."""
    if claim.file and file.name and version.artifact.type == "pypi":
        return claim.file == file.name
    return bool(claim.version) and same_number(version.artifact, claim.version, version.number)
