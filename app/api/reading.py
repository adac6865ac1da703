"""The operations that read: each in one transaction and a fixed number of queries, and only what the caller may see."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

from app.api.access import Caller
from app.api.backfill_shapes import BackfillShown
from app.api.incident_shapes import IncidentInFull, IncidentShown
from app.api.problems import Stop
from app.api.shapes import ArtifactShown, DeedShown, Listed, RunShown, VersionInFull, VersionShown
from verifier import purls
from verifier.ledger.protocol import Book
from verifier.ledger.views import BadCursor, Page, Sort, Wanted
from verifier.model import Artifact, IncidentState
from verifier.model.standing import Standing

T = TypeVar("T")
S = TypeVar("S")
Asked = Mapping[str, Any]

NO_ARTIFACT = "No such artifact is watched here, or you may not see it."
NO_VERSION = "That artifact has no such version here."
NO_INCIDENT = "There is no such incident, or you may not see it."
USUAL = 50
_FARTHEST = 1_000_000


def artifact_of(text: str) -> Artifact:
    """The artifact of a purl. Raises Stop: what cannot be named cannot be there."""
    try:
        return purls.artifact(text)
    except ValueError:
        raise Stop(404, f"{NO_ARTIFACT} Write it like pkg:npm/%40scope/name, without a version.") from None


def artifacts(book: Book, caller: Caller, asked: Asked, path: str) -> Listed[ArtifactShown]:
    """A page of artifacts. Its cursor is a place in the list: how artifacts stand changes, and the list with it."""
    offset, limit = _offset(asked.get("cursor", "")), asked.get("limit", USUAL)
    wanted = Wanted(
        text=asked.get("q", ""),
        type=asked.get("type", ""),
        standing=_standing(asked),
        repository_id=asked.get("repository_id"),
        sort=Sort(asked.get("sort", Sort.WORST)),
        descending=asked.get("order") == "desc",
        offset=offset,
        limit=limit,
    )
    page = book.views.artifacts(caller.viewer.sees, wanted)
    last = offset + len(page.items)
    there = Page(page.items, _cursor(last) if page.items and last < page.total else "", page.total)
    return _listed(there, ArtifactShown.of, asked, path)


def artifact(book: Book, caller: Caller, asked: Asked, path: str) -> ArtifactShown:
    """One artifact."""
    found = book.views.artifact(caller.viewer.sees, artifact_of(asked["purl"]))
    if found is None:
        raise Stop(404, NO_ARTIFACT)
    return ArtifactShown.of(found)


def versions(book: Book, caller: Caller, asked: Asked, path: str) -> Listed[VersionShown]:
    """A page of an artifact's versions."""
    wanted = seen(book, caller, asked["purl"])
    page = book.views.versions(wanted, asked.get("cursor", ""), asked.get("limit", USUAL), _standing(asked))
    return _listed(page, VersionShown.of, asked, path)


def version(book: Book, caller: Caller, asked: Asked, path: str) -> VersionInFull:
    """One version."""
    dossier = book.versions.get(seen(book, caller, asked["purl"]), asked["version"])
    if dossier is None:
        raise Stop(404, NO_VERSION)
    return VersionInFull.of(dossier)


def incidents(book: Book, caller: Caller, asked: Asked, path: str) -> Listed[IncidentShown]:
    """A page of incidents."""
    states = (IncidentState(asked["state"]),) if "state" in asked else ()
    page = book.views.incidents(caller.viewer.sees, states, asked.get("cursor", ""), asked.get("limit", USUAL))
    return _listed(page, IncidentShown.of, asked, path)


def incident(book: Book, caller: Caller, asked: Asked, path: str) -> IncidentInFull:
    """One incident."""
    found = book.incidents.get(asked["id"])
    if found is None or not caller.viewer.may_see(found.repository_id):
        raise Stop(404, NO_INCIDENT)
    repository, answers = book.repositories.get(found.repository_id), book.incidents.answers(found.id)
    return IncidentInFull.of(
        found,
        repository.full_name if repository is not None else None,
        book.incidents.notices(found.id),
        [(command, answers.get(command.id)) for command in book.incidents.commands(found.id)],
    )


def runs(book: Book, caller: Caller, asked: Asked, path: str) -> Listed[RunShown]:
    """A page of runs."""
    page = book.views.runs(
        caller.viewer.sees, asked.get("repository_id"), asked.get("cursor", ""), asked.get("limit", USUAL)
    )
    return _listed(page, RunShown.of, asked, path)


def backfills(book: Book, caller: Caller, asked: Asked, path: str) -> Listed[BackfillShown]:
    """What is missing and how far it is read, by repository."""
    gaps, reading = book.repositories.gaps(), {one.repository_id: one for one in book.missed.unfinished()}
    wanted = [id_ for id_ in sorted({*gaps, *reading}) if asked.get("repository_id", id_) == id_]
    shown = [BackfillShown.of(id_, gaps.get(id_), reading.get(id_)) for id_ in wanted if caller.viewer.may_see(id_)]
    return Listed(tuple(shown), None, len(shown))


def deeds(book: Book, caller: Caller, asked: Asked, path: str) -> Listed[DeedShown]:
    """A page of the audit log."""
    page = book.views.deeds(caller.viewer.sees, asked.get("cursor", ""), asked.get("limit", USUAL))
    return _listed(page, DeedShown.of, asked, path)


READING: Mapping[str, Callable[[Book, Caller, Asked, str], Any]] = {
    "artifacts": artifacts,
    "artifact": artifact,
    "versions": versions,
    "version": version,
    "incidents": incidents,
    "incident": incident,
    "runs": runs,
    "backfills": backfills,
    "deeds": deeds,
}


def seen(book: Book, caller: Caller, purl: str) -> Artifact:
    """The artifact, if the caller may see it. Raises Stop."""
    wanted = artifact_of(purl)
    if book.views.artifact(caller.viewer.sees, wanted) is None:
        raise Stop(404, NO_ARTIFACT)
    return wanted


def _standing(asked: Asked) -> Standing | None:
    return Standing(asked["standing"]) if "standing" in asked else None


def _listed(page: Page[T], of: Callable[[T], S], asked: Asked, path: str) -> Listed[S]:
    """The page with the address of the next one: the same question, with another cursor."""
    query = {name: value for name, value in asked.items() if name != "cursor"}
    next_ = f"{path}?{urlencode({**query, 'cursor': page.next})}" if page.next else None
    return Listed(tuple(of(item) for item in page.items), next_, page.total if page.total >= 0 else None)


def _cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(json.dumps(["artifacts", offset]).encode()).decode().rstrip("=")


def _offset(cursor: str) -> int:
    """Where a page begins. Raises BadCursor on what `_cursor` never gave."""
    if not cursor:
        return 0
    try:
        name, offset = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise BadCursor("this is no cursor that a page gave") from None
    if name != "artifacts" or type(offset) is not int or not 0 < offset <= _FARTHEST or _cursor(offset) != cursor:
        raise BadCursor("this is no cursor of a page of artifacts")
    return offset
