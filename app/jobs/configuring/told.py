"""What is told out of band about a config file: that it changed, what waits, that it cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.github.file_change import Change
from app.jobs.telling import speak
from app.standing import HOME, Standing
from verifier.discovery.config.differences import few
from verifier.discovery.config.waiting import DELAY
from verifier.discovery.strict import BadConfig
from verifier.ledger.protocol import Book
from verifier.model import CONFIG_PATH, Bulletin, BulletinKind, Repository

_WAITING, _AT_ONCE = 12, 4
"""The most sentences of each: with what stands around them no more than a message shows."""


def tell_change(
    book: Book,
    repository: Repository,
    changed: Sequence[str],
    standing: Standing,
    change: Change,
    now: datetime,
) -> None:
    """Tell that the file changed and, where something of it loosens, when that acts. `changed`: against the one before.

    Nothing is told of a change that means nothing.
    """
    waiting = standing.waiting
    if waiting:
        kind = BulletinKind.CONFIG_LOOSENS
        title = f"{repository.full_name}: {CONFIG_PATH} loosens what is watched; that waits until {_time(now + DELAY)}"
        at_once = [sentence for sentence in changed if sentence not in waiting]
        sentences = [
            "If nobody of you did this, put the old file back now: then nothing of it ever acts. "
            f"Where a release cannot wait, the organisation's file in its {HOME} repository, or the operator with "
            "`artifact-monitor watch`, lets it act at once.",
            f"What loosens acts at {_time(now + DELAY)}, if it still stands there then:",
            *few(waiting, _WAITING),
            *(["At once:", *few(at_once, _AT_ONCE)] if at_once else []),
        ]
    elif changed:
        kind, title = BulletinKind.CONFIG_CHANGED, f"{repository.full_name}: {CONFIG_PATH} changed"
        sentences = ["If nobody of you did this, put the old file back.", *few(changed, _WAITING + _AT_ONCE)]
    else:
        return
    key = f"{change.commit or 'file'}/{int(now.timestamp())}"
    bulletin = Bulletin(
        f"config/{repository.id}/{key}", kind, repository.id, now, title, tuple(sentences), change.by, change.url
    )
    speak.announce(book, bulletin, now)


def tell_refusal(book: Book, repository: Repository, key: str, error: BadConfig, change: Change, now: datetime) -> None:
    """Tell that the file cannot be read, once under this key."""
    sentences = (
        f"Line {error.line}: {error.sentence}",
        "What was in force before stays in force until the file can be read again.",
        "`artifact-monitor config check` tells the same before it is pushed.",
    )
    title = f"{repository.full_name}: {CONFIG_PATH} cannot be read"
    identity = f"config-refused/{repository.id}/{key}"
    kind = BulletinKind.CONFIG_REFUSED
    speak.announce(book, Bulletin(identity, kind, repository.id, now, title, sentences, change.by, change.url), now)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
