"""Which form of the tables this program has, read from its migrations without the library that runs them."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from pathlib import Path

VERSIONS = Path(__file__).parent / "migrations" / "versions"

_NAMED = re.compile(r'^(revision|down_revision) = (?:"(\w+)"|None)$', re.MULTILINE)


class Form(StrEnum):
    """How a database stands to this program."""

    CURRENT = "current"
    OLDER = "older"
    NEWER = "newer"


@cache
def known() -> tuple[str, ...]:
    """Every migration, the oldest first."""
    after = {}
    for path in VERSIONS.glob("*.py"):
        named = dict(_NAMED.findall(path.read_text("utf-8")))
        after[named["down_revision"]] = named["revision"]
    found, revision = list[str](), after.get("")
    while revision is not None:
        found.append(revision)
        revision = after.get(revision)
    return tuple(found)


def newest() -> str:
    """The one that this program needs."""
    return known()[-1]


def form(revision: str) -> Form:
    """How a database with this migration stands to this program; '' is one without tables."""
    if revision == newest():
        return Form.CURRENT
    return Form.OLDER if not revision or revision in known() else Form.NEWER
