"""Whose CI an artifact is held against: its repository, the workflow files that publish it, and its tags."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app import files
from app.audit.client import Onlooker
from app.deeds.watching import workflow_path
from app.deps import Deps
from app.jobs.discover import same_to
from app.network.origins import origins
from checks.base import Permanent
from verifier.discovery.config import read
from verifier.discovery.find import Files, find
from verifier.discovery.origin import Said, Word
from verifier.discovery.propose import Known, propose
from verifier.discovery.strict import BadConfig
from verifier.model import CONFIG_PATH, Artifact, Evidence, Publisher, Ref, Repository
from verifier.model.github import EVENTS

MOST_TAGS = 2_000
"""The most tags that are read; of more, none are, for then that one is missing would say nothing."""
OFTEN = 2
"""How many versions' verified provenance must name a workflow file that discovery did not find: one alone may be what
is to be found."""


@dataclass(frozen=True)
class Source:
    """Who may publish it (None: nobody knows), and what whoever reads the audit must know about that."""

    repository: Repository
    publisher: Publisher | None
    told: tuple[str, ...] = ()


def repository_named(deps: Deps, github: Onlooker, artifact: Artifact, wanted: str) -> Repository:
    """The repository that is named, or else that the registry names. Raises Permanent or Temporary, in words."""
    name = wanted or _by_registry(deps, artifact)
    found = github.named(name)
    if found is None:
        raise Permanent(f"GitHub shows no repository {name[:140]!r}; name the one that publishes it with --repo.")
    return found


def _by_registry(deps: Deps, artifact: Artifact) -> str:
    claims = origins(deps, lambda one, other: one.lower() == other.lower()).claims(artifact, "", deps.now())
    if isinstance(claims, Said):
        if claims.word is Word.ABSENT:
            raise Permanent(f"The registry knows no {artifact.purl}.")
        raise Permanent(
            f"The registry names no repository on GitHub ({claims.detail or claims.word.value}); name it with --repo."
        )
    if not claims:
        raise Permanent("The registry names no repository; name the one that publishes it with --repo.")
    return claims[0]


def source_of(
    deps: Deps,
    github: Onlooker,
    repository: Repository,
    artifact: Artifact,
    paths: Sequence[str],
    evidence: Iterable[Evidence],
) -> Source:
    """Who may publish it: the workflow files that are named, else those that discovery finds at the head of the default
    branch, and those that the verified provenance of several versions names: files are renamed."""
    if paths:
        workflows = tuple(dict.fromkeys(map(workflow_path, paths)))
        return Source(repository, Publisher(artifact, repository.id, repository.owner_id, workflows))
    held = files.of_repository(github, repository, github.head_sha(repository))
    if configured := _configured(held, artifact, repository):
        told = f"{CONFIG_PATH} of {repository.full_name} says who publishes it, as it stands there now."
        return Source(repository, configured[0], (told,))
    found = find(held, repository.full_name, deps.settings.npm_registry)
    said = origins(deps, same_to(github, repository)).of([artifact], repository.full_name, deps.now())
    mine = [package for package in found.packages if package.artifact == artifact]
    proposals = propose(mine, found.workflows, said, Known())
    asked = [proposal.question for proposal in proposals if proposal.question]
    named = Counter(e.workflow for e in evidence if e.proven and e.repository_id == repository.id and e.workflow)
    often = [path for path, times in sorted(named.items()) if times >= OFTEN]
    discovered = [path for proposal in proposals for path in proposal.workflows]
    if not discovered:
        discovered = [w.path for w in found.workflows if artifact.type in w.types]
        if discovered:
            asked.append(
                f"No manifest of {repository.full_name} names it; its workflows that publish {artifact.type} do."
            )
    workflows = tuple(dict.fromkeys((*discovered, *often)))
    if not workflows:
        asked.append(f"No workflow of {repository.full_name} was found to publish it; name one with --workflow.")
        return Source(repository, None, tuple(asked))
    # Whoever wrote the file says what starts it; a pull request never may, whatever the file says.
    own = {event for w in found.workflows if w.path in workflows for event in w.events}
    more = sorted(event for event in own - set(EVENTS) if not event.startswith("pull_request"))
    publisher = Publisher(artifact, repository.id, repository.owner_id, workflows, events=(*EVENTS, *more))
    return Source(repository, publisher, tuple(asked))


def _configured(held: Files, artifact: Artifact, repository: Repository) -> list[Publisher]:
    """Who publishes it by the repository's own configuration file; nobody where that cannot be read."""
    text = held.get(CONFIG_PATH) if CONFIG_PATH in held.paths else None
    try:
        said = read(text, repository).publishers if text is not None else ()
    except BadConfig:
        return []
    return [publisher for publisher in said if publisher.artifact == artifact]


def tags_of(github: Onlooker, repository: Repository, now: datetime) -> tuple[Ref, ...] | None:
    """The repository's tags as they are now; None where there are too many. Raises Temporary or Permanent."""
    listed = github.list(f"/repos/{repository.full_name}/tags", MOST_TAGS + 1)
    if len(listed) > MOST_TAGS:
        return None
    found = []
    for item in listed:
        commit = item.get("commit")
        sha = commit.get("sha") if isinstance(commit, dict) else None
        if isinstance(item.get("name"), str) and isinstance(sha, str):
            found.append(Ref(repository.id, item["name"][:255], sha[:64], now))
    return tuple(found)
