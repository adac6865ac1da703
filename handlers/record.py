"""Facts into the book, and the look at a repository that follows when it becomes readable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from verifier.ledger.protocol import Book
from verifier.model import Fact, Repository, RepositorySeen
from verifier.model.backfill import Gap

LONGEST_GAP = timedelta(days=89)
"""How far back a gap may begin: what is read to close it reaches 90 days back, and a gap it cannot reach would never
close."""


def config_task(repository_id: int, commit: str = "", pusher: str = "") -> str:
    """The work key under which a repository's `.github/artifact-monitor.yml` is read.

    `commit` is the one that touched it, and `pusher` who pushed that, where a webhook said so. Without a commit,
    `pusher` is who switched the default branch.
    """
    return f"config/{repository_id}/{commit}/{pusher}" if commit or pusher else f"config/{repository_id}"


def workflow_task(repository_id: int, before: str, after: str, at: datetime, pusher: str) -> str:
    """The work key under which it is told that a push, at this time of GitHub's, may have changed workflow files that
    publish: the same commits pushed again later are another push."""
    return f"workflow/{repository_id}/{before}/{after}/{int(at.timestamp())}/{pusher}"


def list_task(repository_id: int) -> str:
    """The work key under which a repository's past is read from GitHub's lists: runs, releases, tags."""
    return f"list/{repository_id}"


def discover_task(repository_id: int) -> str:
    """The work key under which a repository is looked through for what it publishes."""
    return f"discover/{repository_id}"


def enrol_task(enrolment_id: str) -> str:
    """The work key under which it is decided what becomes of a wish about what is watched."""
    return f"enrol/{enrolment_id}"


def installation_task(installation_id: int) -> str:
    """The work key under which GitHub is asked what holds of an installation, and what waited for it is taken up."""
    return f"installation/{installation_id}"


def blinded_task(installation_id: int, by: str = "") -> str:
    """The work key under which it is told that repositories of an installation may be read no more; `by`: who did it,
    where a webhook said so."""
    return f"blinded/{installation_id}/{by}"


def record(facts: Iterable[Fact], book: Book, now: datetime, by: str = "", taken_by: str = "") -> None:
    """Record each; look at a repository that became readable by it, or has another default branch, name or owner.

    `by` is who did it, where the webhook is about that; `taken_by` the same of one that may be read no more.
    """
    for fact in facts:
        if isinstance(fact, RepositorySeen):
            _see(fact, book, now, by, taken_by)
        else:
            book.record(fact, now)


def look_at(repository_id: int, book: Book, now: datetime) -> None:
    """Read its config, and its past so that what we missed is made up for."""
    book.work.want("inspect", config_task(repository_id), now)
    book.work.want("inspect", list_task(repository_id), now)


def readable_again(installation_id: int, since: datetime, book: Book, now: datetime) -> None:
    """An installation is suspended no more: what was missed since then is noted, and its repositories looked at."""
    for repository in book.repositories.all():
        if repository.installation_id == installation_id and not repository.removed:
            missed_since(repository.id, Gap(since, now, unsent=True), book, now)
            look_at(repository.id, book, now)


def missed_since(repository_id: int, gap: Gap, book: Book, now: datetime) -> None:
    """Webhooks did not reach us for a while; it is one gap with what was missed before, until all of it is read."""
    known = book.repositories.gap(repository_id)
    gap = replace(gap, since=max(gap.since, now - LONGEST_GAP))
    book.repositories.put_gap(repository_id, gap if known is None else known.joined(gap))


def _see(fact: RepositorySeen, book: Book, now: datetime, by: str, taken_by: str) -> None:
    before = book.repositories.get(fact.repository.id)
    book.record(fact, now)
    after = book.repositories.get(fact.repository.id)
    if after is None or not _readable(after):
        if before is not None and _readable(before) and before.installation_id is not None:
            book.work.want("inspect", blinded_task(before.installation_id, taken_by), now)
        return
    if before is None or not _readable(before) or before.installation_id != after.installation_id:
        if before is not None and before.removed:
            missed_since(after.id, Gap(before.access_at, now, unsent=True), book, now)
        look_at(after.id, book, now)
        if before is not None and after.installation_id is not None:
            book.work.want("inspect", installation_task(after.installation_id), now)
    elif _placed(before) != _placed(after):
        book.work.want("inspect", config_task(after.id, "", by), now)


def _placed(repository: Repository) -> tuple[str, str, int]:
    """On what it depends which config files hold: the branch that holds its own, and whose default is above it."""
    return repository.default_branch, repository.full_name.lower(), repository.owner_id


def _readable(repository: Repository) -> bool:
    return repository.installation_id is not None and not repository.removed
