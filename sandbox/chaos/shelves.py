"""What the ledger's shelves hold, as plain data that can be compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from app.web.webhooks import hear_one
from sandbox.chaos.sender import Sent
from verifier.ledger import memory_ledger
from verifier.ledger.protocol import Book, Delivery
from verifier.model import RunKey

EVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)

Facts = dict[str, Any]
"""What is known, each thing under its own name."""


def from_webhooks(book: Book) -> Facts:
    """What webhooks alone say of repositories, runs, tags and releases, whatever was asked of GitHub besides.

    When we saw a thing is left out: that is no part of what was said.
    """
    held: Facts = {}
    for repository in book.repositories.all():
        number = repository.id
        held[f"repository {number}"] = (repository.full_name, repository.owner_id, repository.removed)
        for run in book.runs.between(number, *EVER):
            held[_named(run.key)] = (
                *(run.workflow, run.event, run.head_sha, run.head_branch, run.title, run.actor),
                *(run.started_at, run.updated_at, run.status, run.conclusion),
            )
        for tag in book.refs.tags(number):
            held[f"tag {number} {tag.name}"] = (tag.sha, tag.pusher, tag.deleted_at is None)
        for release in book.refs.releases(number):
            held[f"release {number} {release.id}"] = (release.tag, release.author, release.published_at)
    for installation in book.repositories.installations():
        held[f"installation {installation.id}"] = (installation.account, installation.suspended, installation.deleted)
    return held


def heard_straight(sent: Iterable[Sent]) -> Facts:
    """What the accepted deliveries give when they are heard once each, in the order in which GitHub made them."""
    ledger = memory_ledger()
    for one in sent:
        if one.accepted:
            webhook = one.webhook
            with ledger.writing() as book:
                hear_one(Delivery(webhook.id, webhook.event, one.body, webhook.at), book, webhook.at)
    with ledger.reading() as book:
        return from_webhooks(book)


def derived(book: Book) -> Facts:
    """Everything that is derived from facts, of every repository and artifact. The incident of a version is not."""
    held = from_webhooks(book)
    for repository in book.repositories.all():
        number = repository.id
        held[f"whole repository {number}"] = repository
        held[f"publishers {number}"] = book.repositories.publishers(number)
        held[f"proposals {number}"] = book.repositories.proposals(number)
        held[f"conduct {number}"] = book.repositories.conduct(number)
        held[f"refs {number}"] = (book.refs.tags(number), book.refs.releases(number))
        held[f"forced {number}"] = book.refs.forced(number, *EVER)
        for run in book.runs.between(number, *EVER):
            held[f"whole {_named(run.key)}"] = run
    for artifact in sorted({p.artifact for r in book.repositories.all() for p in book.repositories.publishers(r.id)}):
        for dossier in book.versions.of(artifact):
            name = artifact.versioned(dossier.version.number)
            held[f"version {name}"] = replace(dossier, incident_id=None, waived=False)
            held[f"earlier {name}"] = [
                replace(before, incident_id=None, waived=False)
                for before in book.versions.earlier(artifact, dossier.version.number)
            ]
            held[f"verdicts {name}"] = book.versions.verdicts(artifact, dossier.version.number)
    return held


def differences(one: Facts, other: Facts) -> list[str]:
    """The names under which they do not hold the same."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


class Twin:
    """A ledger in memory that is given every fact of the real one: what it holds is what the facts say."""

    def __init__(self) -> None:
        self._ledger = memory_ledger()
        self._upto = 0

    def follow(self, book: Book) -> Facts:
        """Take in what was recorded since last time; returns what is derived from all of it."""
        fresh = [(at, fact) for number, at, fact in book.facts() if number > self._upto]
        with self._ledger.writing() as own:
            for at, fact in fresh:
                own.record(fact, at)
        self._upto += len(fresh)
        with self._ledger.reading() as own:
            return derived(own)


def _named(key: RunKey) -> str:
    return f"run {key.repository_id} {key.run_id} attempt {key.attempt}"
