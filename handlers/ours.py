"""Which incident an issue is about: by the number that GitHub gave it, never by a text or a marker in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from handlers import fields
from handlers.base import Payload
from handlers.commands import Asked
from verifier.ledger.protocol import Book
from verifier.model import Command, CommandGiven, Incident, Verb
from verifier.verdict.commands import code_of, turned_away

MOST = 100
"""The most commands that are kept of one account about one incident: whoever gives more is not read any more."""
MOST_WAITING = 11
"""The most that wait of an account about an incident: what one comment may hold."""
ISSUE = "issue"
"""The channel that makes issues."""


def incident_of_issue(number: int, payload: Payload, book: Book) -> Incident | None:
    """The incident whose issue of ours has this number in the payload's repository.

    That is the incident's own repository, or the one that takes the issues of all of its owner's (`checks.place`).
    """
    repository = fields.part(payload, "repository")
    for posted in book.incidents.posted_as(ISSUE, str(number)):
        incident = book.incidents.get(posted.incident_id)
        if incident is not None and incident.repository_id == repository.get("id"):
            return incident
    elsewhere = book.incidents.posted_as(ISSUE, f"{repository.get('full_name')}#{number}")
    return next((found for posted in elsewhere if (found := book.incidents.get(posted.incident_id))), None)


def answer_task(incident_id: str) -> str:
    """The work key under which the commands about an incident are answered."""
    return f"answer/{incident_id}"


def give(commands: Iterable[Command], book: Book, now: datetime) -> None:
    """Keep the commands, and have them answered.

    Dropped are those of an account that has given very many, has very many unanswered, or was turned away lately.
    """
    for command in commands:
        answers = book.incidents.answers(command.incident_id)
        known = [one for one in book.incidents.commands(command.incident_id) if one.actor_id == command.actor_id]
        waiting = sum(one.id not in answers for one in known)
        answered = [(one, answers[one.id]) for one in known if one.id in answers]
        if len(known) < MOST and waiting < MOST_WAITING and not turned_away(command, answered, now):
            book.record(CommandGiven(command), now)
            book.work.want("inspect", answer_task(command.incident_id), now)


def command(asked: Asked, incident: Incident, id: str, actor: tuple[int, str], at: datetime, url: str) -> Command:
    """What was asked, about this incident. `mute` is bound to what stands open as it is heard."""
    code = asked.code or (code_of(incident) if asked.verb is Verb.MUTE else "")
    return Command(
        id=id,
        incident_id=incident.id,
        repository_id=incident.repository_id,
        verb=asked.verb,
        actor_id=actor[0],
        actor=actor[1],
        at=at,
        reason=asked.reason,
        days=asked.days,
        code=code,
        url=url,
        problem=asked.problem,
    )


def person(account: object, field: str) -> tuple[int, str] | None:
    """Id and login of a person's account; None for a bot, an App, and an account that is gone."""
    login = fields.login(account, field)
    if not login or not isinstance(account, dict) or account.get("type") != "User":
        return None
    return fields.number(account.get("id"), f"{field}.id"), login
