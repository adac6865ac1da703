"""Enrolling: what people fill in on a page becomes the same wish as what an operator types, and is kept to be answered.

Everything typed is read strictly and bounded. Who may is decided by `app.jobs.enrol`, with the role that GitHub names
then; the pages only do not take what would be refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.deeds import watching
from app.deeds.watching import Unmeant, Wanted
from app.viewer import Viewer
from handlers.commands import REASON
from handlers.fields import printable
from handlers.record import enrol_task
from verifier.ledger.protocol import Book
from verifier.model import Act, Artifact, Conduct, Enrolment, EnrolmentAsked, Repository
from verifier.model.command import PAGE

FIELDS = ("type", "name", "repository", "workflows", "refs", "events", "environment", "manual", "moving", "mirrors")
TYPES = {
    "npm": "npm package",
    "pypi": "Python project",
    "docker": "image on Docker Hub",
    "oci": "image in another registry",
}
"""The types that people choose from, as they are called."""
MANUAL = {"": None, "never": False, "allowed": True}
MOST = 60
"""The most wishes of one account within an hour: each asks GitHub and a registry something."""
HOUR = timedelta(hours=1)
LONGEST = 5_000
"""The longest field, in characters."""

STALE = "This form is not as the page makes it; load the page again."
NO_REASON = "Give a reason: everybody who hears of alerts is told, and it stays in the list of activity."
TOO_LONG = f"The reason is longer than {REASON} characters; say it shorter."
NOT_YOURS = (
    "This is no repository of the GitHub App in which GitHub says that you have the role for this. Install the App on "
    "it, or ask somebody who maintains it."
)
"""The same for what is not there, what is hidden, and where the role is another."""
_ONCE = re.compile(r"[0-9a-f]{16}")
_NPM = re.compile(r"(?:@[a-z0-9~][a-z0-9._~-]*/)?[a-z0-9~_-][a-z0-9._~-]*")
_PYPI = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_IMAGE = re.compile(r"[A-Za-z0-9._:/-]+")
_SPLIT = re.compile(r"[\s,]+")


class TooMany(Unmeant):
    """The account asked for so much within the hour that no more is read."""


@dataclass(frozen=True)
class Halt:
    """A wish to stop, or to go on, about an artifact that a repository publishes; '' : all that do."""

    act: Act
    purl: str
    repository: str
    reason: str


def purl_of(type_: str, name: str) -> str:
    """The purl of what people call so in a registry of this type; a purl is taken as it is. Raises Unmeant."""
    if not name:
        raise Unmeant("name", "Give the name that people install it by.")
    if name.startswith("pkg:"):
        return name
    if type_ not in TYPES:
        raise Unmeant("type", "Choose one of these.")
    if type_ == "npm":
        if len(name) > 214 or not _NPM.fullmatch(name):
            raise Unmeant("name", "That is no name of an npm package; write it like widget or @scope/widget.")
        return f"pkg:npm/{name.replace('@', '%40')}"
    if type_ == "pypi":
        if not _PYPI.fullmatch(name):
            raise Unmeant("name", "That is no name of a Python project; write it like widget or my-widget.")
        return f"pkg:pypi/{name}"
    return _image(type_, name.removeprefix("https://"))


def _image(type_: str, name: str) -> str:
    first, _, rest = name.partition("/")
    if not _IMAGE.fullmatch(name):
        raise Unmeant("name", "That is no name of an image; write it like owner/widget or ghcr.io/owner/widget.")
    if ":" in name.rpartition("/")[2]:
        raise Unmeant("name", "Leave the tag out: all tags of an image are watched.")
    if type_ == "docker":
        path = rest if first == "docker.io" else name
        return f"pkg:docker/{path if '/' in path else f'library/{path}'}"
    if not rest or ("." not in first and ":" not in first and first != "localhost"):
        raise Unmeant("name", "Begin with the registry, like ghcr.io/owner/widget.")
    return f"pkg:oci/{name.rpartition('/')[2]}?repository_url={name}"


def read(form: Mapping[str, str], now: datetime) -> Enrolment:
    """What a form asks to be watched, by nobody yet. Raises Unmeant."""
    typed = {name: form.get(name, "").strip() for name in FIELDS}
    for field, text in typed.items():
        if len(text) > LONGEST:
            raise Unmeant(field, f"This is too long; at most {LONGEST:,} characters.")
    if typed["manual"] not in MANUAL:
        raise Unmeant("manual", "Choose one of these.")
    purl = purl_of(typed["type"], typed["name"])
    wanted = Wanted(
        purl,
        typed["repository"],
        _names(typed["workflows"], re.compile(r"\s*[,\n]\s*")),
        _names(typed["refs"]),
        _names(typed["events"]),
        MANUAL[typed["manual"]],
        _names(typed["moving"]),
        _names(typed["mirrors"]),
        typed["environment"],
    )
    return watching.enrolment(wanted, "", (0, ""), now)


def read_halt(form: Mapping[str, str]) -> Halt:
    """What a form asks to be stopped, or to go on. Raises Unmeant."""
    act, purl = form.get("act", ""), form.get("purl", "")
    if act not in (Act.STOP, Act.RESUME):
        raise Unmeant("act", STALE)
    reason = " ".join(printable(form.get("reason", "")[: 2 * REASON]).split())
    if act == Act.STOP and not reason:
        raise Unmeant("reason", NO_REASON)
    if len(reason) > REASON:
        raise Unmeant("reason", TOO_LONG)
    watching.watchable(purl)
    return Halt(Act(act), purl, form.get("repository", "").strip()[:LONGEST], reason)


def once(form: Mapping[str, str]) -> str:
    """The token by which a form that is sent twice counts once. Raises Unmeant."""
    token = form.get("once", "")
    if not _ONCE.fullmatch(token):
        raise Unmeant("once", STALE)
    return token


def id_of(viewer: Viewer, token: str) -> str:
    """What the wish is kept under: nobody but who gave it finds it by its token."""
    return f"{PAGE}{viewer.id}/{token}"


def may(viewer: Viewer, book: Book, repository: Repository | None) -> bool:
    """Whether it is taken: whether GitHub, when it was asked last, gave the viewer the role that is needed there."""
    if repository is None or repository.removed:
        return False
    return viewer.may_act(repository.id, book.repositories.conduct(repository.id).role)


def may_somewhere(viewer: Viewer, repository_id: int) -> bool:
    """Whether it is offered, where a repository has not said which role it wants."""
    return viewer.may_act(repository_id, Conduct().role)


def ask(book: Book, viewer: Viewer, asked: Enrolment, token: str, now: datetime, url: str = "") -> Enrolment:
    """Keep it and have it answered; what was sent before is the same wish. Raises Unmeant, TooMany."""
    known = book.enrolments.get(id_of(viewer, token))
    if known is not None:
        return known[0]
    repository = book.repositories.named(asked.repository) if asked.repository else None
    if not viewer.operator and not may(viewer, book, repository):
        raise Unmeant("repository", NOT_YOURS)
    if book.enrolments.given(viewer.id, now - HOUR) >= MOST:
        raise TooMany("", f"You asked for {MOST} changes within an hour; try again later.")
    asked = replace(
        asked,
        id=id_of(viewer, token),
        repository=repository.full_name if repository is not None else asked.repository,
        repository_id=repository.id if repository is not None else 0,
        actor_id=viewer.id,
        actor=viewer.login,
        at=now,
        sees_all=all(viewer.may_see(one.id) for one in book.repositories.all()),
        url=url,
    )
    book.record(EnrolmentAsked(asked), now)
    book.work.want("inspect", enrol_task(asked.id), now)
    return asked


def halted(halt: Halt, now: datetime) -> Enrolment:
    """The wish to stop, or to go on, by nobody yet."""
    artifact: Artifact = watching.watchable(halt.purl)
    return Enrolment("", halt.act, artifact, halt.repository, 0, 0, "", now, halt.reason)


def _names(text: str, between: re.Pattern[str] = _SPLIT) -> tuple[str, ...]:
    return tuple(name for part in between.split(text) if (name := part.strip()))
