"""Discover: what a repository publishes, from its files and the registries' word; enrol what is clear, ask the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from app import files
from app.deeds.claims import DISCOVERY
from app.deps import Deps
from app.github.installation import GitHub
from app.jobs.repository_run import show
from app.network.origins import origins
from checks import setup
from checks.base import Permanent
from checks.setup import Setup
from handlers.record import discover_task, list_task
from verifier.discovery import from_log
from verifier.discovery.find import find
from verifier.discovery.propose import Known, propose, publishers
from verifier.ledger.protocol import Book, Posted
from verifier.model import Artifact, ArtifactsProposed, Proposal, Publisher, PublishersSet, Repository, Run

NAMES = 20
"""The most other names that GitHub is asked about in one look."""


def discover(deps: Deps, github: GitHub, repository: Repository) -> None:
    """Look the repository through at the head of its default branch, keep what was found, and say it in a check run.

    Raises Temporary when GitHub did not answer: what was found before stays. A registry that does not answer makes
    a question, or leaves what is enrolled as it is.
    """
    commit = github.head_sha(repository)
    held = files.of_repository(github, repository, commit)
    found = find(held, repository.full_name, deps.settings.npm_registry)
    with deps.ledger.reading() as book:
        logged = from_log.remembered(book.repositories.proposals(repository.id))
        packages = from_log.with_logged(found.packages, logged)
        settled = known_to(book, repository, [package.artifact for package in packages])
    asked = [
        package.artifact for package in packages if not (package.artifact.is_image and settled.has(package.artifact))
    ]
    said = origins(deps, same_to(github, repository)).of(asked, repository.full_name, deps.now())
    with deps.ledger.writing() as book:
        known = known_to(book, repository, [package.artifact for package in packages])
        proposals = propose(packages, found.workflows, said, known)
        _keep(book, repository, proposals, publishers(proposals, repository, known), deps.now())
        in_force = tuple(book.repositories.publishers(repository.id))
        refused = [p.sentence for p in book.health.problems() if p.subject == f"config {repository.id}"]
    deps.wake.wake("poll")
    told = {path for publisher in in_force if publisher.artifact.is_image for path in publisher.workflows}
    unnamed = tuple(path for path in found.unnamed if path not in told)
    _say(deps, github, commit, Setup(repository, in_force, proposals, said, (*refused, *found.problems), unnamed))


def known_to(book: Book, repository: Repository, artifacts: Iterable[Artifact]) -> Known:
    """What the ledger holds about who publishes these artifacts, and what discovery enrolled before."""
    enrolled = book.repositories.publishers_from(repository.id, DISCOVERY)
    all_known = [
        publisher
        for artifact in {*artifacts, *(publisher.artifact for publisher in enrolled)}
        for publisher in book.repositories.publishers_of(artifact)
    ]
    by_hand = {p.artifact for p in book.repositories.publishers(repository.id) if p not in enrolled}
    return Known(enrolled, by_hand, {p.artifact for p in all_known if p.repository_id != repository.id})


def heard_of(book: Book, run: Run, now: datetime) -> None:
    """Look the repository through again when the log of one of its approved runs names a package nobody watches."""
    repository_id = run.key.repository_id
    approved = {path for publisher in book.repositories.publishers(repository_id) for path in publisher.workflows}
    if run.head_repository_id != repository_id or run.workflows.isdisjoint(approved):
        return
    before = book.repositories.proposals(repository_id)
    after = from_log.added(before, from_log.unwatched(run, {watch.artifact for watch in book.versions.watches()}))
    if after != before:
        book.record(ArtifactsProposed(repository_id, after), now)
        book.work.want("inspect", discover_task(repository_id), now)


def _keep(
    book: Book, repository: Repository, proposals: Sequence[Proposal], enrolled: tuple[Publisher, ...], now: datetime
) -> None:
    book.record(ArtifactsProposed(repository.id, tuple(proposals)), now)
    if book.repositories.publishers_from(repository.id, DISCOVERY) != enrolled:
        book.record(PublishersSet(repository.id, DISCOVERY, enrolled), now)
        book.work.want("inspect", list_task(repository.id), now)


def _say(deps: Deps, github: GitHub, commit: str, said: Setup) -> None:
    """Make the check run show it, on the newest commit; the same text is said once.

    That GitHub refuses it stands on the health page: what was found is kept all the same.
    """
    repository, post = said.repository, setup.render(said)
    key, subject = (post.marker, setup.NAME), f"setup {repository.id}"
    with deps.ledger.reading() as book:
        posted = book.incidents.posted(*key)
    if (posted is None and not setup.wants(said)) or (posted is not None and posted.digest == post.digest):
        return
    try:
        ref, url = show(github, repository, commit, post, posted)
    except Permanent as refused:
        with deps.ledger.writing() as book:
            book.health.report(
                subject, f"{repository.full_name}: the setup check run was refused: {refused}", deps.now()
            )
        return
    with deps.ledger.writing() as book:
        book.incidents.put_posted(Posted(*key, f"{commit} {ref}", url, post.digest, True, deps.now()))
        book.health.solve(subject)


def same_to(github: GitHub, repository: Repository) -> Callable[[str, str], bool]:
    """Whether GitHub means this repository by another name, as by an older one; a few names are asked about."""

    answers: dict[str, bool] = {}

    def is_ours(claim: str) -> bool:
        try:
            named = github.named(claim)
        except Permanent:
            return False
        return named is not None and named.id == repository.id

    def same(claim: str, full_name: str) -> bool:
        if claim not in answers and len(answers) < NAMES:
            answers[claim] = is_ours(claim)
        return answers.get(claim, False)

    return same
