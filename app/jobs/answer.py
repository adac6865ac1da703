"""Answer: commands that people gave at GitHub are decided, done, and answered in one comment that is edited."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from app.deps import Deps
from app.github.installation import GitHub, path_of
from app.github.people import role_of
from app.jobs.installed import github_of, repository_of
from app.jobs.telling import speak
from checks import answers, issue, place
from checks.answers import comment
from checks.base import Answered, Gone
from checks.plan import digest
from checks.report import headline
from verifier.ledger.apply import version_task
from verifier.ledger.asking import runs_of
from verifier.ledger.protocol import Book, Posted
from verifier.model import (
    Answer,
    Bulletin,
    BulletinKind,
    Command,
    CommandAnswered,
    Incident,
    LineMuted,
    Member,
    Repository,
    Verb,
    WaiverGiven,
)
from verifier.verdict.commands import (
    Effect,
    Matter,
    crowded,
    decide_command,
    dropped,
    is_stranger,
    of_a_stranger,
    turned_away,
)

log = structlog.get_logger()

MOST = 10
"""How many commands are decided before other work has its turn: strangers may write very many."""

_TITLES = {
    Verb.ACKNOWLEDGE: "{by} looks after an alert",
    Verb.MINE: "{by} says of an alert: this was me",
    Verb.MUTE: "{by} mutes a release line",
}


def answer(deps: Deps, incident_id: str) -> datetime | None:
    """Answer the commands about an incident that are not answered yet, oldest first, and show the answers.

    What was obeyed is told out of band first. Returns when to go on: with those that are left, or with showing on
    GitHub what was told; None where all is done.
    """
    with deps.ledger.reading() as book:
        incident = book.incidents.get(incident_id)
        waiting = _unanswered(book, incident_id)
    if incident is None:
        return None
    repository = repository_of(deps, incident.repository_id)
    github = github_of(deps, repository)
    roles = _Roles(github, repository)
    announced = [_decide(deps, roles, repository, command) for command in waiting[:MOST]]
    for step in ("examine", "tell"):
        deps.wake.wake(step)
    if len(waiting) > MOST:
        return deps.now()
    if any(announced):
        return deps.now() + speak.HEAD_START
    show(deps, github, repository, incident)
    deps.wake.wake("report")
    return None


def answered(book: Book, incident_id: str) -> tuple[Answered, ...]:
    """The commands about an incident with the answers that are shown, oldest first."""
    return tuple((one, said) for one, said in _answered(book, incident_id) if not said.silent)


class _Roles:
    """Who has which role, asked once per account."""

    def __init__(self, github: GitHub, repository: Repository) -> None:
        self._github, self._repository = github, repository
        self._known = dict[tuple[int, str], str]()

    def of(self, command: Command) -> str:
        """That of the account that gave the command, as GitHub says it now.

        Whoever runs this monitor has every right in it, and no account that GitHub could name.
        """
        if command.of_operator:
            return "admin"
        who = (command.actor_id, command.actor)
        if who not in self._known:
            self._known[who] = role_of(self._github, self._repository, *who)
        return self._known[who]


def show(deps: Deps, github: GitHub, repository: Repository, incident: Incident) -> None:
    """Make the one comment on the issue show the answers; where there is no issue, the check run does."""
    with deps.ledger.writing() as book:
        said, filed = answered(book, incident.id), book.incidents.posted(incident.id, issue.NAME)
        posted = book.incidents.posted(incident.id, answers.NAME)
        if said and filed is None:
            book.work.want("report", f"{incident.id} check_run", deps.now())
    if not said or filed is None:
        return
    where, number = place.of(repository.full_name, filed.ref)
    text = comment(incident, said)
    shown = digest({"body": text, "issue": filed.ref})
    if posted is not None and posted.digest == shown:
        return
    try:
        place.check(repository, where, github)
        ref, url = _write(github, incident, text, path_of(where), number, posted)
    except Gone:
        # the issue is gone: it is made anew, and the answers with it, or an authorised person deleted it
        log.warning("answer.no_issue", incident=incident.id, issue=filed.url)
        return
    with deps.ledger.writing() as book:
        at = posted.posted_at if posted is not None and posted.ref == ref else deps.now()
        book.incidents.put_posted(Posted(incident.id, answers.NAME, ref, url, shown, open=True, posted_at=at))


def matter_of(book: Book, incident: Incident) -> Matter:
    """What a command about the incident is about now: its lines, and who published what stands open.

    What the incident's repository does not publish any more, and another does, is not its people's to speak for.
    """
    incident = replace(incident, members=tuple(m for m in incident.members if not _given_away(book, incident, m)))
    dossiers = [(m, book.versions.get(m.artifact, m.number)) for m in incident.members if m.open]
    lines = tuple((m.artifact, dossier.version.line) for m, dossier in dossiers if dossier is not None)
    people = {who for m, _ in dossiers for who in _published_by(book, incident, m)}
    names = frozenset(name.lower() for number, name in people if name and not number)
    return Matter(incident, lines, names, frozenset(number for number, _ in people if number))


def _given_away(book: Book, incident: Incident, member: Member) -> bool:
    by = {publisher.repository_id for publisher in book.repositories.publishers_of(member.artifact)}
    return bool(by) and incident.repository_id not in by


def _published_by(book: Book, incident: Incident, member: Member) -> Iterator[tuple[int, str]]:
    """The registry's account, whoever approved it there, and who started the runs that its evidence names.

    Each with GitHub's number, 0 where it is not known: a registry knows none.
    """
    yield 0, member.account
    dossier = book.versions.get(member.artifact, member.number)
    if dossier is None:
        return
    if dossier.version.account is not None:
        yield 0, dossier.version.account.name
        yield 0, dossier.version.account.approver or ""
    for run in runs_of(book, dossier):
        if run.key.repository_id == incident.repository_id:
            yield run.actor_id, run.actor
            yield run.triggering_actor_id, run.triggering_actor


def _answered(book: Book, incident_id: str) -> tuple[Answered, ...]:
    given = book.incidents.answers(incident_id)
    return tuple((one, given[one.id]) for one in book.incidents.commands(incident_id) if one.id in given)


def _unanswered(book: Book, incident_id: str) -> list[Command]:
    given = book.incidents.answers(incident_id)
    return [command for command in book.incidents.commands(incident_id) if command.id not in given]


def _decide(deps: Deps, roles: _Roles, repository: Repository, command: Command) -> bool:
    """One command, in one transaction; GitHub is asked for the roles before it, unless it said already that it is none.

    True where it is told out of band.

    Also of who only wants help: an answer that everybody can have as often as they like pushes the others out.
    """
    now = deps.now()
    with deps.ledger.writing() as book:
        before = _answered(book, command.incident_id)
        if turned_away(command, before, now):
            book.record(CommandAnswered(dropped(command, now)), now)
            return False
    waiting = [
        first
        for first, said in before
        if said.waits and not said.accepted and (first.verb, first.code) == (command.verb, command.code)
    ]
    role = roles.of(command)
    others = [(first, roles.of(first)) for first in waiting]
    now = deps.now()
    with deps.ledger.writing() as book:
        incident = book.incidents.get(command.incident_id)
        if incident is None or command not in _unanswered(book, command.incident_id):
            return False  # another worker was quicker
        settled = settle(book, incident, command, role, others, now)
    return settled.accepted and command.verb in _TITLES


def settle(
    book: Book,
    incident: Incident,
    command: Command,
    role: str,
    others: Sequence[tuple[Command, str]],
    now: datetime,
) -> Answer:
    """Decide one command, do what it does, and keep the answer, in the transaction that is open."""
    conduct = book.repositories.conduct(incident.repository_id)
    decision = decide_command(command, matter_of(book, incident), role, conduct, others, now)
    mine = decision.answer
    if is_stranger(role):
        mine = of_a_stranger(mine, silent=crowded(_answered(book, incident.id), now))
    for said in (mine, *decision.seconded):
        book.record(CommandAnswered(said), now)
    _do(book, incident, decision.effect, now, command.only)
    if decision.answer.accepted and command.verb in _TITLES:
        speak.announce(book, _bulletin(incident, command, decision.answer.sentence, _by(decision.effect), now), now)
    return decision.answer


def _do(book: Book, incident: Incident, effect: Effect, now: datetime, only: str) -> None:
    for waiver in effect.waivers:
        book.record(WaiverGiven(waiver), now)
    for mute in effect.mutes:
        book.record(LineMuted(mute), now)
    if effect.acknowledged is not None:
        speak.acknowledge(book, incident, effect.acknowledged, now)
    if effect.recheck:
        tasks = [version_task(member.artifact, member.number) for member in incident.members]
        for task in tasks:
            if only in ("", task):
                book.work.want("examine", task, now)


def _by(effect: Effect) -> str:
    """Who it is done for: both, where it took two."""
    given = [waiver.by for waiver in effect.waivers] + [mute.by for mute in effect.mutes]
    given += [effect.acknowledged.by] if effect.acknowledged is not None else []
    return next(iter(given), "")


def _bulletin(incident: Incident, command: Command, sentence: str, by: str, now: datetime) -> Bulletin:
    """What is told out of band of a command that was obeyed: who, what, and about which alert."""
    reason = f"Reason given: {command.reason}"
    return Bulletin(
        id="commanded-" + hashlib.sha256(command.id.encode()).hexdigest()[:16],
        kind=BulletinKind.COMMANDED,
        repository_id=incident.repository_id,
        at=now,
        title=_TITLES[command.verb].format(by=by),
        sentences=(f"The alert: {headline(incident)}.", sentence, reason),
        by=by,
        url=command.url,
        incident_id=incident.id,
    )


def _write(
    github: GitHub, incident: Incident, text: str, at: str, number: str, posted: Posted | None
) -> tuple[str, str]:
    """Edit our comment; make it where there is none, or where somebody deleted it."""
    if posted is not None:
        try:
            answers.update(text, at, posted.ref, github)
            return posted.ref, posted.url
        except Gone:
            log.warning("answer.deleted", incident=incident.id, url=posted.url)
    found = answers.find(incident, at, number, github)
    if found is None:
        return answers.create(text, at, number, github)
    answers.update(text, at, found[0], github)
    return found
