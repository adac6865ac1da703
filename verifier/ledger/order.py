"""In what order the shelves hand things out: one place, so that both twins answer alike."""

from __future__ import annotations

import hashlib
from datetime import datetime

from verifier.ledger.protocol import Dossier, Task
from verifier.model import Command, ForcedPush, Incident, Publisher, Ref, Release, Replied, Run, RunKey

LONGEST_KEY = 1024
"""In characters. PostgreSQL indexes at most about 2,700 bytes."""
LONGEST_PLACE = 400
"""In characters, for the same reason."""


def key_of(text: str, longest: int = LONGEST_KEY) -> str:
    """Text as keys hold it, in ASCII: a long one is cut and ends in its hash. Stored: to change it is to migrate."""
    escaped = text.encode("unicode_escape").decode("ascii")
    if len(escaped) <= longest:
        return escaped
    return f"{escaped[: longest - 72]} sha256:{hashlib.sha256(escaped.encode()).hexdigest()}"


def place_of(rank: tuple[int, ...]) -> str:
    """A version's rank as text that is ordered as the numbers are. Stored: to change it is to migrate."""
    return "".join(map(_ordered, rank))[:LONGEST_PLACE]


def _ordered(number: int) -> str:
    digits = str(abs(number))
    if number >= 0:
        return f"p{len(digits):04d}{digits}"
    return f"n{9999 - len(digits):04d}{digits.translate(_NINES)}"


_NINES = str.maketrans("0123456789", "9876543210")


def folded(text: str) -> str:
    """Text as it is looked for, without case and in ASCII. Stored: to change it is to migrate.

    What is not ASCII becomes capital letters, which nothing else is after folding, so that a part of the text is found
    where it stands and nowhere else.
    """
    return "".join(c if " " <= c <= "~" else _capitals(c) for c in text.casefold())


def _capitals(character: str) -> str:
    return f"Z{''.join(chr(ord('A') + int(digit, 16)) for digit in f'{ord(character):x}')}Z"


def by_publication(dossier: Dossier) -> tuple[datetime, tuple[int, ...], str, str]:
    """Versions: the time of publication, then the version order, then names."""
    version = dossier.version
    return version.at, version.rank, version.number, version.artifact.purl


def by_first_sight(dossier: Dossier) -> tuple[datetime, str]:
    """What one tag held: when it was first seen to."""
    return dossier.version.first_seen_at, dossier.version.fingerprint


def by_start(run: Run) -> tuple[datetime, RunKey]:
    """Attempts: when they started."""
    return run.started_at, run.key


def by_due(task: Task) -> tuple[datetime, str, str]:
    """Tasks: when they are due."""
    return task.due_at, task.step, task.key


def by_turn(task: Task) -> tuple[bool, tuple[datetime, str, str]]:
    """Tasks just claimed, where what was never tried before comes first."""
    return task.attempts > 1, by_due(task)


def by_sight(ref: Ref) -> tuple[datetime, str]:
    """Tags: when they were made."""
    return ref.at, ref.name


def by_push(push: ForcedPush) -> tuple[datetime, str, str, str]:
    """Forced pushes: when they happened."""
    return push.at, push.ref, push.before, push.after


def by_update(release: Release) -> tuple[datetime, int]:
    """Releases: when they last changed."""
    return release.updated_at, release.id


def by_opening(incident: Incident) -> tuple[datetime, str]:
    """Incidents: when they were opened; shelves hand them out the other way round, newest first."""
    return incident.opened_at, incident.id


def by_source(said: tuple[str, int, int, Publisher]) -> tuple[bool, int, str, int]:
    """Publishers as (source, repository id, place in what the source said): what the `server` says comes first."""
    source, repository_id, place, _ = said
    return source != "server", repository_id, source, place


def by_giving(command: Command) -> tuple[datetime, str]:
    """Commands: when they were given."""
    return command.at, command.id


def by_asking(replied: Replied) -> tuple[datetime, str]:
    """What was asked about what is watched: when that was."""
    return replied[0].at, replied[0].id
