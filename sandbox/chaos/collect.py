"""Collects what the checks judge: from the ledger, the inbox, the pretend GitHub and the route's receiver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import psycopg

from handlers import HANDLERS
from sandbox.chaos import shelves
from sandbox.chaos.crew import Crew
from sandbox.chaos.ear import Ear
from sandbox.chaos.seen import CheckRun, Issue, Kept, Seen, Told
from sandbox.chaos.sender import Sender, Sent
from sandbox.chaos.shelves import Twin
from sandbox.chaos.story import Truth
from sandbox.world import World
from verifier.ledger.chain import broken
from verifier.ledger.protocol import Book, Ledger
from verifier.model import Member

ONCE = frozenset({"InstallationSeen", "RepositorySeen", "RunSeen", "RefSeen", "ReleaseSeen", "ForcedPushSeen"})
"""The kinds of facts that say what is so for good: word for word the same one again adds nothing."""


def look(
    at: datetime,
    truth: Truth,
    url: str,
    ledger: Ledger,
    twin: Twin,
    world: World,
    sender: Sender,
    ear: Ear,
    crew: Crew,
    left: tuple[str, ...],
) -> Seen:
    """Everything, as it stands now. The ledger is read in one transaction."""
    sent = [one for one in sender.sent if is_listened_to(one)]
    inbox = _inbox(url)
    with ledger.reading() as book:
        return Seen(
            at=at,
            truth=truth,
            accepted=frozenset(one.webhook.id for one in sent if one.accepted),
            undelivered=frozenset(one.webhook.id for one in sent if not one.accepted),
            inbox=inbox,
            straight=shelves.heard_straight(sent),
            heard=shelves.from_webhooks(book),
            derived=shelves.derived(book),
            rebuilt=twin.follow(book),
            broken=broken(book.chain()),
            repeated=tuple(_repeated(book)),
            verdicts=_verdicts(book),
            members={i.id: tuple(_name(member) for member in i.members) for i in book.incidents.all()},
            told=tuple(_told(book)),
            issues=tuple(_issues(world)),
            check_runs=tuple(_check_runs(world)),
            events=tuple(ear.events),
            forged=ear.forged,
            left=left,
            ended=tuple(crew.ended),
        )


def is_listened_to(one: Sent) -> bool:
    """A delivery that the monitor keeps; every other is answered and forgotten."""
    handler = HANDLERS.get(one.webhook.event)
    return handler is not None and (not handler.ACTIONS or one.webhook.payload.get("action") in handler.ACTIONS)


def _inbox(url: str) -> Mapping[str, Kept]:
    # Not through the ledger: it hands out what is to be heard, and this asks what was.
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT id, heard_at IS NOT NULL, problem FROM inbox").fetchall()
    return {name: Kept(heard, problem) for name, heard, problem in rows}


def _repeated(book: Book) -> Iterator[str]:
    counted = Counter((link.kind, link.body) for link in book.chain() if link.kind in ONCE)
    yield from (f"{kind} {body[:200]}" for (kind, body), count in counted.items() if count > 1)


def _verdicts(book: Book) -> dict[str, tuple[str, ...]]:
    return {
        watch.artifact.versioned(dossier.version.number): tuple(
            verdict.outcome.value for _, _, verdict in book.versions.verdicts(watch.artifact, dossier.version.number)
        )
        for watch in book.versions.watches()
        for dossier in book.versions.of(watch.artifact)
    }


def _told(book: Book) -> Iterator[Told]:
    for incident in book.incidents.all():
        for notice in book.incidents.notices(incident.id):
            name = notice.artifact.versioned(notice.number) if notice.artifact is not None else ""
            yield Told(notice.kind.value, incident.id, name)


def _issues(world: World) -> Iterator[Issue]:
    with world.lock:
        for repo in world.repos.values():
            for issue in repo.issues:
                yield Issue(repo.full_name, issue["number"], f"{issue['title']}\n{issue['body']}")


def _check_runs(world: World) -> Iterator[CheckRun]:
    with world.lock:
        for repo in world.repos.values():
            for run in repo.checks:
                yield CheckRun(repo.full_name, run["external_id"], run["head_sha"], str(run["conclusion"]), _text(run))


def _text(run: dict[str, Any]) -> str:
    output = run.get("output") or {}
    return f"{output.get('title')}\n{output.get('summary')}"


def _name(member: Member) -> str:
    return member.artifact.versioned(member.number)
