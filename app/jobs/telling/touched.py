"""Touched: somebody closed, deleted or moved away an issue of ours while its incident stands open.

Whoever may command here, and did not publish what it is about, has acknowledged it by that, and the issue stays as they
left it. Of anybody else it is told out of band, and the issue comes back: nobody ends an alert with one click.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from app.deps import Deps
from app.github.installation import GitHub
from app.github.people import role_of
from app.jobs import report
from app.jobs.answer import matter_of
from app.jobs.installed import github_of, repository_of
from app.jobs.telling import speak
from checks import issue, place
from checks.base import Gone, Permanent, Subject, Temporary
from checks.report import headline
from handlers.ours import answer_task
from verifier.ledger.protocol import Book, Posted
from verifier.model import (
    DAYS,
    Acknowledgement,
    Bulletin,
    BulletinKind,
    Incident,
    IncidentState,
    Notice,
    NoticeKind,
    Verb,
)
from verifier.verdict.commands import published, ranks

log = structlog.get_logger()

TOLD_AGAIN = timedelta(hours=1)
"""For so long it is not told again that the same person did it to the same incident's issue; it is put back all the
same."""

_WORDS = {"closed": "closed the issue", "deleted": "deleted the issue", "transferred": "moved the issue away"}


@dataclass(frozen=True)
class _Act:
    """What was done, and by whom: `key` names this one act, however often it is told of."""

    key: str
    incident_id: str
    number: str
    action: str
    actor_id: int
    actor: str


def touched(deps: Deps, what: str) -> datetime | None:
    """Ask GitHub how the issue stands and who did it; then obey, or tell and repair.

    What is told out of band is told first: returns when the issue is to be put back, None where nothing is left to do.
    """
    act = _act(what)
    with deps.ledger.reading() as book:
        incident, posted = book.incidents.get(act.incident_id), book.incidents.posted(act.incident_id, issue.NAME)
    if incident is None or posted is None or incident.state is IncidentState.RESOLVED or not posted.open:
        return None
    repository = repository_of(deps, incident.repository_id)
    where, number = place.of(repository.full_name, posted.ref)
    github = github_of(deps, repository)
    subject = Subject(incident, repository, "")
    seen = _seen(github, subject, where, act)
    if seen is None and act.action == "closed":
        return None  # it was deleted since, which is told of by itself
    person_id, login = _who(act, seen)
    if person_id == _part(seen, "user").get("id"):
        return None  # we opened it, and we closed it
    role = role_of(github, repository, person_id, login)
    with deps.ledger.writing() as book:
        incident = book.incidents.get(act.incident_id)
        if incident is None or incident.state is IncidentState.RESOLVED:
            return None
        conduct, matter = book.repositories.conduct(repository.id), matter_of(book, incident)
        allowed = ranks(role, conduct.role) and not published(person_id, login, matter)
        stays = act.action != "closed" or _part(seen, "").get("state") == "closed"
        if allowed and stays:
            _acknowledge(book, incident, act, login, deps.now())
        told = not allowed and _tell(book, incident, posted, act, login, deps.now())
    deps.wake.wake("tell")
    if not allowed and stays and number == act.number:
        if told:
            return deps.now() + speak.HEAD_START
        _put_back(deps, github, subject, posted, act)
    deps.wake.wake("report")
    return None


def _put_back(deps: Deps, github: GitHub, subject: Subject, posted: Posted, act: _Act) -> None:
    """Open it again, or make it anew with the answers that stood in it."""
    if act.action == "closed":
        issue.reopen(subject, posted.ref, github)
        return
    report.say_anew(deps, act.incident_id, issue)
    with deps.ledger.writing() as book:
        book.work.want("inspect", answer_task(act.incident_id), deps.now())


def _seen(github: GitHub, subject: Subject, where: str, act: _Act) -> dict[str, Any] | None:
    """The issue as GitHub shows it; None when it is gone. Raises Temporary where it still shows what was deleted."""
    try:
        seen = issue.seen(subject, place.ref(subject, where, act.number), github)
    except Gone:
        if where == subject.repository.full_name:
            github.still_there(subject.repository)
        return None
    if act.action == "closed":
        return seen
    home = str(seen.get("repository_url")).lower()
    if act.action == "transferred" and not home.endswith(f"/repos/{where.lower()}"):
        return None
    raise Temporary(f"GitHub still shows an issue that was {act.action}.")


def _who(act: _Act, seen: dict[str, Any] | None) -> tuple[int, str]:
    """Who closed it, as GitHub shows it now; else who the webhook names."""
    closer = _part(seen, "closed_by") if _part(seen, "").get("state") == "closed" else {}
    if isinstance(closer.get("id"), int) and isinstance(closer.get("login"), str):
        return closer["id"], closer["login"]
    return act.actor_id, act.actor


def _part(seen: dict[str, Any] | None, key: str) -> dict[str, Any]:
    """The object under the key, the whole for ''; an empty one where there is none."""
    held = seen.get(key) if seen is not None and key else seen
    return held if isinstance(held, dict) else {}


def _act(what: str) -> _Act:
    parts = what.split("/", 5)
    if len(parts) != 6 or parts[2] not in _WORDS or not parts[4].isdecimal():
        raise Permanent(f"{what[:200]!r} names nothing that happened to an issue.")
    return _Act(what, parts[0], parts[1], parts[2], int(parts[4]), parts[5])


def _acknowledge(book: Book, incident: Incident, act: _Act, login: str, now: datetime) -> None:
    """Who looks after it already, or until later, goes on doing so."""
    if incident.state is IncidentState.ACKNOWLEDGED:
        return
    given = Acknowledgement(login, _WORDS[act.action], now, now + timedelta(days=DAYS[Verb.ACKNOWLEDGE].usual))
    speak.acknowledge(book, incident, given, now)
    title = f"{login} {_WORDS[act.action]} of an alert, and so looks after it"
    until = f"The alert stands open, and is told again after {given.until:%Y-%m-%d %H:%M} UTC."
    speak.announce(book, _bulletin(BulletinKind.COMMANDED, incident, act, login, title, (until,), "", now), now)


def _tell(book: Book, incident: Incident, posted: Posted, act: _Act, login: str, now: datetime) -> bool:
    """True where it was not told before."""
    title = f"{login or 'Somebody'} {_WORDS[act.action]} of an alert without the right to end it"
    told = (
        "The alert stands, and its issue is put back.",
        f"Only who has the role that the repository names, and did not publish what it is about, may close it: ask "
        f"{login or 'whoever it was'} why, and not on GitHub.",
    )
    said = _bulletin(BulletinKind.TAMPERED, incident, act, login, title, told, posted.url, now)
    if book.incidents.bulletin(said.id) is not None or _told_lately(book, incident, login, now):
        return False
    log.warning("touched.tampered", incident=incident.id, action=act.action, by=login)
    book.incidents.add_notice(
        Notice(NoticeKind.TAMPERED, incident.id, None, "", now, by=login, note=_WORDS[act.action])
    )
    speak.announce(book, said, now)
    return True


def _told_lately(book: Book, incident: Incident, login: str, now: datetime) -> bool:
    """Whoever closes an issue again and again does not make a bulletin each time."""
    return any(
        (said.kind, said.incident_id, said.by) == (BulletinKind.TAMPERED, incident.id, login)
        for said in book.incidents.bulletins(now - TOLD_AGAIN)
        if said.at > now - TOLD_AGAIN
    )


def _bulletin(
    kind: BulletinKind,
    incident: Incident,
    act: _Act,
    login: str,
    title: str,
    told: tuple[str, ...],
    url: str,
    now: datetime,
) -> Bulletin:
    id = f"{kind.value}-{hashlib.sha256(act.key.encode()).hexdigest()[:16]}"
    sentences = (f"The alert: {headline(incident)}.", *told)
    return Bulletin(id, kind, incident.repository_id, now, title, sentences, login, url, incident.id)
