"""What an approved run's own log says it published and nobody watches: siblings that no manifest showed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

from verifier.discovery.config import TYPES
from verifier.discovery.package import Package, artifact
from verifier.model import Artifact, LogClaim, Proposal, Run

KEPT = 500
"""The most such proposals that one repository keeps."""
FOUND_IN = "log of run "

_LONGEST = 400


def unwatched(run: Run, watched: Collection[Artifact]) -> tuple[Proposal, ...]:
    """A proposal for each package that the run's log claims and nobody watches, in order."""
    claimed = {found for claim in run.claims if (found := _artifact(claim)) is not None}
    return tuple(
        Proposal(
            found.purl,
            (run.workflow,),
            f"{FOUND_IN}{run.key}",
            question="A run published it, and nobody watches it.",
        )
        for found in sorted(claimed - set(watched))[:KEPT]
    )


def added(proposals: Sequence[Proposal], more: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """The proposals with those of a log that name something new."""
    known = {proposal.purl for proposal in proposals}
    logged = sum(proposal.found_in.startswith(FOUND_IN) for proposal in proposals)
    new = [proposal for proposal in more if proposal.purl not in known]
    return (*proposals, *new[: max(0, KEPT - logged)])


def remembered(proposals: Sequence[Proposal]) -> tuple[Package, ...]:
    """The packages that logs showed earlier, for the next look at the repository."""
    return tuple(
        Package(Artifact(proposal.purl), proposal.found_in, True, proposal.workflows)
        for proposal in proposals
        if proposal.found_in.startswith(FOUND_IN)
    )


def _artifact(claim: LogClaim) -> Artifact | None:
    """The package that a claim is about. Uploads to Python indexes name files: the project's name stands in them."""
    if claim.type not in TYPES:
        return None
    name = claim.name
    if claim.type == "pypi" and (claim.file or name).endswith((".whl", ".tar.gz", ".zip")):
        name = _project(claim.file or name)
    return artifact(claim.type, name)


def _project(file: str) -> str:
    """The project in a distribution's file name; '' where it is none."""
    if len(file) > _LONGEST:
        return ""
    try:
        return str((parse_wheel_filename if file.endswith(".whl") else parse_sdist_filename)(file)[0])
    except (InvalidWheelFilename, InvalidSdistFilename):
        return ""
