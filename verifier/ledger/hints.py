"""Hints: somebody says that a tag was pushed. The monitor then looks for itself, sooner than it would have."""

from __future__ import annotations

import re
from datetime import datetime

from verifier.ledger.protocol import Book
from verifier.model import Artifact

MOST_WAITING = 50
"""The most hints of one artifact that wait at a time: more are dropped, and found by polls, as if nobody had hinted."""

_TAG = re.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")


def hint_task(artifact: Artifact, tag: str) -> str:
    """The work key under which one tag of an image is looked at."""
    return f"{artifact.purl} {tag}"


def hint(book: Book, artifact: Artifact, tag: str, now: datetime) -> bool:
    """Have one tag looked at now. False, and nothing comes of it, for an image that nobody watches and no tag.

    Nothing else is ever taken from whoever says so. A false hint costs one look. One that is dropped or never comes
    costs time: until the next poll, or in a registry that must be asked about each tag, until that tag's turn comes.
    """
    if not artifact.is_image or not _TAG.fullmatch(tag) or book.versions.watch(artifact) is None:
        return False
    task = hint_task(artifact, tag)
    waiting = [key for key in (work.key for work in book.work.all("poll")) if key.startswith(hint_task(artifact, ""))]
    if task not in waiting and len(waiting) >= MOST_WAITING:
        return False
    book.work.want("poll", task, now)
    return True
