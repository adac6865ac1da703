"""Watch: an operator says which artifact to watch and which workflows of which repository may publish it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.claims import CONFIG, DISCOVERY, SERVER, withdraw_elsewhere
from app.deps import Deps
from checks.base import Permanent
from handlers.record import list_task
from verifier import purls
from verifier.discovery.config import unfit
from verifier.ledger.protocol import Book
from verifier.model import Artifact, Publisher, PublishersSet, Repository, RepositorySeen
from verifier.model.github import EVENTS
from verifier.registries import REGISTRIES

SOURCE = SERVER
"""What an operator's word is kept under."""


@dataclass(frozen=True)
class Wanted:
    """What was asked for, as it was typed. `events` and `refs` empty: the defaults; `manual` None: learned.

    `moving` are globs of an image's tags that are made to move, `mirrors` the purls of its other registries.
    """

    purl: str
    repository: str
    workflows: tuple[str, ...]
    refs: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    manual: bool | None = None
    moving: tuple[str, ...] = ()
    mirrors: tuple[str, ...] = ()


def watch(deps: Deps, wanted: Wanted) -> str:
    """Keep it, start looking, and say what happens next. Asking again replaces what was said of that artifact.

    Raises ValueError for what cannot be meant, Permanent when the App is not installed on the repository.
    """
    artifact = purls.artifact(wanted.purl)
    if artifact.type not in REGISTRIES:
        raise ValueError(f"{artifact.purl}: only {', '.join(sorted(REGISTRIES))} can be watched so far.")
    moving, mirrors = _of_image(artifact, wanted)
    repository, now = _repository(deps, wanted.repository), deps.now()
    publisher = Publisher(
        artifact,
        repository.id,
        repository.owner_id,
        tuple(workflow_path(text) for text in wanted.workflows),
        wanted.refs,
        wanted.events or EVENTS,
        wanted.manual,
        moving=moving,
        mirrors=mirrors,
    )
    with deps.ledger.writing() as book:
        book.record(RepositorySeen(repository), now)
        _keep(book, publisher, now)
        unwatched = [purl for purl in mirrors if not book.repositories.publishers_of(Artifact(purl))]
    deps.wake.wake("poll")
    return (
        f"Watching {artifact.purl}, published by {', '.join(publisher.workflows)} of {repository.full_name}. "
        f"The first pass only learns; versions published from now on are judged and reported.{_warning(unwatched)}"
    )


def _warning(unwatched: Sequence[str]) -> str:
    """That a mirror is nothing to compare with, until somebody has it watched."""
    return "".join(
        f"\nNobody watches {purl} yet, so nothing is compared with it. To change that: "
        f"artifact-monitor watch {shlex.quote(purl)} --repo OWNER/NAME --workflow FILE"
        for purl in unwatched
    )


def workflow_path(text: str) -> str:
    """A workflow file's path; a bare name is one in `.github/workflows/`. Raises ValueError otherwise."""
    path = text if "/" in text else f".github/workflows/{text}"
    if not path.startswith(".github/workflows/") or not path.endswith((".yml", ".yaml")):
        raise ValueError(f"{text!r} is no workflow file; write it like .github/workflows/publish.yml.")
    return path


def _of_image(artifact: Artifact, wanted: Wanted) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The patterns of moving tags, and the mirrors. Raises ValueError for a package, and for what is neither."""
    mirrors = [purls.artifact(text) for text in wanted.mirrors]
    if (wanted.moving or mirrors) and not artifact.is_image:
        raise ValueError(f"{artifact.purl} is a package; only images have moving tags and mirrors.")
    for pattern in wanted.moving:
        if problem := unfit(pattern):
            raise ValueError(problem)
    for mirror in mirrors:
        if not mirror.is_image or mirror == artifact:
            raise ValueError(f"{mirror.purl} is not another image; name the image of the other registry.")
    return wanted.moving, tuple(dict.fromkeys(mirror.purl for mirror in mirrors))


def _repository(deps: Deps, full_name: str) -> Repository:
    if full_name.count("/") != 1:
        raise ValueError(f"{full_name!r} is no repository; write it like owner/name.")
    with deps.ledger.reading() as book:
        known = book.repositories.named(full_name)
    if known is not None and known.installation_id is not None and not known.removed:
        return known
    installation_id = deps.github(0).installation_for(full_name)
    if installation_id is None:
        raise Permanent(f"The App is not installed on {full_name}; install it there, then watch.")
    repository = deps.github(installation_id).named(full_name)
    if repository is None:
        raise Permanent(f"GitHub does not show {full_name} to the App; grant it in the installation's settings.")
    return repository


def _keep(book: Book, publisher: Publisher, now: datetime) -> None:
    """The operator's word settles whose artifact it is: other repositories' files no longer claim it."""
    withdraw_elsewhere(book, publisher, (CONFIG, DISCOVERY), now)
    others = [
        other
        for other in book.repositories.publishers_from(publisher.repository_id, SOURCE)
        if other.artifact != publisher.artifact
    ]
    book.record(PublishersSet(publisher.repository_id, SOURCE, (*others, publisher)), now)
    book.work.want("inspect", list_task(publisher.repository_id), now)
