"""What an image's tag says of itself: the numbers it names, and whether it is made to move. Never raises.

A tag has no grammar but custom: semver.org, the tags of Docker's official images, and those that docker/metadata-action
makes. What is guessed wrong is put right by a publisher's `moving` patterns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 128
"""The longest tag there is, in characters, by the distribution specification."""

FINISHED = 3
"""How many numbers a release has that is not made to move: `3.4.0`."""

_VERSION = re.compile(
    r"[vV]?(?P<core>[0-9]{1,9}(?:\.[0-9]{1,9}){0,7})"
    r"(?:[-_.+](?P<rest>[0-9A-Za-z].*)|(?P<attached>(?:alpha|beta|rc|dev|pre|post|[abc])[0-9]*(?:[-_.+].*)?))?"
)
_COUNTER = re.compile("[0-9]{5,}")
"""A number alone that is too large for a major version: a date, or a build's."""
_COMMIT = re.compile("g?(?![0-9]+$)[0-9a-f]{7,64}")
_DATE = re.compile(r"(?<![0-9])(20[0-9]{2})[-._]?(0[1-9]|1[0-2])[-._]?(0[1-9]|[12][0-9]|3[01])(?![0-9])")
_MIXED = re.compile("[a-z]+(?:[0-9]{1,4}(?:[a-z]{1,3}|v[0-9])?)?")
"""A word, or one with a number that is no build's: `arm64`, `arm64v8`, `s390x`, `py3`, `cuda12`."""
_FLAVOUR = re.compile(
    "(?:alpine|cuda|debian|el|go|java|jdk|jre|node|php|py|python|rocm|ruby|rust|ubi|ubuntu)[0-9]{1,3}"
)
"""What an image is built on, as a tag by itself: `py3`, `node20`."""
_X86_64 = re.compile("(?<![a-z0-9])x86[-_]64(?![a-z0-9])")
_STAGE = re.compile("(?:alpha|beta|rc|dev|pre|preview|milestone|[abcm])[0-9]+")


@dataclass(frozen=True)
class Named:
    """A tag that begins with a version: its numbers, and the words behind them in lower case."""

    core: tuple[int, ...]
    words: tuple[str, ...] = ()


def read(tag: str) -> Named | None:
    """The version that a tag begins with; None for one that names none (`latest`, `sha-1f2e3d4`, `20240131`)."""
    if len(tag) > LONGEST or _COUNTER.fullmatch(tag) or is_commit(tag) or _dated_first(tag):
        return None
    found = _VERSION.fullmatch(tag)
    if found is None:
        return None
    return Named(tuple(map(int, found["core"].split("."))), words(found["rest"] or found["attached"] or ""))


def core(tag: str) -> tuple[int, ...] | None:
    """The numbers of the release that a tag names: (3, 4, 0) for `v3.4.0-alpine`; None for `latest`."""
    found = read(tag)
    return None if found is None else found.core


def moves(tag: str) -> bool:
    """Whether a tag is made to point at one build after another, by its shape: `latest-arm64`, `main`, `v3.4-alpine`.

    Whatever names a commit, a day, a build's number or a numbered pre-release stays where it is.
    """
    if len(tag) > LONGEST or dated(tag) or any(is_commit(word) or _COUNTER.fullmatch(word) for word in words(tag)):
        return False
    found = read(tag)
    if found is not None:
        return len(found.core) < FINISHED and not any(map(_STAGE.fullmatch, found.words))
    first, *others = words(_X86_64.sub("amd64", tag.lower())) or ("",)
    return bool(_FLAVOUR.fullmatch(first) or not any(map(str.isdigit, first))) and all(
        _MIXED.fullmatch(word) and not _STAGE.fullmatch(word) for word in others
    )


def dated(tag: str) -> int:
    """The day that a tag names, as the number 20240131; 0 for one that names none."""
    found = _DATE.search(tag[:LONGEST])
    return int("".join(found.groups())) if found else 0


def is_commit(word: str) -> bool:
    """Whether a word is the id of a commit, as `git describe` writes one too: `1f2e3d4`, `g1f2e3d4`."""
    return _COMMIT.fullmatch(word) is not None


def words(text: str) -> tuple[str, ...]:
    """The words of a tag, in lower case, without what stands between them."""
    return tuple(filter(None, re.split("[-_.+]", text[:LONGEST].lower())))


def _dated_first(tag: str) -> bool:
    """It begins with a day and nothing else: `2024-01-31`. With dots it is a version like any other: `2024.01.31`."""
    found = _DATE.match(tag)
    return found is not None and "." not in found[0]
