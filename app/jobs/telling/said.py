"""What there is to say about a key of the step "tell", read from the ledger: an incident or a bulletin as it stands."""

from __future__ import annotations

from dataclasses import replace

from app import links
from app.deps import Deps
from checks.base import Subject
from checks.good import before
from checks.message import Message, State
from checks.messages import of_bulletin, of_incident
from verifier.ledger.protocol import Book, Posted
from verifier.model import Incident


def message(deps: Deps, book: Book, key: str, told: Posted | None) -> Message | None:
    """The message about an incident or a bulletin; None where there is neither, or nobody it could be about.

    `told` is what the place that it is for holds of it: what is new is told from then on.
    """
    incident = book.incidents.get(key)
    if incident is not None:
        return _of_incident(deps, book, incident, told)
    bulletin = book.incidents.bulletin(key)
    if bulletin is None:
        return None
    about = book.incidents.get(bulletin.incident_id) if bulletin.incident_id else None
    url = links.of_incident(deps.settings, about.id) if about is not None else ""
    return of_bulletin(bulletin, book.repositories.get(bulletin.repository_id), about, url)


def is_open(message: Message) -> bool:
    """Something about it is still to be done."""
    return message.state in (State.OPEN, State.ACKNOWLEDGED)


def subject(deps: Deps, book: Book, incident: Incident) -> Subject | None:
    """The incident with where it happened; None where the repository is not known."""
    repository = book.repositories.get(incident.repository_id)
    if repository is None:
        return None
    return Subject(incident, repository, "", links.of_incident(deps.settings, incident.id))


def _of_incident(deps: Deps, book: Book, incident: Incident, told: Posted | None) -> Message | None:
    about = subject(deps, book, incident)
    if about is None:
        return None
    about = replace(about, good=book.views.good(before(incident)))
    history, posted = book.incidents.notices(incident.id), book.incidents.all_posted(incident.id)
    return of_incident(about, history, posted, told.posted_at if told is not None else None)
