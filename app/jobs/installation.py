"""One installation: what GitHub says of it now, and everything that waited for it taken up again.

While it is suspended or gone nothing is asked, nothing is kept waiting and nothing is said about it: what was to be
done is dropped, and here found again from what the ledger holds.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import structlog

from app.deps import Deps
from checks import CHANNELS
from checks.base import Gone, Permanent
from checks.report import settled
from handlers import shapes
from handlers.base import BadPayload
from handlers.installation import ASK_AGAIN
from handlers.record import blinded_task, readable_again
from verifier.ledger.apply import version_task
from verifier.ledger.protocol import Book
from verifier.model import Installation, InstallationSeen, Outcome, Repository, RepositorySeen

log = structlog.get_logger()


def look_after(deps: Deps, installation_id: int) -> datetime | None:
    """Ask GitHub, and keep what it says; returns when to ask again: in a day where it is suspended.

    Raises Temporary where GitHub did not answer.
    """
    with deps.ledger.reading() as book:
        before = book.repositories.installation(installation_id)
    seen, now = _seen(deps, installation_id, before), deps.now()
    if seen is None:
        return None
    with deps.ledger.writing() as book:
        if seen != before:
            book.record(InstallationSeen(seen), now)
        after = book.repositories.installation(installation_id) or seen
        if (after.deleted or after.suspended) and seen != before:
            book.work.want("inspect", blinded_task(installation_id), now)
        if after.deleted:
            _end(book, installation_id, now)
        elif not after.suspended:
            if before is not None and before.suspended:
                readable_again(installation_id, before.updated_at, book, now)
            _take_up(book, installation_id, now)
    log.info("installation", id=installation_id, suspended=after.suspended, deleted=after.deleted)
    return now + ASK_AGAIN if after.suspended and not after.deleted else None


def _seen(deps: Deps, installation_id: int, before: Installation | None) -> Installation | None:
    """What GitHub says of it; None where neither GitHub nor the ledger knows it."""
    try:
        held = deps.github(0).call("GET", f"/app/installations/{installation_id:d}")
    except Gone:
        return replace(before, deleted=True, updated_at=deps.now()) if before is not None else None
    try:
        return shapes.installation({"installation": held})
    except BadPayload as error:
        raise Permanent(f"GitHub's answer about installation {installation_id} cannot be read: {error}") from error


def _of(book: Book, installation_id: int) -> list[Repository]:
    return [r for r in book.repositories.all() if r.installation_id == installation_id and not r.removed]


def _end(book: Book, installation_id: int, now: datetime) -> None:
    """It was uninstalled, and the webhook that said so is lost. The history of its repositories stays."""
    for repository in _of(book, installation_id):
        book.record(RepositorySeen(replace(repository, removed=True, access_at=max(now, repository.access_at))), now)


def _take_up(book: Book, installation_id: int, now: datetime) -> None:
    """Want everything that may have been dropped: verdicts that wait, and what GitHub shall show of incidents."""
    repositories = {repository.id for repository in _of(book, installation_id)}
    for artifact in {p.artifact for number in sorted(repositories) for p in book.repositories.publishers(number)}:
        for dossier in book.versions.of(artifact):
            if dossier.verdict is None or dossier.verdict.outcome is Outcome.PENDING:
                book.work.want("examine", version_task(artifact, dossier.version.number), now)
    for incident in book.incidents.all():
        if incident.repository_id not in repositories:
            continue
        if not settled(incident) or book.incidents.all_posted(incident.id):
            for channel in CHANNELS:
                book.work.want("report", f"{incident.id} {channel.NAME}", now)
