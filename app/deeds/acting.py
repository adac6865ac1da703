"""What people and programs have done from here: the same commands, decided the same way, as those given at GitHub."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from handlers.ours import answer_task
from verifier.ledger.apply import version_task
from verifier.ledger.tokens import Token
from verifier.model import Answer, Artifact, Command, CommandGiven, Verb
from verifier.verdict.commands import LOOSENING

if TYPE_CHECKING:
    from app.deps import Deps

log = structlog.get_logger()

PROGRAM = "token/"
"""What the ids of commands begin with that were given with a token."""
ROLE = "admin"
"""The role of a token with the scope `act`: who runs this monitor gave it, for these repositories."""
NO_PERSON = (
    "This repository wants two people for that, and a token is nobody: let two people with the role give the command "
    "at GitHub or on the page of the incident."
)


class Unknown(LookupError):
    """There is no such incident or version, or none that may be seen."""


@dataclass(frozen=True)
class Said:
    """What is asked of an incident, as `verifier.model.Command` has it."""

    verb: Verb
    reason: str
    days: int | None = None
    code: str = ""


def command(deps: Deps, token: Token, incident_id: str, said: Said) -> Answer:
    """Give a command with a token: recorded, decided, done and answered in one transaction. Raises Unknown."""
    from app.jobs.answer import settle  # knows GitHub's client, which reading needs not

    now = deps.now()
    with deps.ledger.writing() as book:
        incident = book.incidents.get(incident_id)
        if incident is None or not _may(token, incident.repository_id):
            raise Unknown(incident_id)
        given = Command(
            id=PROGRAM + secrets.token_hex(8),
            incident_id=incident.id,
            repository_id=incident.repository_id,
            verb=said.verb,
            actor_id=0,
            actor=f"token {token.name}",
            at=now,
            reason=said.reason,
            days=said.days,
            code=said.code,
        )
        if said.verb in LOOSENING and book.repositories.conduct(incident.repository_id).four_eyes:
            given = replace(given, problem=NO_PERSON)
        book.record(CommandGiven(given), now)
        answer = settle(book, incident, given, ROLE, (), now)
        book.work.want("inspect", answer_task(incident.id), now)
    log.info("act", verb=said.verb.value, by=given.actor, incident=incident.id, accepted=answer.accepted)
    for step in ("inspect", "examine", "tell", "report"):
        deps.wake.wake(step)
    return answer


def recheck(deps: Deps, by: str, artifact: Artifact, number: str) -> None:
    """Have one version looked at again now. Whether it may be seen is asked before. Raises Unknown."""
    with deps.ledger.writing() as book:
        if book.versions.get(artifact, number) is None:
            raise Unknown(number)
        book.work.want("examine", version_task(artifact, number), deps.now())
    log.info("act", verb=Verb.RECHECK.value, by=by, artifact=artifact.purl, version=number)
    deps.wake.wake("examine")


def _may(token: Token, repository_id: int) -> bool:
    return token.repositories is None or repository_id in token.repositories
