"""What a repository seems to publish, and whether that is clear enough to be watched without asking. Pure.

A package is enrolled when its manifest names it, a workflow here publishes its type, the registry agrees or does not
have it yet, and nobody else claims it. An image is named by the workflow that pushes it, in each registry by itself.
What is enrolled is never widened or dropped from here: a workflow file that appears later is asked about first, since
whoever can push one could make it approved.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from verifier.discovery.origin import UNASKED, Said, Word
from verifier.discovery.package import Package
from verifier.discovery.published_by import Workflow
from verifier.model import Artifact, Proposal, Publisher, Repository

ELSEWHERE = "Another repository publishes it for this monitor. The operator settles whose it is."
"""The question about what somebody else claimed first."""
NOT_ASKED = "The registry was not asked."
"""The question about a package of which nobody knows what its registry says."""

_KINDS = {"npm": "npm packages", "pypi": "Python projects", "docker": "this image", "oci": "this image"}


@dataclass(frozen=True)
class Known:
    """What the ledger holds already: what this repository's discovery enrolled, what somebody settled by hand (the
    config file, the operator), and what other repositories publish."""

    enrolled: tuple[Publisher, ...] = ()
    settled: Collection[Artifact] = field(default_factory=frozenset)
    elsewhere: Collection[Artifact] = field(default_factory=frozenset)

    def has(self, artifact: Artifact) -> bool:
        """Whose it is is known: what its registry says changes nothing any more."""
        return artifact in {*self.settled, *self.elsewhere, *(publisher.artifact for publisher in self.enrolled)}


def propose(
    packages: Sequence[Package], workflows: Sequence[Workflow], said: Mapping[Artifact, Said], known: Known
) -> tuple[Proposal, ...]:
    """A proposal for each package that may be published from here, in order. What is settled is left to who did."""
    found = []
    for package in sorted(packages, key=lambda one: one.artifact):
        if package.artifact not in known.settled:
            proposal = _proposal(package, workflows, said.get(package.artifact, UNASKED), known)
            found += [proposal] if proposal is not None else []
    return tuple(found)


def publishers(proposals: Sequence[Proposal], repository: Repository, known: Known) -> tuple[Publisher, ...]:
    """Who may publish what is clear; what was enrolled before stays, with the workflows that it had.

    What somebody settled by hand, or what now belongs to another repository, is no longer for discovery to say.
    """
    kept = {publisher.artifact: publisher for publisher in known.enrolled}
    for proposal in proposals:
        artifact = Artifact(proposal.purl)
        if proposal.clear and artifact not in kept:
            kept[artifact] = Publisher(artifact, repository.id, repository.owner_id, proposal.workflows)
    gone = {*known.settled, *known.elsewhere}
    return tuple(publisher for artifact, publisher in sorted(kept.items()) if artifact not in gone)


def _proposal(package: Package, workflows: Sequence[Workflow], said: Said, known: Known) -> Proposal | None:
    """The proposal of one package; None for what nothing says is published from here."""
    artifact, kind = package.artifact, package.artifact.type
    paths, problem = _candidates(package, workflows)
    before = next((p for p in known.enrolled if p.artifact == artifact), None)

    def ask(question: str) -> Proposal:
        return Proposal(artifact.purl, paths, package.found_in, question=question)

    if artifact in known.elsewhere:
        return ask(ELSEWHERE)
    if before is not None:
        return _again(package, before, paths)
    if said.word is Word.OTHER:
        return ask(_of_another(artifact, said)) if package.member else None
    if said.word is not Word.AGREES and not package.member:
        return ask(f"Nothing but {package.found_in} says that it is published from here.") if _may(said) else None
    if not paths:
        return ask(f"No workflow here publishes {_KINDS[kind]}.") if said.word is Word.AGREES else None
    if said.word is Word.ABSENT and not _told(package, workflows):
        return None
    if said.word is Word.SILENT:
        return ask(f"The registry {said.detail}.")
    if said.word is Word.UNASKED:
        return ask(f"The registry could not be asked: {said.detail}" if said.detail else NOT_ASKED)
    if problem:
        return ask(problem)
    return Proposal(artifact.purl, paths, package.found_in, clear=True)


def _told(package: Package, workflows: Sequence[Workflow]) -> bool:
    """It is known, not guessed, that a workflow publishes packages of its type."""
    return bool(package.workflows) or any(package.artifact.type in workflow.types for workflow in workflows)


def _may(said: Said) -> bool:
    """The registry has it, as far as anybody asked, and does not say whose it is."""
    return said.word in (Word.SILENT, Word.UNASKED)


def _again(package: Package, before: Publisher, paths: tuple[str, ...]) -> Proposal:
    """The proposal of what is enrolled: as it was, and a question about workflows that came later."""
    more = [path for path in paths if path not in before.workflows]
    question = f"{_listed(more)} came later and can publish it too, but is not approved to." if more else ""
    return Proposal(before.artifact.purl, before.workflows, package.found_in, clear=True, question=question)


def _of_another(artifact: Artifact, said: Said) -> str:
    if artifact.is_image:
        return f"The image's label says that it comes from {said.detail}; it may be the label of its base image."
    return f"The registry says that it comes from {said.detail}."


def _candidates(package: Package, workflows: Sequence[Workflow]) -> tuple[tuple[str, ...], str]:
    """The workflow files that can publish it, and why that is not clear ('' where it is)."""
    kind, told = package.artifact.type, package.workflows
    sure = [w for w in workflows if kind in w.types and (not told or w.path in told)]
    if told and not (sure and package.artifact.is_image):
        return told, ""
    usual = [workflow for workflow in sure if workflow.usual]
    chosen = usual or sure or [workflow for workflow in workflows if not workflow.types]
    paths = tuple(workflow.path for workflow in chosen)
    if paths and not sure:
        return paths, f"{_listed(paths)} publishes, but what it publishes could not be told."
    if sure and not usual:
        events = sorted({event for workflow in sure for event in workflow.events})
        return paths, f"Only {_listed(events)} starts {_listed(paths)}: allow it under events if it may publish."
    if len(paths) > 1:
        return paths, f"{_listed(paths)} can each publish it. Name those that do."
    return _or_unnamed(paths, package, workflows)


def _or_unnamed(paths: tuple[str, ...], package: Package, workflows: Sequence[Workflow]) -> tuple[tuple[str, ...], str]:
    """Of an image also the workflows that push images without a name that could be read: this one may be among them."""
    kind = package.artifact.type
    more = tuple(w.path for w in workflows if kind in w.types and w.usual and not w.images and w.path not in paths)
    if not more or not package.artifact.is_image:
        return paths, ""
    return (
        *paths,
        *more,
    ), f"{_listed(more)} pushes images too, and their names could not be told. Name those that push it."


def _listed(names: Sequence[str]) -> str:
    shown = [name.rsplit("/", 1)[-1] for name in names]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
