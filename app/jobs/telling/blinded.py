"""Blinded: the App may read a watched repository no more. That is told out of band: who took over an account of its
owner's would suspend or uninstall the App first, and publish then."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.deps import Deps
from app.jobs.telling import speak
from verifier.ledger.protocol import Book
from verifier.model import Bulletin, BulletinKind, Installation, Repository

TOLD_FOR = timedelta(days=3)
"""How long after it happened it is still news: a lost webhook is made up for within a day."""
NAMED = 5
"""The most artifacts that are named."""


def tell(deps: Deps, installation_id: str, by: str) -> None:
    """Tell it once of each of the installation's repositories that publish something and cannot be read now."""
    number, now = int(installation_id), deps.now()
    with deps.ledger.writing() as book:
        installation = book.repositories.installation(number)
        for repository in book.repositories.all():
            if repository.installation_id != number:
                continue
            found = _why(repository, installation)
            if found is not None and now - found[1] <= TOLD_FOR:
                bulletin = _bulletin(book, repository, *found, by, now)
                if bulletin is not None:
                    speak.announce(book, bulletin, now)


def _why(repository: Repository, installation: Installation | None) -> tuple[str, datetime] | None:
    """What keeps us from reading it, and since when; None: nothing does."""
    if installation is not None and installation.deleted:
        return f"The App was uninstalled from {installation.account}.", installation.updated_at
    if repository.removed:
        return "It was deleted, transferred, or taken from the App.", repository.access_at
    if installation is not None and installation.suspended:
        return f"The App was suspended on {installation.account}.", installation.updated_at
    return None


def _bulletin(book: Book, repository: Repository, why: str, since: datetime, by: str, now: datetime) -> Bulletin | None:
    """What is told of one repository; None where nothing that is watched comes from it."""
    artifacts = sorted({publisher.artifact.purl for publisher in book.repositories.publishers(repository.id)})
    if not artifacts:
        return None
    more = f" and {len(artifacts) - NAMED} more" if len(artifacts) > NAMED else ""
    sentences = (
        why,
        "Registries are still read, but GitHub shows no run that could account for what is published now: most of it "
        "stays undecided, and nobody is alarmed.",
        f"That concerns {', '.join(artifacts[:NAMED])}{more}.",
    )
    title = f"{repository.full_name}: the monitor can read it no more"
    identity = f"blinded/{repository.id}/{since.isoformat()}"
    return Bulletin(identity, BulletinKind.BLINDED, repository.id, now, title, sentences, by=by)
