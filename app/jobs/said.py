"""What there is to say about a key of the step "tell", read from the ledger: an incident or a bulletin as it stands."""

from __future__ import annotations

from app.deps import Deps
from checks.base import Subject
from checks.hearing import hears
from checks.message import Kind, Message, State
from checks.messages import ELSEWHERE, of_bulletin, of_incident
from checks.outside import Route
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
    url = page(deps, about.id) if about is not None else ""
    return of_bulletin(bulletin, book.repositories.get(bulletin.repository_id), about, url)


def page(deps: Deps, incident_id: str) -> str:
    """Our own page about an incident, '' where no address of ours is set."""
    return f"{deps.settings.base_url}/incidents/{incident_id}" if deps.settings.base_url else ""


def wanted(route: Route, message: Message, told: Posted | None) -> bool:
    """Whether a route is to be told this now; `told` is what it holds of it.

    Not what it holds already, a bulletin twice, or the end of what it never heard of.
    """
    if told is None:
        return message.state is not State.RESOLVED and hears(route.filter, message)
    return message.kind is not Kind.BULLETIN and told.digest != message.digest


def is_open(message: Message) -> bool:
    """Something about it is still to be done."""
    return message.state in (State.OPEN, State.ACKNOWLEDGED)


def subject(deps: Deps, book: Book, incident: Incident) -> Subject | None:
    """The incident with where it happened; None where the repository is not known."""
    repository = book.repositories.get(incident.repository_id)
    return Subject(incident, repository, "", page(deps, incident.id)) if repository is not None else None


def _of_incident(deps: Deps, book: Book, incident: Incident, told: Posted | None) -> Message | None:
    about = subject(deps, book, incident)
    if about is None:
        return None
    history, posted = book.incidents.notices(incident.id), book.incidents.all_posted(incident.id)
    elsewhere = [p for p in posted if p.channel in ELSEWHERE]
    return of_incident(about, history, elsewhere, told.posted_at if told is not None else None)
