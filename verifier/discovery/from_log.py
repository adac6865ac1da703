"""What an approved run's own log says it published and nobody watches: siblings that no manifest showed. Pure.

Of images the log often tells what the workflow's text cannot: names that an expression makes while it runs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from verifier.discovery import image_names
from verifier.discovery.config import TYPES
from verifier.discovery.judged import IMAGES
from verifier.discovery.package import Package, artifact
from verifier.model import Artifact, LogClaim, Proposal, Run
from verifier.model.artifact import DOCKER_HUB

KEPT = 500
"""The most such proposals that one repository keeps."""
FOUND_IN = "log of run "


def unwatched(run: Run, watched: Collection[Artifact]) -> tuple[Proposal, ...]:
    """A proposal for each package and image that the run's log claims and nobody watches, in order."""
    claimed = {found for claim in run.claims if not claim.skipped and (found := _artifact(claim)) is not None}
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
    """The proposals with those of a log that name something new, or that tell how a manifest's package is published
    where no other workflow is known to publish it: which of several does is for people to say."""
    known = {proposal.purl: proposal for proposal in proposals}
    logged = sum(_logged(proposal) for proposal in proposals)
    new = [one for one in more if one.purl not in known or _answers(one, known[one.purl])][: max(0, KEPT - logged)]
    told = {proposal.purl for proposal in new}
    return (*(proposal for proposal in proposals if proposal.purl not in told), *new)


def _answers(told: Proposal, asked: Proposal) -> bool:
    return not asked.clear and not _logged(asked) and set(asked.workflows) <= set(told.workflows)


def _logged(proposal: Proposal) -> bool:
    return proposal.found_in.startswith(FOUND_IN)


def remembered(proposals: Sequence[Proposal]) -> tuple[Package, ...]:
    """The packages that logs showed earlier, for the next look at the repository."""
    return tuple(
        Package(Artifact(proposal.purl), proposal.found_in, True, proposal.workflows)
        for proposal in proposals
        if _logged(proposal)
    )


def with_logged(packages: Sequence[Package], logged: Sequence[Package]) -> tuple[Package, ...]:
    """The packages of manifests with those of logs; a log's word stands where the manifest tells no workflow."""
    told = {package.artifact for package in packages if package.workflows}
    new = {package.artifact: package for package in logged if package.artifact not in told}
    return (*(package for package in packages if package.artifact not in new), *new.values())


def _artifact(claim: LogClaim) -> Artifact | None:
    """What a claim is about; None for a type that nobody watches, and for no name, or one that GitHub masked."""
    if claim.type in IMAGES:
        return image_names.artifact(f"{DOCKER_HUB}/{claim.name}" if claim.type == "docker" else claim.name)
    return artifact(claim.type, claim.name) if claim.type in TYPES else None
