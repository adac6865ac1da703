"""`GET /incidents.atom`: the newest incidents that the caller may see, for feed readers and chat rooms.

Of repositories that one sees only because everybody does, it tells what is non-compliant and no suspicion.
Source: RFC 4287.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from app import links
from app.api import problems
from app.api.access import Caller, Door
from app.api.answers import answer
from app.api.parameters import asked
from app.pages.words import plural, shown
from checks.report import headline
from verifier.ledger.protocol import Book
from verifier.model import Incident
from verifier.verdict.severity import severity_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from app.deps import Deps

ENTRIES = 50
NAMED = 10
"""How many versions of one incident are named."""
_SPACE = uuid.UUID("5a9d2f2c-3f0e-4e53-9a0b-0c7f7a3f5d11")
"""What ids are made within: the same incident has the same id at every address, for ever."""
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    """One incident. All text is plain; `updated` is when something in it last changed."""

    id: str
    title: str
    summary: str
    published: datetime
    updated: datetime
    link: str


def see(book: Book, caller: Caller) -> tuple[tuple[Incident, ...], Mapping[str, datetime]]:
    """The incidents, and when each last changed, in two queries."""
    found = book.views.incidents(caller.viewer.sees, (), "", ENTRIES).items
    told = tuple(incident for incident in found if incident.rogue or caller.owns(incident.repository_id))
    return told, book.incidents.last_said([incident.id for incident in told])


def entry_of(incident: Incident, last: datetime | None, link: str) -> Entry:
    """One entry; `link` leads to the page about it, '' where there is none. Pure."""
    names = [shown(m.artifact.versioned(m.number), 120) for m in incident.members[:NAMED]]
    more = len(incident.members) - NAMED
    known = [incident.opened_at, *(m.detected_at for m in incident.members), *filter(None, (last,))]
    if incident.acknowledged is not None:
        known.append(incident.acknowledged.at)
    title = headline(incident) if incident.members else "Nothing is left in it"
    return Entry(
        _urn(f"incident {incident.id}"),
        shown(f"[{severity_of(incident).name.lower()}] {title}", 300),
        f"{incident.state.value}; {plural(len(incident.members), 'version')}: {', '.join(names)}"
        + (f" and {more} more" if more > 0 else ""),
        incident.opened_at,
        max(known),
        link,
    )


def feed(entries: Iterable[Entry], base_url: str) -> bytes:
    """The feed, last changed first. Pure."""
    from xml.etree import ElementTree  # loaded by the first who reads it

    entries = sorted(entries, key=lambda entry: (entry.updated, entry.id), reverse=True)
    root = ElementTree.Element("feed", xmlns="http://www.w3.org/2005/Atom")
    _text(root, "id", _urn("feed"))
    _text(root, "title", "Artifact Monitor: incidents")
    _text(root, "updated", _time(max((entry.updated for entry in entries), default=_BEGINNING)))
    _text(ElementTree.SubElement(root, "author"), "name", "Artifact Monitor")
    if base_url:
        ElementTree.SubElement(root, "link", rel="self", href=f"{base_url}/incidents.atom")
    for entry in entries:
        item = ElementTree.SubElement(root, "entry")
        _text(item, "id", entry.id)
        _text(item, "title", entry.title)
        _text(item, "published", _time(entry.published))
        _text(item, "updated", _time(entry.updated))
        _text(item, "summary", entry.summary)
        if entry.link:
            ElementTree.SubElement(item, "link", rel="alternate", href=entry.link)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def routes(deps: Deps, door: Door) -> Blueprint:
    """`GET /incidents.atom`."""
    blueprint = Blueprint("feed", __name__)
    blueprint.register_error_handler(Exception, problems.of)

    @blueprint.get("/incidents.atom")
    def atom() -> Response:
        asked((), request.args)
        caller = door.caller(request)
        with deps.ledger.reading() as book:
            incidents, last = see(book, caller)
        settings = deps.settings
        entries = [entry_of(one, last.get(one.id), links.of_incident(settings, one.id)) for one in incidents]
        return answer(feed(entries, settings.base_url), "application/atom+xml", request)

    return blueprint


def _urn(name: str) -> str:
    return uuid.uuid5(_SPACE, name).urn


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _text(parent: Element, name: str, text: str) -> None:
    child = parent.makeelement(name, {})
    child.text = text
    parent.append(child)
