"""Watch: which artifact is watched, which workflows of which repository may publish it, and that nobody looks any more.

What an operator types and what people fill in on a page are read and kept here, by the same functions. An operator is
obeyed at once; what people ask for is decided in `app.jobs.enrol`.
"""

from __future__ import annotations

import re
import secrets
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.deeds.claims import CONFIG, DISCOVERY, PEOPLE, SERVER, claim, withdraw, withdraw_elsewhere
from app.deps import Deps
from checks.base import Permanent
from handlers.commands import REASON
from handlers.fields import printable
from handlers.record import list_task
from verifier import purls
from verifier.ledger.protocol import Book
from verifier.model import (
    Act,
    Artifact,
    Enrolment,
    EnrolmentAnswered,
    EnrolmentAsked,
    Publisher,
    Reply,
    Repository,
    RepositorySeen,
)
from verifier.model.github import EVENTS
from verifier.registries import REGISTRIES
from verifier.verdict.enrolment import stop_of

SOURCE = SERVER
"""What an operator's word is kept under."""
OPERATOR = "operator"
MOST = 20
"""The most workflows, refs, events, patterns or mirrors of one artifact."""
LONGEST = 200
"""The longest of those, in characters."""

_FILE = re.compile(r"\.github/workflows/[^/\\]+\.ya?ml")
_REF = re.compile(r"refs/[^\s]+")


class Unmeant(ValueError):
    """Something that was typed cannot be meant; says in which field, and what to write instead."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Wanted:
    """What was asked for, as it was typed. `events` and `refs` empty: the defaults; `manual` None: learned.

    `moving` are globs of an image's tags that are made to move, `mirrors` the purls of its other registries.
    """

    purl: str
    repository: str
    workflows: tuple[str, ...]
    refs: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    manual: bool | None = None
    moving: tuple[str, ...] = ()
    mirrors: tuple[str, ...] = ()
    environment: str = ""


def watch(deps: Deps, wanted: Wanted) -> str:
    """Keep it, start looking, and say what happens next. Asking again replaces what was said of that artifact.

    Raises ValueError for what cannot be meant, Permanent when the App is not installed on the repository.
    """
    reply = obey(deps, enrolment(wanted, _cli(), (0, OPERATOR), deps.now()))
    deps.wake.wake("poll")
    return reply.sentence


def stop(deps: Deps, purl: str, reason: str) -> str:
    """Look at its registry no more, and say so. Its history stays. Raises ValueError for what nobody watches."""
    artifact, reason = purls.artifact(purl), " ".join(printable(reason).split())[:REASON]
    if not reason:
        raise ValueError("Say why it is stopped; it stays in the list of activity.")
    with deps.ledger.reading() as book:
        if book.versions.watch(artifact) is None:
            raise ValueError(f"{artifact.purl} is not watched; there is nothing to stop.")
    asked = Enrolment(_cli(), Act.STOP, artifact, "", 0, 0, OPERATOR, deps.now(), reason)
    return f"{artifact.purl}: {obey(deps, asked).sentence}"


def enrolment(wanted: Wanted, id: str, by: tuple[int, str], now: datetime, repository_id: int = 0) -> Enrolment:
    """The wish to watch it so, read strictly: every name checked, each once. Raises Unmeant, in words for people."""
    artifact = watchable(wanted.purl)
    moving, mirrors = _of_image(artifact, wanted)
    if wanted.repository.count("/") != 1:
        raise Unmeant("repository", f"{_cut(wanted.repository)!r} is no repository; write it like owner/name.")
    workflows = _each("workflows", map(workflow_path, wanted.workflows))
    if not workflows:
        raise Unmeant("workflows", "Name the workflow file that publishes it, like publish.yml.")
    return Enrolment(
        id,
        Act.WATCH,
        artifact,
        wanted.repository,
        repository_id,
        by[0],
        by[1],
        now,
        workflows=workflows,
        refs=_each("refs", map(_ref, wanted.refs)),
        events=_each("events", map(_event, wanted.events)),
        manual=wanted.manual,
        environment=_environment(wanted.environment),
        moving=moving,
        mirrors=mirrors,
    )


def watchable(purl: str) -> Artifact:
    """The artifact that it names, of a registry that we can read. Raises Unmeant."""
    try:
        artifact = purls.artifact(purl)
    except ValueError as error:
        raise Unmeant("name", f"{_cut(str(error), 400)}.") from error
    if artifact.type not in REGISTRIES:
        raise Unmeant("name", f"{artifact.purl}: only {', '.join(sorted(REGISTRIES))} can be watched so far.")
    return artifact


def publisher_of(asked: Enrolment, repository: Repository) -> Publisher:
    """Who may publish, when a wish to watch is followed for this repository."""
    return Publisher(
        asked.artifact,
        repository.id,
        repository.owner_id,
        asked.workflows,
        asked.refs,
        asked.events or EVENTS,
        asked.manual,
        asked.environment,
        moving=asked.moving,
        mirrors=asked.mirrors,
    )


def obey(deps: Deps, asked: Enrolment) -> Reply:
    """Do what the operator asks for, at once. Raises Permanent when the App is not installed on the repository."""
    if asked.act is not Act.WATCH:
        with deps.ledger.writing() as book:
            return answered(book, asked, _halted(book, asked, deps.now()), deps.now())
    repository, now = _repository(deps, asked.repository), deps.now()
    publisher = publisher_of(asked, repository)
    with deps.ledger.writing() as book:
        book.record(RepositorySeen(repository), now)
        _keep(book, publisher, now)
        unwatched = [purl for purl in asked.mirrors if not book.repositories.publishers_of(Artifact(purl))]
        sentence = (
            f"Watching {asked.artifact.purl}, published by {', '.join(publisher.workflows)} of {repository.full_name}. "
            "The first pass only learns; versions published from now on are judged and reported."
            f"{_warning(unwatched)}"
        )
        ids = (repository.id,)
        reply = Reply(asked.id, True, sentence, now, acts_at=now, repository_ids=ids, publishers=(publisher,))
        return answered(book, asked, reply, now)


def answered(book: Book, asked: Enrolment, reply: Reply, now: datetime) -> Reply:
    """Keep the wish, where it is not kept yet, and what became of it."""
    book.record(EnrolmentAsked(asked), now)
    book.record(EnrolmentAnswered(asked, reply), now)
    return reply


def workflow_path(text: str) -> str:
    """A workflow file's path; a bare name is one in `.github/workflows/`. Raises Unmeant otherwise."""
    path = text if "/" in text else f".github/workflows/{text}"
    if len(path) > LONGEST or not path.isprintable() or not _FILE.fullmatch(path):
        raise Unmeant("workflows", f"{_cut(text)!r} is no workflow file; write it like .github/workflows/publish.yml.")
    return path


def look_at(book: Book, repository_id: int, now: datetime) -> None:
    """Have the repository's runs listed, so that what it published lately finds them."""
    book.work.want("inspect", list_task(repository_id), now)


def _cli() -> str:
    return f"cli/{secrets.token_hex(8)}"


def _halted(book: Book, asked: Enrolment, now: datetime) -> Reply:
    """Stopped or going on, in all the repositories that publish it."""
    ids = tuple(dict.fromkeys(p.repository_id for p in book.repositories.publishers_of(asked.artifact))) or (0,)
    before = book.enrolments.about([asked.artifact])
    stands = all((stop := stop_of(before, one)) and stop.acts_at and stop.acts_at <= now for one in ids)
    if asked.act is Act.STOP:
        sentence = (
            "It is stopped already."
            if stands
            else "Nobody looks at its registry any more. What is known of it stays, and what stands open stays open."
        )
        return Reply(asked.id, not stands, sentence, now, acts_at=now, repository_ids=ids)
    return Reply(
        asked.id,
        True,
        "Watching goes on; what was published meanwhile is judged now.",
        now,
        acts_at=now,
        repository_ids=ids,
    )


def _warning(unwatched: Sequence[str]) -> str:
    """That a mirror is nothing to compare with, until somebody has it watched."""
    return "".join(
        f"\nNobody watches {purl} yet, so nothing is compared with it. To change that: "
        f"artifact-monitor watch {shlex.quote(purl)} --repo OWNER/NAME --workflow FILE"
        for purl in unwatched
    )


def _of_image(artifact: Artifact, wanted: Wanted) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The patterns of moving tags, and the mirrors. Raises Unmeant for a package, and for what is neither."""
    from verifier.discovery.config import unfit  # loaded where somebody adds an artifact, and not before

    mirrors = [_mirror(text) for text in wanted.mirrors]
    if (wanted.moving or mirrors) and not artifact.is_image:
        field = "moving" if wanted.moving else "mirrors"
        raise Unmeant(field, f"{artifact.purl} is a package; only images have moving tags and mirrors.")
    for pattern in wanted.moving:
        if problem := unfit(pattern):
            raise Unmeant("moving", problem)
    for mirror in mirrors:
        if not mirror.is_image or mirror == artifact:
            raise Unmeant("mirrors", f"{mirror.purl} is not another image; name the image of the other registry.")
    return _each("moving", wanted.moving), _each("mirrors", (mirror.purl for mirror in mirrors))


def _mirror(text: str) -> Artifact:
    try:
        return purls.artifact(text)
    except ValueError as error:
        raise Unmeant("mirrors", f"{_cut(str(error), 400)}.") from error


def _each(field: str, values: Iterable[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(values))
    if len(found) > MOST:
        raise Unmeant(field, f"These are too many; name at most {MOST}.")
    return found


def _ref(text: str) -> str:
    if len(text) > LONGEST or not text.isprintable() or not _REF.fullmatch(text):
        raise Unmeant("refs", f"{_cut(text)!r} is not a full ref; write it like refs/heads/main or refs/tags/v*.")
    return text


def _event(text: str) -> str:
    from verifier.discovery.config import TRIGGERS

    if text not in TRIGGERS:
        raise Unmeant(
            "events", f"{_cut(text)!r} is not an event that starts a workflow; write it like push or release."
        )
    return text


def _environment(text: str) -> str:
    if len(text) > LONGEST or not text.isprintable():
        raise Unmeant("environment", f"{_cut(text)!r} is not the name of an environment; write it as GitHub shows it.")
    return text


def _cut(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"


def _repository(deps: Deps, full_name: str) -> Repository:
    with deps.ledger.reading() as book:
        known = book.repositories.named(full_name)
    if known is not None and known.installation_id is not None and not known.removed:
        return known
    installation_id = deps.github(0).installation_for(full_name)
    if installation_id is None:
        raise Permanent(f"The App is not installed on {full_name}; install it there, then watch.")
    repository = deps.github(installation_id).named(full_name)
    if repository is None:
        raise Permanent(f"GitHub does not show {full_name} to the App; grant it in the installation's settings.")
    return repository


def _keep(book: Book, publisher: Publisher, now: datetime) -> None:
    """The operator's word settles whose artifact it is: other repositories' files no longer claim it."""
    withdraw_elsewhere(book, publisher, (CONFIG, DISCOVERY, PEOPLE), now)
    withdraw(book, publisher.repository_id, publisher.artifact, PEOPLE, now)
    claim(book, publisher.repository_id, publisher.artifact, SOURCE, (publisher,), now)
    look_at(book, publisher.repository_id, now)
