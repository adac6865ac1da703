"""What a config file that could be read changes in the ledger, in one transaction, and what is told of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from app.deeds.claims import CONFIG, DISCOVERY, PEOPLE, withdraw, withdraw_elsewhere
from app.github.file_change import Change
from app.jobs.configuring import told as config_told
from app.jobs.configuring import waivers as config_waivers
from app.jobs.configuring.claims import may_claim
from app.jobs.telling import speak
from app.standing import Standing, counting, defaults, home_turn, is_home, standing
from handlers.record import config_task, discover_task, list_task
from verifier.discovery.config import NOTHING, File, parse
from verifier.discovery.config.differences import differences, of_organisation
from verifier.discovery.strict import BadConfig
from verifier.ledger.protocol import Book, Stood
from verifier.model import Artifact, ConductSet, IncidentState, PublishersSet, Repository, RepositorySeen

MOST_KEPT = 20
"""The most changes of one day that are told apart; of more, the last ones count as one."""
PACE = timedelta(seconds=2)
"""How long after one repository of an organisation the next one is read again."""


def keep(
    book: Book, repository: Repository, text: str, change: Change, settled: frozenset[Artifact], now: datetime
) -> None:
    """Keep the file that stands there (`text` '' : none), and let act what may. Raises BadConfig, then keep nothing.

    `settled` are artifacts that a mere discovery of others claims, and whose registry does not.
    """
    book.record(RepositorySeen(repository), now)
    before = book.repositories.stood(repository.id)
    if is_home(repository):
        stands = Stood(
            now, text, (), change.commit, change.by, change.url, repository.owner_id, repository.default_branch
        )
        _keep_default(book, repository, before, stands)
    else:
        _keep_own(book, repository, before, text, change, now)
    after = standing(book, repository, book.repositories.stood(repository.id), now)
    problems = [*_publish(book, repository, after, settled, now), *_behave(book, repository, after, now)]
    subject = f"config {repository.id}"
    if problems:
        book.health.report(subject, " ".join(problems), now)
    else:
        book.health.solve(subject)
    if after.turn is not None:
        book.work.want("inspect", config_task(repository.id), after.turn)
    book.work.want("inspect", list_task(repository.id), now)
    book.work.want("inspect", discover_task(repository.id), now)


def refuse(book: Book, repository: Repository, text: bytes, error: BadConfig, change: Change, now: datetime) -> None:
    """Keep that what stands there cannot be read, and tell it: once as long as it stands."""
    digest = hashlib.sha256(text + str(error).encode()).hexdigest()[:32]
    files = book.repositories.stood(repository.id)
    if files and files[-1].refused == digest:
        return
    if files:
        last = replace(files[-1], refused_at=files[-1].refused_at or now, refused=digest)
        book.repositories.put_stood(repository.id, (*files[:-1], last))
    config_told.tell_refusal(
        book, repository, f"{digest}/{int(now.timestamp())}" if files else digest, error, change, now
    )


def _keep_default(book: Book, home: Repository, before: Sequence[Stood], stands: Stood) -> None:
    """An organisation's file acts at once, for all its repositories: each is read again, one after the other.

    Kept beside it is since when it is the default: a new one waits a day where a repository was watched before it.
    """
    known = defaults(home, before)
    if known and known[-1].text == stands.text:
        book.repositories.put_stood(home.id, (*before[:-1], _mended(before[-1])))
        return
    first = known[0] if known else replace(stands, text="")
    kept = [file for file in counting(before, stands.since) if file != first and file not in known]
    book.repositories.put_stood(home.id, (*kept, first, stands))
    ours = [r for r in book.repositories.all() if r.owner_id == home.owner_id and r.id != home.id]
    late = [turn for r in ours if (turn := home_turn(book, r, stands.since)) is not None]
    if before or (late and stands.text):
        changed = of_organisation(_default(known[-1].text if known else ""), _default(stands.text))
        told = standing(book, home, book.repositories.stood(home.id), stands.since)
        change = Change(stands.commit, stands.by, stands.url)
        config_told.tell_change(book, home, (*changed, *_waits(late)), told, change, stands.since)
    elif not stands.text:
        return
    for place, repository in enumerate(r for r in ours if r.installation_id is not None and not r.removed):
        book.work.want("inspect", config_task(repository.id), stands.since + place * PACE)


def _waits(late: Sequence[datetime]) -> list[str]:
    return [
        f"It is new; what was watched before follows it from {at:%Y-%m-%d %H:%M} UTC on." for at in sorted(late)[:1]
    ]


def _keep_own(
    book: Book, repository: Repository, before: Sequence[Stood], text: str, change: Change, now: datetime
) -> None:
    """The file joins those of the last day, and what it changes is told; what stands at first contact acts at once."""
    shelf = book.repositories
    found = (*shelf.publishers_from(repository.id, DISCOVERY), *shelf.publishers_from(repository.id, PEOPLE))
    stands = Stood(now, text, found, change.commit, change.by, change.url, branch=repository.default_branch)
    kept = tuple(replace(file, text="", home=0) if file.home else file for file in counting(before, now))
    if not kept:
        book.repositories.put_stood(repository.id, (stands,))
        return
    if before[-1].refused_at is not None:
        kept = _anew(kept, now)
    if kept[-1].text == text:
        book.repositories.put_stood(repository.id, kept)
        if before[-1].refused_at is not None:
            config_told.tell_change(book, repository, (), standing(book, repository, kept, now), change, now)
        return
    before_it = _readable(book, repository, kept[-1], now)
    old, new = (standing(book, repository, (file,), now).wanted for file in (before_it, stands))
    if old == new:
        book.repositories.put_stood(repository.id, (*kept[:-1], replace(kept[-1], text=text)))
        return
    files = (*(kept if len(kept) < MOST_KEPT else kept[:-1]), stands)
    book.repositories.put_stood(repository.id, files)
    after = standing(book, repository, files, now)
    config_told.tell_change(book, repository, differences(old, new), after, change, now)


def _anew(kept: Sequence[Stood], now: datetime) -> tuple[Stood, ...]:
    """What waited when an unreadable file took its place waits anew: nobody could see for how long it still stood."""
    first, *later = map(_mended, kept)
    return (first, *(replace(file, since=now) for file in later))


def _mended(file: Stood) -> Stood:
    return replace(file, refused_at=None, refused="")


def _readable(book: Book, repository: Repository, file: Stood, now: datetime) -> Stood:
    """The file, or none in its place where it means nothing any more: its organisation's file changed."""
    try:
        standing(book, repository, (file,), now)
    except BadConfig:
        return replace(file, text="")
    return file


def _publish(
    book: Book, repository: Repository, after: Standing, settled: frozenset[Artifact], now: datetime
) -> list[str]:
    """Let those publish who may by now; returns what is wrong with the others."""
    mine = tuple(p for p in after.publishers if may_claim(book, p, settled))
    for publisher in mine:
        if publisher.artifact in settled:
            withdraw_elsewhere(book, publisher, (DISCOVERY,), now)
    book.record(PublishersSet(repository.id, CONFIG, mine), now)
    for artifact in {publisher.artifact for publisher in mine}:
        withdraw(book, repository.id, artifact, PEOPLE, now)
    others = {p.artifact.purl for p in after.publishers} - {p.artifact.purl for p in mine}
    if not others:
        return []
    sentence = f"{repository.full_name} says it publishes {', '.join(sorted(others))}, which another repository"
    return [f"{sentence} publishes here. `artifact-monitor watch` settles whose it is."]


def _behave(book: Book, repository: Repository, after: Standing, now: datetime) -> list[str]:
    """Speak as is wanted by now, and give the waivers; returns what is wrong with those."""
    if book.repositories.conduct(repository.id) != after.in_force.conduct:
        book.record(ConductSet(repository.id, after.in_force.conduct), now)
        for incident in book.incidents.all():
            if incident.repository_id == repository.id and incident.state is not IncidentState.RESOLVED:
                speak.want_told(book, incident.id, now)
    return list(config_waivers.give(book, repository, after, now))


def _default(text: str) -> File:
    return parse(text.encode(), organisation=True) if text else NOTHING
