"""What to do at the other side so that it shows a post: pure, as data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from checks.base import Post
from verifier.ledger.protocol import Posted


@dataclass(frozen=True)
class Create:
    """Nothing is there yet: make it."""

    post: Post


@dataclass(frozen=True)
class Update:
    """It is there and shows something else, or was closed and stands open again."""

    post: Post


@dataclass(frozen=True)
class Close:
    """It is there, open, and everything in it is settled: show the closing words and close it."""

    post: Post


@dataclass(frozen=True)
class Nothing:
    """The other side shows exactly this, or there is nothing worth saying."""


Plan = Create | Update | Close | Nothing


def plan(post: Post, posted: Posted | None) -> Plan:
    """The one step from what is posted to what shall be shown.

    What is settled before anything was said stays unsaid. The same text is never sent twice.
    """
    if posted is None:
        return Create(post) if post.open else Nothing()
    if posted.digest == post.digest and posted.open == post.open:
        return Nothing()
    return Close(post) if posted.open and not post.open else Update(post)


def digest(seen: Mapping[str, Any]) -> str:
    """The hash of everything a reader would see, as `sha256:hex`."""
    text = json.dumps(seen, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
