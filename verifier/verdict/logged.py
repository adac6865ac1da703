"""What the log of a run's publish step says about one version: its name, its digest, or another version's."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.utils import canonicalize_name

from verifier.model import Artifact, File, LogClaim, LogState, Run, Version
from verifier.model.log import same_bytes
from verifier.verdict.naming import same_number


@dataclass(frozen=True)
class Logged:
    """One file of a version in one run's log. `same`: True its very bytes, False other bytes, None not comparable.

    `others`: the log names versions of this artifact, and not this one.
    """

    named: bool = False
    same: bool | None = None
    others: bool = False


def logged(version: Version, file: File, run: Run) -> Logged:
    """What the run's log says of this file."""
    ours = [c for c in run.claims if is_of(c, version.artifact)]
    naming = [c for c in ours if names(c, version, file)]
    compared = [found for c in naming if (found := same_bytes(c, file.digests)) is not None]
    same = None if not compared else any(compared)
    return Logged(bool(naming), same, others=bool(ours) and not naming and run.log is LogState.READ)


def is_of(claim: LogClaim, artifact: Artifact) -> bool:
    """The claim is about this artifact, whatever version."""
    if claim.type != artifact.type or not claim.name:
        return False
    if artifact.type == "pypi":
        return canonicalize_name(claim.name) == canonicalize_name(artifact.name)
    return claim.name.lower() == artifact.name.lower()


def names(claim: LogClaim, version: Version, file: File) -> bool:
    """The claim names this version; where it names a file, this file."""
    if claim.file and file.name and version.artifact.type == "pypi":
        return claim.file == file.name
    return bool(claim.version) and same_number(version.artifact, claim.version, version.number)
