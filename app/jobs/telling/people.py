"""What there is to say to somebody who subscribed: of an incident, a bulletin or a week, as much as they may hear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from app import links
from app.deps import Deps
from checks import advisory, place
from checks.base import Subject
from checks.channels import TITLES
from checks.gathered import of_digest
from checks.good import before
from checks.hearing import hears
from checks.message import Message
from checks.messages import of_bulletin, of_incident
from checks.subscription import for_strangers
from verifier.ledger.protocol import Book, Posted
from verifier.model import Bulletin, Incident, Notice, Repository, Subscription
from verifier.verdict.audience import Audience, as_heard, audience_of, may_hear, public_history

_GITHUBS = {Audience.INSIDE: TITLES.keys(), Audience.PUBLIC: TITLES.keys() - {advisory.NAME}}
"""Whose posts are linked to: drafts of advisories are for maintainers."""


def audience(deps: Deps, person: Subscription) -> Audience:
    """Who somebody is to us now."""
    return audience_of(person.address, deps.settings.subscribe_domains)


def draft(deps: Deps, book: Book, key: str, who: Audience, told: Posted | None = None) -> Message | None:
    """The message about an incident or a bulletin for an audience; None where there is none, or it may not hear it."""
    incident = book.incidents.get(key)
    if incident is not None:
        found = _seen(deps, book, incident, who)
        if found is None:
            return None
        known = replace(found, good=book.views.good(before(found.incident)))
        return _of_incident(book, known, who, told)
    bulletin = book.incidents.bulletin(key)
    repository = book.repositories.get(bulletin.repository_id) if bulletin is not None else None
    if bulletin is None or who is not Audience.INSIDE or not may_hear(repository, who):
        return None
    about = book.incidents.get(bulletin.incident_id) if bulletin.incident_id else None
    return of_bulletin(bulletin, repository, about, _page(deps, bulletin.incident_id, who) if about else "")


def week(deps: Deps, book: Book, person: Subscription, since: datetime, until: datetime) -> Message | None:
    """What a week brought of what somebody wants to hear; None when it brought nothing."""
    who = audience(deps, person)
    subjects = [
        seen
        for incident in book.incidents.all()
        if (seen := _seen(deps, book, incident, who)) is not None and _of_the_week(book, seen, who, since, until)
        if hears(person.filter, _of_incident(book, seen, who, None))
    ]
    bulletins = list(_bulletins(deps, book, person, who, since, until))
    message = of_digest(person.id, subjects, bulletins, since, until, _home(deps, who))
    return for_strangers(message) if message is not None and who is Audience.PUBLIC else message


def _seen(deps: Deps, book: Book, incident: Incident, who: Audience) -> Subject | None:
    repository = book.repositories.get(incident.repository_id)
    preview = book.repositories.conduct(incident.repository_id).preview
    seen = as_heard(incident, repository, who, book.incidents.notices(incident.id), preview=preview)
    if seen is None or repository is None:
        return None
    return Subject(seen, repository, "", _page(deps, incident.id, who))


def _of_incident(book: Book, subject: Subject, who: Audience, told: Posted | None) -> Message:
    incident = subject.incident
    posted = [p for p in book.incidents.all_posted(incident.id) if p.channel in _GITHUBS[who]]
    if who is Audience.PUBLIC:
        posted = [p for p in posted if _in_public(book, p)]
    told_at = told.posted_at if told is not None else None
    message = of_incident(subject, _history(book, subject, who), posted, told_at)
    return for_strangers(message) if who is Audience.PUBLIC else message


def _in_public(book: Book, posted: Posted) -> bool:
    """It names no repository but the incident's own, or one that is public: a tracker's name may be a secret."""
    if "#" not in posted.ref:
        return True
    elsewhere = book.repositories.named(place.of("", posted.ref)[0])
    return elsewhere is not None and not (elsewhere.private or elsewhere.removed)


def _history(book: Book, subject: Subject, who: Audience) -> tuple[Notice, ...]:
    history = tuple(book.incidents.notices(subject.incident.id))
    return history if who is Audience.INSIDE else public_history(subject.incident, history)


def _of_the_week(book: Book, subject: Subject, who: Audience, since: datetime, until: datetime) -> bool:
    incident = subject.incident
    if incident.opened_at >= until:
        return False
    if any(member.open for member in incident.members) or incident.opened_at >= since:
        return True
    return any(since <= notice.at < until for notice in _history(book, subject, who))


def _bulletins(
    deps: Deps, book: Book, person: Subscription, who: Audience, since: datetime, until: datetime
) -> Iterator[tuple[Bulletin, Repository | None]]:
    for bulletin in book.incidents.bulletins(since):
        message = draft(deps, book, bulletin.id, who) if bulletin.at < until else None
        if message is not None and hears(person.filter, message):
            yield bulletin, message.repository


def _page(deps: Deps, incident_id: str, who: Audience) -> str:
    """Our own page about an incident; strangers are shown none of our pages but the one of their subscription."""
    return links.of_incident(deps.settings, incident_id) if who is Audience.INSIDE else ""


def _home(deps: Deps, who: Audience) -> str:
    return links.home(deps.settings) if who is Audience.INSIDE else ""
